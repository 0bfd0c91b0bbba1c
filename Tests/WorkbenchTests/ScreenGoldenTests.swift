import Clinical
import Foundation
import Screen
import Testing

@testable import Workbench

/// Whole screens held against text files that people have looked at.
///
/// After a wanted change: `ASCLEPIUS_UPDATE_SCREENS=1 swift test --filter ScreenGoldenTests`, then
/// look at what `git diff` shows.
@Suite struct ScreenGoldenTests {
  static let sizes = [
    Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 200, rows: 60),
  ]

  @Test(arguments: sizes)
  func theFirstScreen(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows)
    bench.send(
      .tokensCounted(
        TokenCountRequest(note: Bench.note, question: ""), TokenCosts(note: 118, prompt: 160)))
    try expect(bench, "start")
  }

  @Test(arguments: sizes)
  func aMissingModel(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows, isReady: false)
    bench.send(.model(.missing(Bench.offer)))
    try expect(bench, "missing-model")
  }

  @Test(arguments: sizes)
  func anAnswerOnItsWay(size: Size) throws {
    try expect(try streaming(size), "streaming")
  }

  @Test(arguments: sizes)
  func afterTwoAnswers(size: Size) throws {
    var bench = try streaming(size)
    let id = try #require(bench.state.generation?.id)
    bench.finish(
      id,
      text: "Furosemide 40 mg by mouth twice daily. The note does not say who adjusts the dose.",
      tokens: Array(0..<21))
    bench.tick(to: 70)
    let second = try bench.asked("Summarise the hospital course for the patient's family.")
    bench.prefill(second, reused: 1200)
    bench.write(["He came in because", " of heart failure."], in: second)
    bench.tick(to: 72)
    bench.press(.control("c"))
    bench.send(.saved)
    bench.press(.tab)
    bench.send(
      .tokensCounted(
        TokenCountRequest(note: Bench.note, question: ""), TokenCosts(note: 118, prompt: 160)))
    try expect(bench, "answered")
  }

  @Test(arguments: sizes)
  func theTasks(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows)
    bench.press(.control("t"), .down, .down)
    try expect(bench, "tasks")
  }

  @Test(arguments: sizes)
  func theOutline(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows)
    bench.press(.tab, .character("o"), .down, .character(" "))
    bench.send(.sectionsCounted(note: Bench.note, tokenCounts: [20, 61, 27, 10]))
    bench.send(
      .tokensCounted(
        TokenCountRequest(
          note: ClinicalNote(title: "", text: Bench.note).text(leavingOut: [1]), question: ""),
        TokenCosts(note: 57, prompt: 99)))
    try expect(bench, "outline")
  }

  @Test(arguments: sizes)
  func versionsOfAnAnswer(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows)
    bench.press(.tab, .character("o"), .end, .character(" "), .escape, .escape)
    let first = try bench.asked("Who adjusts the dose?")
    bench.finish(first, text: "The heart failure clinic.")
    bench.press(.backTab)
    let second = try bench.press(.character("r")).request().id
    bench.finish(second, text: "The note does not say who adjusts the dose.")
    bench.send(.saved)
    try expect(bench, "versions")
  }

  @Test(arguments: sizes)
  func bareText(size: Size) throws {
    var bench = try streaming(size)
    bench.press(.alt("l"))
    try expect(bench, "bare")
  }

  @Test func help() throws {
    var bench = Bench()
    bench.press(.function(1))
    try expect(bench, "help")
  }

  @Test func lineDrawingCharacters() throws {
    var bench = try streaming(Self.sizes[0])
    bench.state.chrome = .unicode
    try expect(bench, "unicode")
  }

  @Test func tooLongAPrompt() throws {
    var bench = Bench()
    let id = try bench.asked("Which diuretic was he sent home on, what dose, and who adjusts it?")
    bench.send(
      .generation(
        id,
        .refused(
          PromptTooLong(
            promptTokenCount: 1910, reservedTokenCount: 400, contextLength: 2048))))
    try expect(bench, "too-long")
  }

  private func streaming(_ size: Size) throws -> Bench {
    var bench = Bench(columns: size.columns, rows: size.rows)
    let id = try bench.asked("Which diuretic was he sent home on, what dose, and who adjusts it?")
    bench.prefill(id)
    bench.tick(to: 60)
    bench.write(["Furosemide", " 40 mg", " by mouth", " twice", " daily."], in: id)
    bench.tick(to: 60.5)
    bench.send(.saved)
    return bench
  }

  private func expect(
    _ bench: Bench, _ name: String, source: SourceLocation = #_sourceLocation
  ) throws {
    let size = bench.state.size
    let file = "\(name)-\(size.columns)x\(size.rows).txt"
    let screen = view(bench.state, size: size).text + "\n"
    if ProcessInfo.processInfo.environment["ASCLEPIUS_UPDATE_SCREENS"] != nil {
      let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Resources").appendingPathComponent(file)
      try screen.write(to: url, atomically: true, encoding: .utf8)
      return
    }
    let url = try #require(
      Bundle.module.url(forResource: file, withExtension: nil, subdirectory: "Resources"))
    let golden = try String(contentsOf: url, encoding: .utf8)
    #expect(screen == golden, "\(file)\n\(screen)", sourceLocation: source)
  }
}
