import Clinical
import Screen
import Testing

@testable import Workbench

/// Several notes of a patient: the list, going between them, asking about them together.
@Suite struct NoteListTests {
  static let letter = NoteDocument(
    name: "clinic-letter.txt", path: "a/clinic-letter.txt",
    text: "Seen in clinic.\nPotassium 4.1.\n")
  static let labs = NoteDocument(name: "labs.txt", path: "a/labs.txt", text: "Potassium 5.9.")

  static func three(columns: Int = 80, rows: Int = 24) -> Bench {
    var bench = Bench(columns: columns, rows: rows)
    bench.send(.notesOpened([letter, labs]))
    return bench
  }

  @Test func openedNotesJoinTheListAndTheFirstOfThemIsShown() {
    var bench = Self.three()
    #expect(
      bench.state.notes.map(\.document.name) == ["0142.txt", "clinic-letter.txt", "labs.txt"])
    #expect(bench.state.noteIndex == 1)
    #expect(bench.noticeRow.contains("2 notes are open; g n or :notes lists them."))
    // What is there already is shown again, not twice.
    bench.send(.notesOpened([Self.labs]))
    #expect(bench.state.notes.count == 3)
    #expect(bench.state.noteIndex == 2)
  }

  @Test func goingThereAndBackKeepsPlaceSectionsAndAnswers() throws {
    var bench = Bench(rows: 16)
    bench.finish(try bench.asked("Which diuretic?"), text: "Furosemide.")
    bench.press(.tab, .down, .down, .character("o"), .end, .character(" "), .escape)
    bench.press(.home, .down, .down)
    let before = try #require(bench.state.note)
    bench.send(.notesOpened([Self.letter]))
    bench.send(.command("notes"))
    bench.press(.up, .enter)
    #expect(bench.state.note?.scroll == before.scroll)
    #expect(bench.state.note?.leftOut == [3])
    #expect(bench.answers.map(\.question) == ["Which diuretic?"])
    #expect(bench.screen.contains { $0.contains("Furosemide.") })
  }

  @Test func theListTellsWhatEachCosts() throws {
    var bench = Self.three()
    bench.finish(try bench.asked("Potassium?"), text: "4.1.")
    bench.send(.saved)
    bench.send(.saved)
    bench.count()
    #expect(bench.state.isAtRest)
    let effects = bench.send(.command("notes"))
    #expect(
      effects.filter { if case .countText = $0 { true } else { false } }
        == [.countText(Bench.note), .countText(Self.letter.text), .countText(Self.labs.text)])
    #expect(!bench.state.isAtRest)
    bench.send(.textCounted(Self.letter.text, 12))
    bench.send(.textCounted(Self.labs.text, nil))
    let row = bench.screen.first { $0.contains("clinic-letter.txt (shown)") }
    #expect(row?.contains(">[ ] 2  ") == true)
    #expect(row?.contains("12 tok      2 lines  1 answer") == true)
    #expect(bench.screen.contains { $0.contains("3  labs.txt") && $0.contains("? tok") })
    // Known costs are not asked for again.
    #expect(bench.press(.down).isEmpty)
  }

  @Test func markedNotesAreAskedAboutTogetherWithTheirExactCost() throws {
    var bench = Self.three()
    bench.send(.command("notes"))
    bench.press(.character("w"))
    #expect(bench.state.overlay == .notes(selected: 1))
    bench.press(.character(" "), .down)
    let joined = """
      # Note 1 of 2: clinic-letter.txt

      Seen in clinic.
      Potassium 4.1.

      # Note 2 of 2: labs.txt

      Potassium 5.9.

      """
    #expect(bench.press(.character(" ")) == [.countText(joined)])
    bench.send(.textCounted(joined, 41))
    #expect(bench.screen.contains { $0.contains("w: 2 notes together, 41 tok of 2,048") })
    bench.press(.character("w"))
    #expect(bench.screen.contains { $0.contains("Note clinic-letter.txt + labs.txt") })
    let order = try bench.ask("Did potassium rise?").map { _ in try bench.effects.request().order }
    #expect(order?.note == joined)
    #expect(bench.answers.last?.noteName == "clinic-letter.txt + labs.txt")
    // Each is a section that can be left out.
    #expect(
      bench.state.note?.sections.compactMap(\.heading)
        == ["Note 1 of 2: clinic-letter.txt", "Note 2 of 2: labs.txt"])
  }

  @Test func theCommandNamesThemByNumber() {
    var bench = Self.three()
    bench.send(.command("with 3 1"))
    #expect(bench.state.note?.document.name == "labs.txt + 0142.txt")
    bench.send(.command("with all"))
    #expect(bench.state.note?.document.name == "0142.txt + clinic-letter.txt + labs.txt")
    #expect(bench.state.notes.count == 5)
    bench.send(.command("with 3,1"))
    #expect(bench.state.notes.count == 5)
    #expect(bench.state.noteIndex == 3)
    for (line, says) in [
      ("with 9 1", "There is no note 9; 5 are open."), ("with 2", "takes two notes or more"),
      ("with 1 1", "each once"), ("with x", "numbers of notes"),
    ] {
      bench.send(.command(line))
      #expect(bench.screen.joined().contains(says), "\(line)")
    }
    bench.send(.command("with"))
    #expect(bench.state.overlay == .notes(selected: 3))
  }

  @Test func aNoteWithOddBytesStaysOddAmongOthers() {
    var bench = Self.three()
    bench.send(.notesOpened([NoteDocument(name: "odd", bytes: [0x61, 0x92])]))
    bench.send(.command("with 2 4"))
    #expect(bench.ask("Why?") == nil)
    #expect(bench.noticeRow.contains("not UTF-8"))
  }
}
