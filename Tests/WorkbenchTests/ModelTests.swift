import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct ModelTests {
  @Test func aMissingModelIsOfferedAndTheQuestionStays() {
    var bench = Bench(isReady: false)
    bench.send(.model(.missing(Bench.offer)))
    let text = bench.screen.joined(separator: "\n")
    #expect(text.contains("No model is here yet."))
    #expect(text.contains("98 MB"))
    #expect(text.contains("/home/ward/.local/share/asclepius/models"))

    bench.type("Which diuretic?")
    #expect(bench.press(.enter).isEmpty)
    #expect(
      bench.noticeRow.contains("Download SmolLM2-135M-Instruct Q4_1, 98 MB, now? y/n"))
    #expect(bench.press(.character("y")) == [.downloadModel])
    bench.send(.model(.downloading(done: 24_500_000, total: 98_000_000)))
    #expect(bench.screen.joined().contains("25 MB of 98 MB, 25%"))
    #expect(bench.statusRow.contains("GET 25%"))
    #expect(bench.send(.model(.downloaded)) == [.loadModel])
    bench.send(.model(.ready(Bench.model)))
    #expect(bench.state.editor.text == "Which diuretic?")
    #expect(bench.press(.enter).generation?.order.question == "Which diuretic?")
  }

  @Test func aRefusedDownloadFetchesNothing() {
    var bench = Bench(isReady: false)
    bench.send(.model(.missing(Bench.offer)))
    bench.press(.enter)
    #expect(bench.press(.character("n")).isEmpty)
    #expect(bench.screen.joined().contains("Press Enter to download it."))
  }

  @Test func loadingShowsItsShareAndAQuestionWaits() {
    var bench = Bench(isReady: false)
    bench.send(.model(.loading(done: 43, total: 100)))
    #expect(bench.statusRow.contains("LOAD 43%"))
    #expect(bench.ask("Why?") == nil)
    #expect(bench.state.editor.text == "Why?")
  }

  @Test func aModelThatCannotBeUsedSaysWhyAndHowToTryAgain() {
    var bench = Bench(isReady: false)
    bench.send(.model(.failed(reason: "/m.gguf: SHA-256 is 11aa, expected 22bb")))
    let text = bench.screen.joined(separator: "\n")
    #expect(text.contains("SHA-256 is 11aa, expected 22bb"))
    #expect(bench.statusRow.contains("ERROR"))
    #expect(bench.send(.command("model")) == [.loadModel])
  }

  @Test func aBrokenDownloadCanBeTriedAgain() {
    var bench = Bench(isReady: false)
    bench.send(.model(.missing(Bench.offer)))
    bench.press(.enter, .character("y"))
    bench.send(.model(.downloadFailed(reason: "the line was dropped after 12 MB")))
    #expect(bench.screen.joined().contains("the line was dropped after 12 MB"))
    #expect(bench.send(.command("download")) == [.downloadModel])
  }

  @Test func tokensAreCountedOnceThereIsAModel() {
    var bench = Bench(isReady: false)
    bench.type("W")
    #expect(bench.effects.isEmpty)
    bench.send(.model(.ready(Bench.model)))
    #expect(
      bench.effects == [.countTokens(TokenCountRequest(note: Bench.note, question: "W"))])
  }
}
