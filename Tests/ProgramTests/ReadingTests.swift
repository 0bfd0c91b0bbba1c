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
    let replay = try Recording(
      """
      {"model": "demo", "quantization": "Q8_0", "context": 4096}
      {"at": 0.1, "prefill": 5, "of": 9, "reused": 4}
      {"at": 0.2, "id": 7, "text": "He"}
      {"at": 0.3, "stop": "end"}
      {"at": 0.2, "id": 8, "text": "She"}
      {"at": 0.3, "stop": "limit"}
      """, path: "r")
    #expect(replay.model.contextLength == 4096)
    #expect(replay.answers.map(\.events.count) == [3, 2])
    guard case .finished(let summary) = replay.answers[0].events[2].event else {
      Issue.record("the answer has no end")
      return
    }
    #expect(summary.text == "He")
    #expect(summary.tokens == [7])
    #expect(summary.promptTokenCount == 9)
    #expect(summary.reusedTokenCount == 4)
    #expect(abs(summary.prefillSeconds - 0.2) < 1e-9 && abs(summary.decodeSeconds - 0.1) < 1e-9)
    #expect(!replay.namesQuestions)
  }

  @Test func aRecordingWithItsQuestionsIsWrittenAsItWasRead() throws {
    let text = """
      {"context":4096,"model":"demo","quantization":"Q8_0"}
      {"note":"a.txt","text":"Furosemide 40 mg.\\n","tokens":9}
      {"question":"Which diuretic?"}
      {"at":0.1,"of":9,"prefill":9,"reused":0}
      {"at":0.25,"id":7,"text":"Furosemide"}
      {"at":0.3,"stop":"end"}
      {"question":"What dose?"}
      {"at":0.2,"id":8,"text":"40 mg"}
      {"at":0.3,"stop":"end"}
      {"note":"b.txt","text":"Dyspnoea."}
      {"question":"Why?"}
      {"at":0.2,"id":9,"text":"Dyspnoea"}
      {"at":0.3,"stop":"limit"}

      """
    let recording = try Recording(text, path: "r")
    #expect(recording.namesQuestions)
    #expect(recording.answers.map(\.note) == [0, 0, 1])
    #expect(recording.answers.map(\.question) == ["Which diuretic?", "What dose?", "Why?"])
    #expect(try recording.lines == text)
  }

  @Test func aRecordedQuestionGetsItsAnswerAndAnotherNone() async throws {
    let recording = try Recording(
      """
      {"model": "demo", "context": 4096}
      {"note": "a.txt", "text": "Furosemide 40 mg.", "tokens": 9}
      {"question": "Which diuretic?"}
      {"at": 0, "prefill": 21, "of": 21}
      {"at": 0, "id": 7, "text": "Furosemide"}
      {"at": 0, "stop": "end"}
      {"question": "What dose?"}
      {"at": 0, "id": 8, "text": "40 mg"}
      {"at": 0, "stop": "end"}
      """, path: "r")
    let replay = Replay(recording: recording)
    #expect(replay.history == ["What dose?", "Which diuretic?"])
    let generator = replay.generator(pacing: .none)
    func answer(_ question: String) async throws -> [GenerationEvent] {
      let prompt = Replay.prompt(note: "Furosemide 40 mg.", question: question)
      var events: [GenerationEvent] = []
      for try await event in generator.generate(GenerationRequest(prompt: prompt)) {
        events.append(event)
      }
      return events
    }
    #expect(try await answer("What dose?").first == .token(id: 8, text: "40 mg"))
    #expect(try await answer("Which diuretic?").count == 3)
    await #expect(throws: Replay.NotRecorded.self) { try await answer("Which dose?") }
    #expect(try await generator.countTokens("Furosemide 40 mg.") == 9)
    let prompt = Replay.prompt(note: "Furosemide 40 mg.", question: "Which diuretic?")
    #expect(try await generator.countTokens(prompt.text) == 21)
    #expect(try await generator.countTokens("eight by") == 2)
  }

  @Test(arguments: [
    "", "{}", #"{"model": "m"}"#, "not json",
    #"{"model": "m"}"# + "\n" + #"{"at": 1, "id": 3, "text": "no end"}"#,
  ])
  func aBrokenRecordingIsRefused(text: String) {
    #expect(throws: WorkbenchError.self) { try Recording(text, path: "r") }
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
