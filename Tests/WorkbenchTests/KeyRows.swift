import Clinical
import Screen
import Testing

@testable import Workbench

/// What a row of the key map does, seen from outside: a room in which it means something, and what
/// is true once its keys were pressed and would not be without it.
struct KeyRow {
  var setUp: () throws -> Bench
  var holds: (Bench, [Effect]) -> Bool

  init(_ setUp: @escaping () throws -> Bench, _ holds: @escaping (Bench, [Effect]) -> Bool) {
    self.setUp = setUp
    self.holds = holds
  }

  /// The row of `action` in `context`; nil where nobody has written one.
  static func row(of action: Action, in context: KeyMap.Context) -> KeyRow? {
    switch context {
    case .everywhere: everywhere(action)
    case .panes: panes(action) ?? movement(action, startingAt: longNote)
    case .instruction: instruction(action)
    case .note: note(action)
    case .outline: outline(action)
    case .answer: answer(action)
    case .tokens: tokens(action)
    case .qa, .compare, .jobs: place(action, context)
    case .grading: grading(action) ?? desk(action) { Bench.rating() }
    case .comparing: comparing(action) ?? desk(action) { Bench.comparing() }
    case .marking: marking(action)
    case .editing: editing(action)
    case .line: line(action)
    case .choice: choice(action)
    case .notes: noteList(action)
    case .settings: settings(action)
    case .page: page(action)
    case .question: question(action)
    }
  }

  // MARK: Rooms

  static let manyLines = (1...200).map { "line \($0)" }.joined(separator: "\n")

  /// Several notes, the first of them long; the keys go to the note.
  static func longNote() -> Bench {
    var bench = Bench(notes: [
      NoteDocument(name: "a.txt", text: manyLines), NoteDocument(name: "b.txt", text: Bench.note),
    ])
    bench.press(.tab)
    return bench
  }

  /// Two questions; the last has three versions. The keys go to the answers.
  static func versions() throws -> Bench {
    var bench = Bench()
    for question in ["First?", "Second?"] {
      bench.finish(try bench.asked(question), text: manyLines)
      bench.press(.backTab)
      for _ in 0..<2 {
        bench.finish(try bench.press(.character("r")).request().id, text: "Again.")
      }
      bench.press(.tab)
    }
    bench.press(.backTab)
    return bench
  }

  static func typed(_ text: String) -> () -> Bench {
    {
      var bench = Bench()
      bench.type(text)
      return bench
    }
  }

  static func with(_ keys: Key...) -> () -> Bench {
    {
      var bench = Bench()
      for key in keys { bench.press(key) }
      return bench
    }
  }

  // MARK: Rows

  private static func everywhere(_ action: Action) -> KeyRow? {
    switch action {
    case .help: KeyRow({ Bench() }) { bench, _ in bench.state.overlay == .help(top: 0) }
    case .focusNext: KeyRow({ Bench() }) { bench, _ in bench.state.focus == .note }
    case .focusPrevious: KeyRow({ Bench() }) { bench, _ in bench.state.focus == .answer }
    case .stop: KeyRow({ Bench() }) { bench, _ in bench.state.overlay == .confirm(.quit) }
    case .suspend: KeyRow({ Bench() }) { $1 == [.suspend] }
    case .redraw: KeyRow({ Bench() }) { $1 == [.redraw] }
    case .peel: KeyRow(typed("x")) { bench, _ in bench.state.editor.text.isEmpty }
    case .tasks: KeyRow({ Bench() }) { bench, _ in bench.state.overlay == .tasks(selected: 0) }
    case .historySearch:
      KeyRow({ Bench() }) { bench, _ in
        bench.state.overlay == .historySearch(query: TextEditor(), selected: 0)
      }
    case .editor: KeyRow(typed("x")) { $1 == [.editExternally("x")] }
    case .bare: KeyRow({ Bench() }) { bench, _ in bench.state.overlay == .bare(top: 0) }
    default: mode(action) { Bench() }
    }
  }

  /// The four places, from any other than the one that is asked for.
  private static func mode(_ action: Action, from room: @escaping () -> Bench) -> KeyRow? {
    let target: WorkbenchState.Mode
    switch action {
    case .showQuery: target = .query
    case .showRating: target = .rating
    case .showCompare: target = .compare
    case .showJobs: target = .jobs
    default: return nil
    }
    return KeyRow({
      var bench = room()
      bench.state.mode = target == .jobs ? .rating : .jobs
      // The last key of `g q` alone leads to Query too.
      bench.state.keyMap.bindings.removeAll { $0.action == .back }
      return bench
    }) { bench, _ in bench.state.mode == target }
  }

  private static func panes(_ action: Action) -> KeyRow? {
    func searching() -> Bench {
      var bench = longNote()
      bench.press(.character("/"))
      bench.type("line 1")
      bench.press(.enter)
      return bench
    }
    switch action {
    case .help: return KeyRow(longNote) { bench, _ in bench.state.overlay == .help(top: 0) }
    case .find:
      return KeyRow(longNote) { bench, _ in bench.state.overlay == .findLine(LineInput()) }
    case .findNext: return KeyRow(searching) { bench, _ in bench.state.search?.current == 1 }
    case .findPrevious:
      return KeyRow(searching) { bench, _ in (bench.state.search?.current ?? 0) > 1 }
    case .command:
      return KeyRow(longNote) { bench, _ in bench.state.overlay == .commandLine(LineInput()) }
    case .back: return KeyRow(longNote) { bench, _ in bench.state.focus == .instruction }
    case .settings:
      return KeyRow(longNote) { bench, _ in bench.state.overlay == .settings(SettingsPanel()) }
    case .models: return KeyRow(longNote) { $1 == [.listModels] }
    case .sessions: return KeyRow(longNote) { $1 == [.searchSessions("")] }
    case .notes:
      return KeyRow(longNote) { bench, _ in bench.state.overlay == .notes(selected: 0) }
    case .outline: return KeyRow(longNote) { bench, _ in bench.state.overlay == .outline }
    case .blank: return KeyRow(longNote) { bench, _ in bench.state.isBlank }
    default: return mode(action, from: longNote)
    }
  }

  /// Movement through a text that begins at row 0 and is left at row 40.
  private static func movement(
    _ action: Action, startingAt room: @escaping () throws -> Bench
  ) -> KeyRow? {
    let expected: (Int) -> Bool
    switch action {
    case .lineUp: expected = { $0 == 39 }
    case .lineDown: expected = { $0 == 41 }
    case .pageUp: expected = { (30..<39).contains($0) }
    case .pageDown: expected = { (42..<50).contains($0) }
    case .top: expected = { $0 == 0 }
    case .end: expected = { $0 > 150 }
    default: return nil
    }
    return KeyRow({
      var bench = try room()
      for _ in 0..<40 { bench.press(.down) }
      return bench
    }) { bench, _ in bench.state.note.map { expected($0.scroll.top) } ?? false }
  }

  private static func instruction(_ action: Action) -> KeyRow? {
    func asked() throws -> Bench {
      var bench = Bench()
      bench.finish(try bench.asked("First?"), text: manyLines)
      return bench
    }
    switch action {
    case .send: return KeyRow(typed("Why?")) { $1.generation != nil }
    case .newline: return KeyRow(typed("a")) { bench, _ in bench.state.editor.text == "a\n" }
    case .historyOlder:
      return KeyRow(asked) { bench, _ in bench.state.editor.text == "First?" }
    case .historyNewer:
      return KeyRow({
        var bench = try asked()
        bench.press(.up)
        return bench
      }) { bench, _ in bench.state.editor.text.isEmpty }
    case .answerPageUp:
      return KeyRow(asked) { bench, _ in !bench.state.transcript.scroll.followsEnd }
    case .answerPageDown:
      return KeyRow({
        var bench = try asked()
        bench.press(.pageUp)
        return bench
      }) { bench, _ in bench.state.transcript.scroll.followsEnd }
    default: return nil
    }
  }

  private static func note(_ action: Action) -> KeyRow? {
    func inSections() -> Bench {
      var bench = Bench(rows: 16)
      bench.press(.tab, .down)
      return bench
    }
    switch action {
    case .sectionPrevious:
      return KeyRow(inSections) { bench, _ in bench.state.note?.scroll.top == 0 }
    case .sectionNext:
      return KeyRow(inSections) { bench, _ in (bench.state.note?.scroll.top ?? 0) > 2 }
    case .select:
      return KeyRow(inSections) { bench, _ in
        bench.state.note?.selection == RowSelection(anchor: 1, head: 1)
      }
    case .askAbout:
      return KeyRow({ NoteSelectionTests.marked() }) { bench, _ in
        bench.state.editor.text.hasPrefix("About \"Echocardiogram")
      }
    case .noteNext: return KeyRow(longNote) { bench, _ in bench.state.noteIndex == 1 }
    case .notePrevious:
      return KeyRow({
        var bench = longNote()
        bench.press(.character("]"), .character("n"))
        return bench
      }) { bench, _ in bench.state.noteIndex == 0 }
    default: return nil
    }
  }

  private static func outline(_ action: Action) -> KeyRow? {
    let room = with(.tab, .character("o"), .down)
    switch action {
    case .toggleSection: return KeyRow(room) { bench, _ in bench.state.note?.leftOut == [1] }
    case .goToSection: return KeyRow(room) { bench, _ in bench.state.overlay == nil }
    default: return nil
    }
  }

  private static func answer(_ action: Action) -> KeyRow? {
    switch action {
    case .again: return KeyRow(versions) { $1.generation?.order.question == "Second?" }
    case .newSeed:
      return KeyRow({
        var bench = try versions()
        bench.state.parameters.temperature = 0.7
        return bench
      }) { $1.generation?.order.parameters.seed == 1 }
    case .continueAnswer:
      return KeyRow({
        var bench = Bench()
        bench.finish(try bench.asked("Course?"), text: "He", tokens: [1, 2], stop: .limit)
        bench.press(.backTab)
        return bench
      }) { $1.generation?.order.given == [1, 2] }
    case .versionPrevious: return KeyRow(versions) { bench, _ in bench.state.chosenExchange == 4 }
    case .versionNext:
      return KeyRow({
        var bench = try versions()
        bench.press(.character("<"), .character("<"))
        return bench
      }) { bench, _ in bench.state.chosenExchange == 4 }
    case .questionPrevious: return KeyRow(versions) { bench, _ in bench.state.chosenPlace == 0 }
    case .questionNext:
      return KeyRow({
        var bench = try versions()
        bench.press(.character("{"))
        return bench
      }) { bench, _ in bench.state.chosenPlace == 1 }
    case .editQuestion: return KeyRow(versions) { bench, _ in bench.state.editor.text == "Second?" }
    case .branches:
      return KeyRow(versions) { bench, _ in bench.state.overlay == .branches(selected: 2) }
    case .marks: return KeyRow(versions) { bench, _ in bench.state.answerMarks == .uncertainty }
    case .tokens:
      return KeyRow({ try TokenTests.answered() }) { bench, _ in bench.state.tokenCursor != nil }
    case .sentencePrevious:
      return KeyRow(EvidenceTests.answered) { bench, _ in bench.state.claimCursor?.claim == 2 }
    case .sentenceNext:
      return KeyRow(EvidenceTests.answered) { bench, _ in bench.state.claimCursor?.claim == 0 }
    case .unsupportedNext:
      return KeyRow(EvidenceTests.answered) { bench, _ in bench.state.claimCursor?.claim == 1 }
    case .showEvidence:
      return KeyRow({
        var bench = try EvidenceTests.answered()
        bench.state.claimCursor = ClaimCursor(exchange: 0, claim: 0)
        return bench
      }) { bench, _ in bench.state.focus == .note }
    case .copy:
      return KeyRow({
        var bench = try versions()
        bench.state.clipboard = .osc52
        return bench
      }) { $1 == [.copy("Again.")] }
    case .export:
      return KeyRow(versions) { bench, _ in bench.state.overlay == .commandLine(LineInput("w ")) }
    default: return nil
    }
  }
}
