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
    try expectAll(bench, "start")
  }

  @Test(arguments: sizes)
  func aMissingModel(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows, isReady: false)
    bench.send(.model(.missing(Bench.offer)))
    try expect(bench, "missing-model")
  }

  @Test(arguments: sizes)
  func anAnswerOnItsWay(size: Size) throws {
    try expectAll(try streaming(size), "streaming")
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
    try expectAll(bench, "answered")
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
  func theTokenInspector(size: Size) throws {
    var bench = try TokenTests.answered(columns: size.columns, rows: size.rows)
    bench.press(.character("T"), .character("u"), .up)
    try expect(bench, "tokens")
    try expectMono(bench, "tokens")
    let id = try bench.press(.enter).request().id
    bench.finish(
      id, text: "The dose will be adjusted by his cardiologist", tokens: [0, 1, 2, 3, 4, 5, 6, 70])
    bench.press(.character("b"))
    try expect(bench, "branches")
  }

  @Test(arguments: sizes)
  func theListOfNotes(size: Size) throws {
    var bench = NoteListTests.three(columns: size.columns, rows: size.rows)
    bench.finish(try bench.asked("Did potassium rise?"), text: "It was 4.1.")
    bench.send(.saved)
    bench.send(.command("notes"))
    bench.press(.character(" "), .down, .character(" "))
    for (text, count) in zip(bench.state.textCosts.keys.sorted(), [41, 118, 6, 12]) {
      bench.send(.textCounted(text, count))
    }
    try expect(bench, "notes")
  }

  @Test(arguments: sizes)
  func theSearchInSessions(size: Size) throws {
    try expect(SessionSearchTests.found(columns: size.columns, rows: size.rows), "sessions")
  }

  @Test(arguments: sizes)
  func theSettings(size: Size) throws {
    var bench = SettingsTests.panel(
      .right, .down, .down, .down, .down, .right, columns: size.columns, rows: size.rows)
    bench.type("12")
    try expect(bench, "settings")
  }

  @Test(arguments: sizes)
  func theModels(size: Size) throws {
    var bench = ModelListTests.list(columns: size.columns, rows: size.rows)
    bench.press(.down)
    try expect(bench, "models")
  }

  @Test(arguments: sizes)
  func markedLines(size: Size) throws {
    var bench = NoteSelectionTests.marked(columns: size.columns, rows: size.rows)
    bench.press(.down, .down)
    try expect(bench, "marked")
    try expectMono(bench, "marked")
  }

  /// What only the widest screens have room for.
  @Test func theStatusOfAWideScreen() throws {
    var bench = Bench(columns: 200, rows: 60)
    bench.finish(try bench.asked("Which diuretic?"), text: "Furosemide.", tokens: [1])
    bench.state.threadCount = 2
    bench.send(.memoryMeasured(431_000_000))
    bench.count()
    #expect(bench.statusRow.contains("prefill 1,248 tok/s"))
    #expect(bench.statusRow.contains("| 2 thr | RSS 0.4 GB"))
    bench.send(.resized(Size(columns: 80, rows: 24)))
    #expect(!bench.statusRow.contains("RSS"))
    #expect(bench.statusRow.contains("ctx 160/2048"))
  }

  @Test(arguments: sizes)
  func bareText(size: Size) throws {
    var bench = try streaming(size)
    bench.press(.alt("l"))
    try expect(bench, "bare")
  }

  @Test(arguments: sizes)
  func placesWithNothingInThem(size: Size) throws {
    for (key, name) in [(3, "qa"), (4, "compare"), (5, "jobs")] {
      var bench = Bench(columns: size.columns, rows: size.rows)
      bench.press(.function(key))
      try expectAll(bench, "\(name)-empty")
    }
  }

  @Test(arguments: sizes)
  func placesWithAnswers(size: Size) throws {
    var bench = try streaming(size)
    let first = try #require(bench.state.generation?.id)
    bench.finish(first, text: "Furosemide 40 mg by mouth twice daily.", tokens: Array(0..<9))
    bench.press(.backTab)
    let second = try bench.press(.character("r")).request().id
    bench.prefill(second, reused: 1200)
    bench.write(["He was discharged", " on oral", " furosemide"], in: second)
    bench.tick(to: 62)
    for (key, name) in [(3, "qa"), (4, "compare"), (5, "jobs")] {
      bench.press(.function(key))
      try expectAll(bench, name)
    }
  }

  @Test(arguments: sizes)
  func runsOfOtherProcesses(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows)
    bench.send(.runsObserved(RunJobTests.runs()))
    bench.press(.function(5))
    try expectAll(bench, "jobs-training")
    bench.press(.up, .up)
    try expectAll(bench, "jobs-pipeline")
  }

  @Test(arguments: sizes)
  func aCommandThatIsCompleted(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows)
    bench.state.themeNames = ThemeLibrary.embeddedNames
    bench.press(.character(":"))
    bench.type("theme ")
    bench.press(.tab, .tab, .tab)
    try expect(bench, "completion")
  }

  @Test(arguments: sizes)
  func attributesWithoutColor(size: Size) throws {
    var bench = try streaming(size)
    bench.press(.tab, .character("/"))
    bench.type("furosemide")
    bench.press(.enter)
    try expectMono(bench, "query")
    bench.send(.saveFailed(reason: "no space left on the device"))
    bench.press(.control("t"))
    try expectMono(bench, "trouble")
  }

  @Test(arguments: sizes)
  func help(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows)
    bench.press(.function(1))
    try expect(bench, "help")
  }

  @Test(arguments: sizes)
  func tooLongAPrompt(size: Size) throws {
    var bench = Bench(columns: size.columns, rows: size.rows)
    let id = try bench.asked("Which diuretic was he sent home on, what dose, and who adjusts it?")
    bench.send(
      .generation(
        id,
        .refused(
          PromptTooLong(
            promptTokenCount: 1910, reservedTokenCount: 400, contextLength: 2048))))
    try expectAll(bench, "too-long")
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

  @Test(arguments: sizes)
  func theDeskOfARater(size: Size) throws {
    var bench = Bench.rating(columns: size.columns, rows: size.rows)
    try expect(bench, "rating")
    bench.press(.character("3"), .character("v"), .down, .down)
    bench.type("wwwwwvwwh")
    try expectAll(bench, "rating-graded")
    bench.press(.character("m"), .down, .down)
    try expect(bench, "harm")
    bench.press(.enter, .character("G"), .enter)
    try expect(bench, "rating-check")
    bench.press(.character("n"), .character("v"))
    bench.type("wvw")
    try expect(bench, "marking")
  }

  @Test(arguments: sizes)
  func twoAnswersBeforeARater(size: Size) throws {
    var bench = Bench.comparing(columns: size.columns, rows: size.rows)
    bench.press(.character("h"), .character("2"), .character("a"), .character("D"))
    try expectAll(bench, "comparing")
  }

  @Test(arguments: sizes)
  func gradesToSettle(size: Size) throws {
    var item = Bench.ratedItem
    item.earlier = [
      EarlierRating(rater: "CD", rating: AnswerRating(grade: .excellent)),
      EarlierRating(
        rater: "EF",
        rating: AnswerRating(grade: .unacceptable, harm: .mild, comment: "no GP in the note")),
    ]
    try expect(
      Bench.rating(columns: size.columns, rows: size.rows, item: item, adjudicates: true),
      "adjudication")
  }

  @Test(arguments: sizes)
  func nothingToRate(size: Size) throws {
    var bench = Bench.rating(columns: size.columns, rows: size.rows)
    bench.send(.desk(.held(.rating, count: 2, by: "CD", until: "14:20", Bench.progress())))
    try expect(bench, "held")
    bench.send(
      .desk(
        .finished(
          .rating, ["A: mean grade 2.31 of 40 answers", "B: mean grade 3.02 of 40 answers"],
          Bench.progress(done: 198))))
    try expect(bench, "rated")
  }

  /// Holds the screen against its files: in ASCII, with line drawing characters, and what stands out
  /// without colours.
  private func expectAll(
    _ bench: Bench, _ name: String, source: SourceLocation = #_sourceLocation
  ) throws {
    try expect(bench, name, source: source)
    try expectMono(bench, name, source: source)
    var drawn = bench
    drawn.state.chrome = .unicode
    try expect(drawn, "unicode-\(name)", source: source)
  }

  /// Holds the screen against its file, and the same in UTF-8 against it: they differ in the signs
  /// that lines are drawn with and in nothing else.
  private func expect(
    _ bench: Bench, _ name: String, source: SourceLocation = #_sourceLocation
  ) throws {
    let size = bench.state.size
    let screen = view(bench.state, size: size).text
    try expect(screen, inFile: "\(name)-\(size.columns)x\(size.rows).txt", source)
    guard bench.state.chrome == .ascii else { return }
    // Also where there is no file of the other kind.
    var other = bench.state
    other.chrome = .unicode
    var drawn = view(other, size: size).text
    for (line, ascii) in [
      (Chrome.unicode.horizontal, "-"), (Chrome.unicode.vertical, "|"),
      (Chrome.unicode.corner, "+"),
    ] {
      drawn = drawn.replacingOccurrences(of: line, with: ascii)
    }
    #expect(drawn == screen, "\(name) in UTF-8", sourceLocation: source)
  }

  /// Holds what a terminal without colours shows beside the text against a file: for each cell `.`,
  /// or `b` for bold, `u` for underlined, `r` for reversed, a capital where it is bold too.
  private func expectMono(
    _ bench: Bench, _ name: String, source: SourceLocation = #_sourceLocation
  ) throws {
    let size = bench.state.size
    let frame = view(bench.state, size: size)
    let rows = (0..<size.rows).map { y in
      frame.row(y).map { Self.mark(of: Theme.mono[$0.role].attributes) }.joined()
    }
    try expect(
      rows.joined(separator: "\n"), inFile: "mono-\(name)-\(size.columns)x\(size.rows).txt", source)
  }

  private static func mark(of attributes: TextAttributes) -> String {
    let isBold = attributes.contains(.bold)
    let mark =
      switch (attributes.contains(.reverse), attributes.contains(.underline)) {
      case (true, true): "x"
      case (true, false): "r"
      case (false, true): "u"
      case (false, false): isBold ? "b" : "."
      }
    return isBold && mark != "b" ? mark.uppercased() : mark
  }

  private func expect(
    _ drawn: String, inFile file: String, _ source: SourceLocation
  ) throws {
    let screen = drawn + "\n"
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
