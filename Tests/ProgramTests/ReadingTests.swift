import Clinical
import Screen
import Testing
import Workbench

@testable import asclepius

/// Scripts, recordings and what arrives on standard input.
@Suite struct ReadingTests {
  @Test func aScriptIsRead() throws {
    let script = try WorkbenchScript(
      """
      # a comment

      type Hi
      key enter ^c F2 ^J pgup x
      paste a\\nb
      wait ready
      wait tokens 12
      resize 120x40
      save-display out.txt
      """, path: "s")
    #expect(script.steps.map(\.line) == [3, 4, 5, 6, 7, 8, 9])
    #expect(
      script.steps.map(\.step) == [
        .keys([.character("H"), .character("i")]),
        .keys([.enter, .control("c"), .function(2), .newline, .pageUp, .character("x")]),
        .keys([.paste("a\nb")]), .waitReady, .waitTokens(12),
        .resize(Size(columns: 120, rows: 40)), .saveDisplay("out.txt"),
      ])
  }

  @Test(arguments: ["key nosuchkey", "wait", "wait tokens x", "resize 80", "jump", "key"])
  func aWrongLineIsNamed(line: String) {
    #expect(throws: WorkbenchError.self) { try WorkbenchScript("wait ready\n" + line, path: "s") }
  }

  @Test func aRecordingIsReadAnswerByAnswer() throws {
    let replay = try Replay(
      """
      {"model": "demo", "quantization": "Q8_0", "context": 4096}
      {"at": 0.1, "prefill": 5, "of": 9, "reused": 4}
      {"at": 0.2, "id": 7, "text": "He"}
      {"at": 0.3, "stop": "end"}
      {"at": 0.2, "id": 8, "text": "She"}
      {"at": 0.3, "stop": "limit"}
      """, path: "r")
    #expect(replay.model.contextLength == 4096)
    #expect(replay.answers.map(\.count) == [3, 2])
    guard case .finished(let summary) = replay.answers[0][2].event else {
      Issue.record("the answer has no end")
      return
    }
    #expect(summary.text == "He")
    #expect(summary.tokens == [7])
    #expect(summary.promptTokenCount == 9)
    #expect(summary.reusedTokenCount == 4)
  }

  @Test(arguments: [
    "", "{}", #"{"model": "m"}"#, "not json",
    #"{"model": "m"}"# + "\n" + #"{"at": 1, "id": 3, "text": "no end"}"#,
  ])
  func aBrokenRecordingIsRefused(text: String) {
    #expect(throws: WorkbenchError.self) { try Replay(text, path: "r") }
  }

  @Test func linesAreCutFromBytesAndTheLastNeedsNoEnd() {
    var buffer = LineBuffer(Array("one\r\ntwo\nthr".utf8))
    #expect(buffer.nextLine(atEnd: false) == "one")
    #expect(buffer.nextLine(atEnd: false) == "two")
    #expect(buffer.nextLine(atEnd: false) == nil)
    #expect(buffer.nextLine(atEnd: true) == "thr")
    #expect(buffer.nextLine(atEnd: true) == nil)
  }

  @Test func postsComeOutInTheirOrderAndWakeTheReader() throws {
    let mailbox = try WorkbenchMailbox()
    #expect(waitForInput(on: [mailbox.descriptor], seconds: 0) == [false])
    mailbox.post(.saved)
    mailbox.post(.hungUp)
    #expect(waitForInput(on: [mailbox.descriptor], seconds: 0) == [true])
    let first = mailbox.take(limit: 1)
    guard case .message(.saved) = first[0] else {
      Issue.record("the older post did not come first")
      return
    }
    #expect(waitForInput(on: [mailbox.descriptor], seconds: 0) == [true], "one is left")
    #expect(mailbox.take().count == 1)
    #expect(waitForInput(on: [mailbox.descriptor], seconds: 0) == [false])
  }
}
