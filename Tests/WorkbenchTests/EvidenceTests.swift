import Clinical
import Grounding
import Screen
import Testing

@testable import Workbench

@Suite struct EvidenceTests {
  /// An answer of three sentences; the note has the first and the last. The answers have the keys.
  static func answered() throws -> Bench {
    var bench = Bench()
    bench.finish(
      try bench.asked("Which diuretic was he sent home on, and when is the clinic?"),
      text: "Furosemide 40 mg by mouth twice daily. Amiodarone 200 mg was given. "
        + "Heart failure clinic in two weeks.")
    bench.press(.backTab)
    return bench
  }

  @Test func eachSentenceBearsTheLineOfTheNoteThatSaysIt() throws {
    let text = try Self.answered().screen.joined(separator: "\n")
    #expect(text.contains("Furosemide 40 mg by mouth twice daily. [9=]"))
    #expect(text.contains("[?]") || text.contains("!]"))
    #expect(text.contains("3 sentences: 2 found in note, 1 NOT FOUND"))
    #expect(text.contains("1 of 3 sentences is not found in the note as written.  u: go to it"))
  }

  @Test func nothingIsMarkedWhileTheAnswerIsWritten() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.write(["Furosemide."], in: id)
    #expect(!bench.screen.contains { $0.contains("[9=]") })
  }

  @Test func aLongAnswerIsComparedInTheBackground() throws {
    var bench = Bench()
    let sentence = "Furosemide 40 mg by mouth twice daily. "
    let text = String(repeating: sentence, count: 400)
    bench.finish(try bench.asked("Diuretic?"), text: text)
    let request = try #require(
      bench.effects.compactMap { if case .findEvidence(let request) = $0 { request } else { nil } }
        .first)
    #expect(request.answer == text && request.note == Bench.note)
    #expect(!bench.screen.contains { $0.contains("[9=]") })

    bench.send(.evidenceFound(request, request.find()))
    #expect(bench.screen.contains { $0.contains("twice daily. [9=]") })
    #expect(bench.state.transcript.entries[0].evidence?.claims.count == 400)
  }

  @Test func whatIsFoundForAnAnswerThatWentOnIsDropped() throws {
    var bench = Bench()
    let text = String(repeating: "Furosemide 40 mg by mouth twice daily. ", count: 400)
    bench.finish(try bench.asked("Diuretic?"), text: text)
    var request = EvidenceRequest(bench.state.transcript.entries[0])
    request.answer += "More."
    bench.send(.evidenceFound(request, request.find()))
    #expect(bench.state.transcript.entries[0].evidence == nil)
  }

  @Test func anAnswerLongerThanAnyContextIsNotComparedAndSaysSo() throws {
    var bench = Bench()
    let text = String(repeating: "Furosemide 40 mg by mouth twice daily.\n", count: 6_000)
    bench.finish(try bench.asked("Diuretic?"), text: text)
    #expect(!bench.effects.contains { if case .findEvidence = $0 { true } else { false } })
    #expect(bench.screen.contains { $0.contains("longer than 200,000 bytes") })
  }

  @Test func theNoteFollowsTheSentenceThatIsChosen() throws {
    var bench = try Self.answered()
    bench.press(.character("["))
    let row = try #require(bench.screen.firstIndex { $0.contains("Heart failure clinic in two") })
    #expect(bench.screen[row].hasPrefix(">> Heart failure clinic in two weeks. <<"))
    let frame = view(bench.state, size: bench.state.size)
    #expect(frame[3, row].role == .supportFound)
    #expect(bench.noticeRow.contains("3 of 3 = found, line 13."))
  }

  @Test func uGoesToWhatTheNoteDoesNotHaveAndStaysThere() throws {
    var bench = try Self.answered()
    bench.press(.character("u"))
    #expect(bench.state.claimCursor == ClaimCursor(exchange: 0, claim: 1))
    #expect(bench.state.notice?.text.hasPrefix("2 of 3") == true)
    bench.press(.character("u"))
    #expect(bench.state.claimCursor?.claim == 1, "there is no other")
    let row = try #require(bench.screen.firstIndex { $0.contains("Amiodarone") })
    let frame = view(bench.state, size: bench.state.size)
    let x = try #require(bench.screen[row].firstRange(of: "Amiodarone")).lowerBound
    let column = bench.screen[row].distance(from: bench.screen[row].startIndex, to: x)
    #expect(frame[column, row].role == .supportNone)
  }

  @Test func eHidesTheMarks() throws {
    var bench = try Self.answered()
    bench.press(.character("e"))
    #expect(!bench.screen.contains { $0.contains("[9=]") })
    bench.press(.character("e"), .character("e"))
    #expect(bench.screen.contains { $0.contains("[9=]") })
  }

  @Test func filesHoldTheEvidence() throws {
    let bench = try Self.answered()
    #expect(
      bench.state.exported(as: .markdown).contains(
        "1. found, line 9: \"Furosemide 40 mg by mouth twice daily.\""))
    #expect(bench.state.exported(as: .jsonLines).contains("\"verdict\": \"supported\""))
    #expect(!bench.state.transcript.entries[0].answer.contains("["), "the answer stays as written")
  }

  @Test func aNoteWithWideLinesAndControlsIsMarkedInTheRightPlace() {
    let note = "One\r\nt\u{1B}wo \u{4E2D}\u{6587} three four five six\r\nSeven"
    let scalars = Array(note.unicodeScalars)
    let text = WrappedText(note, columns: 12)
    let start = scalars.firstIndex(of: "f") ?? 0
    let parts = text.parts(of: start..<start + 4, in: scalars)
    #expect(parts.map { String(Array(text.rows[$0.row].text)[$0.characters]) } == ["four"])
  }
}

@Suite struct RedactionOnTheWayOutTests {
  private func answered() throws -> Bench {
    var bench = Bench()
    bench.finish(try bench.asked("Who?"), text: "Dr Kowalczyk saw him.", tokens: [1, 2])
    return bench
  }

  @Test func filesAreWrittenWithTagsWhereThatIsWished() throws {
    var bench = try answered()
    bench.send(.command("set redact on"))
    for format in ExportFormat.allCases {
      let text = bench.state.handedOut.exported(as: format)
      #expect(text.contains("[Name] saw him.") && !text.contains("Kowalczyk"))
    }
    #expect(!bench.state.handedOut.exported(as: .jsonLines).contains("\"tokens\": [1"))
    #expect(bench.answers[0].answer.contains("Kowalczyk"), "the session keeps what was written")
  }

  @Test func copiesBearTagsWhereThatIsWished() throws {
    var bench = try answered()
    bench.state.clipboard = .osc52
    bench.press(.backTab)
    #expect(bench.press(.character("y")) == [.copy("Dr Kowalczyk saw him.")])
    bench.send(.command("set redact on"))
    #expect(bench.press(.character("y")) == [.copy("[Name] saw him.")])
  }
}
