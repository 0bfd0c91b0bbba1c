import Clinical
import Screen
import Testing

@testable import Workbench

/// What leaves the program: files, the clipboard, plain text, the person's editor.
@Suite struct HandingOutTests {
  private func answered() throws -> Bench {
    var bench = Bench()
    bench.state.template = .chat
    bench.press(.tab, .character("o"), .down, .character(" "), .escape, .backTab)
    let first = try bench.asked("Which \"diuretic\"?")
    bench.finish(first, text: "Furosemide\n40 mg.", tokens: [5, 6])
    bench.press(.backTab)
    let second = try bench.press(.character("r")).request().id
    bench.finish(second, text: "Furosemide.", tokens: [5], stop: .limit)
    return bench
  }

  private func written(_ bench: inout Bench, _ path: String) -> String? {
    for case .writeFile(path, let contents) in bench.send(.command("w \(path)")) {
      return contents
    }
    return nil
  }

  @Test func markdownHoldsEveryVersionAndWhatWasLeftOut() throws {
    var bench = try answered()
    let text = try #require(written(&bench, "a.md"))
    #expect(text.contains("**Question:** Which \"diuretic\"?"))
    #expect(text.contains("### Answer 1 of 2, 14:00\n\n*note without: HOSPITAL COURSE*"))
    #expect(text.contains("### Answer 2 of 2"))
    #expect(text.contains("template chat"))
  }

  @Test func plainTextHoldsNoMarks() throws {
    var bench = try answered()
    let text = try #require(written(&bench, "a.TXT"))
    #expect(text.hasPrefix("Written by a language model. Not for clinical decisions."))
    #expect(text.contains("Answer 1 of 2: Furosemide\n40 mg.\n"))
    #expect(text.contains("(note without: HOSPITAL COURSE)"))
    #expect(!text.contains("**") && !text.contains("#"))
  }

  @Test func jsonLinesHoldProvenance() throws {
    var bench = try answered()
    let text = try #require(written(&bench, "a.jsonl"))
    let lines = text.split(separator: "\n")
    #expect(lines.count == 2)
    let first = try #require(try JSONValue(parsing: lines[0].utf8).object)
    #expect(first["question"]?.string == "Which \"diuretic\"?")
    #expect(first["answer"]?.string == "Furosemide\n40 mg.")
    #expect(first["state"]?.string == "end")
    #expect(first["left_out"]?.array?.first?.object?["title"]?.string == "HOSPITAL COURSE")
    let provenance = try #require(first["provenance"]?.object)
    #expect(provenance["note_digest"]?.string == ClinicalNote(title: "", text: Bench.note).id)
    #expect(
      provenance["sent_note_digest"]?.string
        == contentDigest(of: ClinicalNote(title: "", text: Bench.note).text(leavingOut: [1])))
    #expect(provenance["template"]?.string == "chat")
    #expect(provenance["template_digest"]?.string == PromptTemplate.chat.digest)
    #expect(provenance["tokens"]?.array?.compactMap(\.integer) == [5, 6])
    #expect(provenance["parameters"]?.object?["seed"]?.integer == 0)
    let second = try #require(try JSONValue(parsing: lines[1].utf8).object)
    #expect(second["version_of"]?.integer == 0)
    #expect(second["state"]?.string == "limit")
  }

  @Test(arguments: ["a", "a.pdf", "a.md.bak"])
  func anUnknownFormIsRefusedWithThoseThereAre(path: String) throws {
    var bench = try answered()
    #expect(written(&bench, path) == nil)
    #expect(bench.noticeRow.contains(".md, .jsonl or .txt"))
  }

  @Test func aFileThatIsThereIsOverwrittenOnlyWhenThePersonSaysSo() {
    var bench = Bench()
    bench.send(.fileExists(path: "a.md", contents: "new"))
    #expect(bench.noticeRow.contains("a.md is there already. Overwrite it? y/n"))
    #expect(bench.press(.character("n")).isEmpty)
    bench.send(.fileExists(path: "a.md", contents: "new"))
    #expect(
      bench.press(.character("y")) == [.overwriteFile(path: "a.md", contents: "new")])
  }

  @Test func copyingIsOffUnlessTheConfigurationAllowsIt() throws {
    var bench = try answered()
    #expect(bench.press(.character("y")).isEmpty)
    #expect(bench.state.notice?.text.contains("clipboard = \"osc52\"") == true)
    bench.state.clipboard = .osc52
    bench.press(.character("<"))
    #expect(bench.press(.character("y")) == [.copy("Furosemide\n40 mg.")], "as it was written")
  }

  @Test func bareTextHasNoFrames() throws {
    var bench = try answered()
    bench.press(.alt("l"))
    let rows = bench.screen
    #expect(rows[0] == "You: Which \"diuretic\"?")
    #expect(rows[1] == "(note without: HOSPITAL COURSE)")
    #expect(rows[3] == "Model: Furosemide.")
    #expect(!rows.dropLast().contains { $0.contains("--") || $0.contains("|") })
    bench.press(.escape)
    #expect(bench.screen[0].contains("F2 Query"))
  }

  @Test func bareTextOfTheNoteScrolls() {
    var bench = Bench(columns: 60, rows: 16)
    bench.press(.tab)
    bench.send(.command("bare"))
    #expect(bench.screen[0] == "ADMISSION")
    bench.press(.end)
    #expect(bench.screen.contains("Heart failure clinic in two weeks."))
    bench.press(.up, .home)
    #expect(bench.screen[0] == "ADMISSION")
  }

  @Test func theInstructionGoesToTheEditorAndComesBack() {
    var bench = Bench()
    bench.type("dra")
    #expect(bench.press(.control("g")) == [.editExternally("dra")])
    bench.send(.editedExternally("drafted\nat length"))
    #expect(bench.state.editor.text == "drafted\nat length")
    #expect(bench.state.focus == .instruction)
  }

  @Test func aBlankScreenShowsNothingUntilAKeyIsPressed() {
    var bench = Bench()
    bench.press(.tab, .character("B"))
    bench.send(.model(.ready(Bench.model)))
    #expect(bench.screen.allSatisfy { $0.isEmpty })
    bench.press(.character("r"))
    #expect(bench.screen[1].contains("Note 0142.txt"))
  }
}
