import Clinical
import Screen
import Testing

@testable import Workbench

/// What an answer's receipt needs, and writing one.
@Suite struct ReceiptTests {
  private static let identified: ModelDescription = {
    var description = Bench.model
    description.digest = "3f2a" + String(repeating: "0", count: 60)
    return description
  }()

  private func answered() throws -> Bench {
    var bench = Bench(columns: 200, rows: 60)
    bench.state.template = .chat
    let id = try bench.asked("Which diuretic?")
    bench.prefill(id)
    bench.finish(id, text: "Furosemide.", tokens: [5, 6])
    return bench
  }

  @Test func theDigestReachesAnswersThatWereGivenBeforeItWasKnown() throws {
    var bench = try answered()
    let effects = bench.send(.model(.identified(Self.identified)))
    #expect(effects.saved.map(\.entry.model) == [Self.identified])
    #expect(bench.statusRow.contains("SmolLM2-135M-Instruct Q4_1 sha 3f2a"))
    #expect(bench.send(.model(.identified(Self.identified))).isEmpty, "known already")
  }

  @Test func anAnswerOnItsWayIsKeptWithTheDigestWhenItEnds() throws {
    var bench = Bench()
    let id = try bench.asked("Which diuretic?")
    #expect(bench.send(.model(.identified(Self.identified))).saved.isEmpty)
    bench.finish(id, text: "Furosemide.")
    #expect(bench.effects.saved.last?.entry.model?.digest == Self.identified.digest)
  }

  @Test func theDigestOfAnotherModelIsIgnored() throws {
    var bench = try answered()
    var other = Self.identified
    other.name = "Other"
    #expect(bench.send(.model(.identified(other))).isEmpty)
    #expect(!bench.state.isModelIdentified)
  }

  @Test func answersOfAnEarlierRunKeepWhatWasRecordedWithThem() throws {
    let entries = try answered().answers
    var bench = Bench()
    bench.send(.sessionRestored(entries))
    #expect(bench.send(.model(.identified(Self.identified))).saved.isEmpty)
    #expect(bench.answers.last?.model?.digest.isEmpty == true)
    bench.send(.command("receipt a.json"))
    #expect(bench.noticeRow.contains("was not recorded with this answer"))
  }

  @Test func aReceiptIsWrittenOfTheChosenAnswer() throws {
    var bench = try answered()
    bench.send(.command("receipt a.json"))
    #expect(bench.noticeRow.contains("still being computed"))
    bench.send(.model(.identified(Self.identified)))
    let effects = bench.send(.command("receipt a.json"))
    guard case .writeFile("a.json", let contents) = effects.first else {
      Issue.record("no file was written")
      return
    }
    let object = try #require(try JSONValue(parsing: contents.utf8).object)
    #expect(object["question"]?.string == "Which diuretic?")
    #expect(object["state"]?.string == "end")
    let provenance = try #require(object["provenance"]?.object)
    #expect(provenance["model"]?.object?["digest"]?.string == Self.identified.digest)
    #expect(provenance["tokens"]?.array?.compactMap(\.integer) == [5, 6])
  }

  @Test func whileAnAnswerIsWrittenThereIsNoReceipt() throws {
    var bench = Bench()
    bench.send(.model(.identified(Self.identified)))
    _ = try bench.asked("Which diuretic?")
    #expect(bench.send(.command("receipt a.json")).isEmpty)
    #expect(bench.noticeRow.contains("no finished answer"))
  }
}
