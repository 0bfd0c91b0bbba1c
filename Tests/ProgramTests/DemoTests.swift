import Foundation
import Testing

/// The recorded demo, and the screens of it that the README shows.
///
/// After a wanted change: `ASCLEPIUS_UPDATE_SCREENS=1 swift test --filter DemoTests`, then look at
/// what `git diff` shows.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct DemoTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func theReadmeShowsTheDemoAsItIs() throws {
    let program = try Program()
    defer { program.remove() }
    let samples = Self.root.appendingPathComponent("samples")
    let result = try program.run([
      "--replay", samples.appendingPathComponent("demo.jsonl").path,
      "--script", samples.appendingPathComponent("demo.script").path,
    ])
    #expect(result.status == 0, "\(result.problems)")
    let readme = Self.root.appendingPathComponent("README.md")
    var text = try String(contentsOf: readme, encoding: .utf8)
    for name in ["demo-answer", "demo-find", "demo-jobs"] {
      let screen = try String(contentsOf: program.file("\(name).txt"), encoding: .utf8)
      #expect(screen.contains("SYNTHETIC"))
      let start = "<!-- screen \(name) -->\n```\n"
      let opening = try #require(text.range(of: start), "the README has no place for \(name)")
      let rest = text[opening.upperBound...]
      let closing = try #require(rest.range(of: "```\n"))
      let place = opening.upperBound..<closing.lowerBound
      if ProcessInfo.processInfo.environment["ASCLEPIUS_UPDATE_SCREENS"] != nil {
        text.replaceSubrange(place, with: screen)
      } else {
        #expect(text[place] == screen, "\(name) is now\n\(screen)")
      }
    }
    if ProcessInfo.processInfo.environment["ASCLEPIUS_UPDATE_SCREENS"] != nil {
      try text.write(to: readme, atomically: true, encoding: .utf8)
    }
  }

  @Test func theDemoOpensItsOwnNoteAndOffersItsQuestions() throws {
    let program = try Program()
    defer { program.remove() }
    let script = """
      wait ready
      key up
      save-display first.txt
      key enter
      wait ready
      type Something else?
      key enter
      wait ready
      save-display other.txt
      """
    try script.write(to: program.file("a.script"), atomically: true, encoding: .utf8)
    let demo = Self.root.appendingPathComponent("samples/demo.jsonl").path
    let result = try program.run(["--replay", demo, "--script", "a.script"])
    #expect(result.status == 0, "\(result.problems)")
    let first = try String(contentsOf: program.file("first.txt"), encoding: .utf8)
    #expect(first.contains("Note heart-failure.txt"))
    #expect(first.contains("> What made the heart failure worse?"))
    let other = try String(contentsOf: program.file("other.txt"), encoding: .utf8)
    #expect(other.contains("this recording has no answer to that question"))
  }
}
