import Clinical
import Screen
import Testing

@testable import Workbench

/// The list of models, and going from one to another.
@Suite struct ModelListTests {
  static let items: [ModelItem] = {
    var first = ModelItem(
      .model, name: "SmolLM2-135M-Instruct.Q4_1", path: "/m/SmolLM2-135M-Instruct.Q4_1.gguf",
      byteCount: 98_000_000)
    (first.type, first.contextLength, first.isLoaded) = ("Q4_1", 8192, true)
    var second = ModelItem(
      .model, name: "asclepius-7b-clinical-notes-merged-and-quantized.Q8_0", path: "/m/a.gguf",
      byteCount: 7_160_000_000)
    (second.type, second.contextLength) = ("Q8_0", 4096)
    let adapter = ModelItem(
      .adapter, name: "cardiology", path: "/a/cardiology.gguf", byteCount: 4_200_000)
    let offer = ModelItem(
      .offer(Bench.offer), name: "default", path: "default", byteCount: 98_000_000)
    return [first, second, adapter, offer]
  }()

  static func list(columns: Int = 80, rows: Int = 24) -> Bench {
    var bench = Bench(columns: columns, rows: rows)
    bench.send(.command("models"))
    bench.send(.modelsListed(items))
    return bench
  }

  @Test func anotherModelIsLoadedAndTheAnswersStay() throws {
    var bench = Bench()
    bench.finish(try bench.asked("Which diuretic?"), text: "Furosemide.")
    #expect(bench.send(.command("models")) == [.listModels])
    bench.send(.modelsListed(Self.items))
    let selection = ModelSelection(model: "/m/a.gguf")
    #expect(bench.press(.down, .enter) == [.useModel(selection)])
    #expect(bench.statusRow.contains("LOAD 0%"))
    #expect(bench.screen.contains { $0.contains("Furosemide.") })
    var other = Bench.model
    other.name = "Other"
    bench.send(.model(.ready(other)))
    #expect(bench.noticeRow.contains("Other Q4_1 answers from now on"))
    #expect(bench.answers.map(\.answer) == ["Furosemide."])
    #expect(bench.answers[0].model == Bench.model)
    // Loading again means the one that was chosen.
    #expect(bench.send(.command("model")) == [.useModel(selection)])
  }

  @Test func whatCannotBeUsedGivesWayToTheModelBefore() {
    var bench = Self.list()
    bench.press(.down, .enter)
    #expect(bench.send(.model(.failed(reason: "not enough memory"))) == [.loadModel])
    bench.send(.model(.ready(Bench.model)))
    #expect(bench.state.selection == nil)
    #expect(bench.state.model.description == Bench.model)
    #expect(bench.noticeRow.contains("not enough memory"))
  }

  @Test func anAdapterIsPutOnAndTakenOff() {
    var bench = Self.list()
    #expect(
      bench.press(.down, .down, .enter)
        == [.useModel(ModelSelection(model: Self.items[0].path, adapter: Self.items[2].path))])
    bench.send(.model(.ready(Bench.model)))
    var items = Self.items
    items[2].isLoaded = true
    bench.send(.command("models"))
    bench.send(.modelsListed(items))
    #expect(
      bench.press(.down, .down, .enter) == [.useModel(ModelSelection(model: items[0].path))])
  }

  @Test func whatIsLoadedAlreadyIsNotLoadedAgain() {
    var bench = Self.list()
    #expect(bench.press(.enter).isEmpty)
    #expect(bench.noticeRow.contains("is what answers now"))
  }

  @Test func whileAnAnswerIsWrittenNothingChanges() throws {
    var bench = Bench()
    bench.prefill(try bench.asked("Why?"))
    bench.send(.command("models"))
    bench.send(.modelsListed(Self.items))
    #expect(bench.press(.down, .enter).isEmpty)
    #expect(bench.send(.command("model other.gguf")).isEmpty)
    #expect(bench.state.isGenerating)
  }

  @Test func aModelIsNamedByItsPath() {
    var bench = Bench()
    #expect(
      bench.send(.command("model ~/m.gguf")) == [.useModel(ModelSelection(model: "~/m.gguf"))])
  }

  @Test func escStopsADownloadAndKeepsItsPart() {
    var bench = Bench(isReady: false)
    bench.send(.model(.missing(Bench.offer)))
    bench.send(.command("models"))
    bench.send(.modelsListed([Self.items[3]]))
    bench.press(.enter)
    #expect(bench.press(.character("y")) == [.downloadModel])
    bench.send(.model(.downloading(done: 49_000_000, total: 98_000_000)))
    #expect(bench.screen.joined().contains("Esc stops it"))
    #expect(bench.press(.escape) == [.cancelDownload])
    #expect(bench.noticeRow.contains("What came of it is kept"))
    // What was on its way comes too late.
    bench.send(.model(.downloading(done: 50_000_000, total: 98_000_000)))
    #expect(bench.send(.model(.downloaded)).isEmpty)
    #expect(bench.state.model == .missing(Bench.offer))
    #expect(bench.press(.enter).isEmpty)
    #expect(bench.press(.character("y")) == [.downloadModel])
  }
}
