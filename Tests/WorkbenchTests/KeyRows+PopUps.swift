import Clinical
import Screen
import Testing

@testable import Workbench

extension KeyRow {
  private static func withRuns(_ keys: Key...) -> Bench {
    var bench = Bench()
    bench.send(.runsObserved(RunJobTests.runs()))
    bench.press(.function(5))
    for key in keys { bench.press(key) }
    return bench
  }

  static func place(_ action: Action, _ context: KeyMap.Context) -> KeyRow? {
    func room(_ key: Key, _ more: Key...) -> () throws -> Bench {
      {
        var bench = try versions()
        bench.press(key)
        for key in more { bench.press(key) }
        return bench
      }
    }
    switch (context, action) {
    case (.qa, .openItem):
      return KeyRow(room(.function(3), .home)) { bench, _ in
        bench.state.mode == .query && bench.state.chosenExchange == 0
      }
    case (.compare, .questionPrevious):
      return KeyRow(room(.function(4))) { bench, _ in bench.state.comparedPair?.left == 0 }
    case (.compare, .questionNext):
      return KeyRow(room(.function(4), .character("{"))) { bench, _ in
        bench.state.comparedPair?.left == 3
      }
    case (.compare, .pairNext):
      return KeyRow(room(.function(4))) { bench, _ in bench.state.comparedPair?.left == 4 }
    case (.compare, .pairPrevious):
      return KeyRow(room(.function(4), .character(">"))) { bench, _ in
        bench.state.comparedPair?.left == 3
      }
    case (.compare, .openItem):
      return KeyRow(room(.function(4))) { bench, _ in
        bench.state.mode == .query && bench.state.chosenExchange == 4
      }
    case (.jobs, .openItem):
      return KeyRow(room(.function(5), .home, .down)) { bench, _ in
        bench.state.mode == .query && bench.state.chosenExchange == 0
      }
    case (.jobs, .cancelItem):
      return KeyRow({
        var bench = try versions()
        bench.press(.tab)
        _ = try bench.asked("Third?")
        bench.press(.function(5))
        return bench
      }) { bench, _ in !bench.state.isGenerating }
    case (.jobs, .pauseItem):
      return KeyRow({ withRuns() }) { _, effects in
        effects == [.control(.pause, folder: "/home/ward/lora")]
      }
    case (.jobs, .resumeItem):
      return KeyRow({ withRuns(.up) }) { _, effects in
        effects == [.control(.start, folder: "/home/ward/old")]
      }
    default: return nil
    }
  }

  /// The inspector at the third of eight tokens.
  static func tokens(_ action: Action) -> KeyRow? {
    func room(_ keys: Key...) -> () throws -> Bench {
      {
        var bench = try TokenTests.inspecting()
        bench.press(.right, .right)
        for key in keys { bench.press(key) }
        return bench
      }
    }
    func token(_ expected: Int) -> KeyRow {
      KeyRow(room()) { bench, _ in bench.state.tokenCursor?.token == expected }
    }
    switch action {
    case .tokenPrevious: return token(1)
    case .tokenNext: return token(3)
    case .tokenFirst: return token(0)
    case .tokenLast: return token(8)
    case .tokenUncertain: return token(7)
    case .optionNext:
      return KeyRow(room()) { bench, _ in bench.state.tokenCursor?.option == 1 }
    case .optionPrevious:
      return KeyRow(room(.down)) { bench, _ in bench.state.tokenCursor?.option == 0 }
    case .branch: return KeyRow(room(.down)) { $1.generation?.order.given == [0, 1, 90] }
    case .branchWithText:
      return KeyRow(room()) { bench, _ in bench.state.overlay == .branchLine(LineInput()) }
    default: return nil
    }
  }

  /// A text with the cursor behind `one tw`, its second line empty.
  static func editing(_ action: Action) -> KeyRow? {
    func text(_ expected: String) -> KeyRow {
      KeyRow({
        var bench = Bench()
        bench.type("one two")
        bench.press(.left)
        return bench
      }) { bench, _ in
        let editor = bench.state.editor
        return editor.text[..<editor.cursor] + "|" + editor.text[editor.cursor...] == expected
      }
    }
    return switch action {
    case .left: text("one t|wo")
    case .right: text("one two|")
    case .wordLeft: text("one |two")
    case .wordRight: text("one two|")
    case .lineStart: text("|one two")
    case .lineEnd: text("one two|")
    case .deleteLeft: text("one t|o")
    case .deleteRight: text("one tw|")
    case .deleteWordLeft: text("one |o")
    case .deleteWordRight: text("one tw|")
    case .deleteToLineStart: text("|o")
    case .deleteToLineEnd: text("one tw|")
    default: nil
    }
  }

  static func line(_ action: Action) -> KeyRow? {
    func room(_ typed: String, _ keys: Key...) -> () -> Bench {
      {
        var bench = Bench()
        bench.state.themeNames = ["dark", "daylight", "light"]
        bench.press(.character(":"))
        bench.type("bare")
        bench.press(.enter, .escape, .character(":"))
        bench.type(typed)
        for key in keys { bench.press(key) }
        return bench
      }
    }
    func text(_ bench: Bench) -> String? {
      if case .commandLine(let line) = bench.state.overlay { return line.text }
      return nil
    }
    switch action {
    case .accept: return KeyRow(room("q")) { $1.last == .quit(.chosen) }
    case .complete: return KeyRow(room("unsa")) { bench, _ in text(bench) == "unsafe " }
    case .completePrevious:
      return KeyRow(room("theme da", .tab)) { bench, _ in text(bench) == "theme daylight" }
    case .historyOlder: return KeyRow(room("x")) { bench, _ in text(bench) == "bare" }
    case .historyNewer: return KeyRow(room("x", .up)) { bench, _ in text(bench) == "x" }
    case .close: return KeyRow(room("x")) { bench, _ in bench.state.overlay == nil }
    default: return nil
    }
  }

  static func choice(_ action: Action) -> KeyRow? {
    let room = with(.control("t"), .down, .down)
    func selected(_ index: Int) -> KeyRow {
      KeyRow(room) { bench, _ in bench.state.overlay == .tasks(selected: index) }
    }
    return switch action {
    case .lineUp: selected(1)
    case .lineDown: selected(3)
    case .pageUp: selected(0)
    case .pageDown: selected(ClinicalTask.allCases.count - 1)
    case .accept: KeyRow(room) { bench, _ in bench.state.task == ClinicalTask.allCases[2] }
    case .close: KeyRow(room) { bench, _ in bench.state.overlay == nil }
    default: nil
    }
  }

  static func noteList(_ action: Action) -> KeyRow? {
    func room() -> () -> Bench {
      {
        var bench = NoteListTests.three()
        bench.state.markedNotes = [0, 2]
        bench.send(.command("notes"))
        return bench
      }
    }
    switch action {
    case .markNote:
      return KeyRow(room()) { bench, _ in bench.state.markedNotes == [0, 1, 2] }
    case .askTogether:
      return KeyRow(room()) { bench, _ in
        bench.state.note?.document.name == "0142.txt + labs.txt"
      }
    default: return nil
    }
  }

  /// The panel at a temperature of 0.7 and a limit of 50 tokens.
  static func settings(_ action: Action) -> KeyRow? {
    func temperature(_ value: Double, limit: Int = 50) -> KeyRow {
      KeyRow({
        var bench = SettingsTests.panel()
        bench.state.parameters.temperature = 0.7
        bench.state.parameters.maximumTokenCount = 50
        return bench
      }) { bench, _ in
        bench.state.parameters.temperature == value
          && bench.state.parameters.maximumTokenCount == limit
      }
    }
    return switch action {
    case .settingLess: temperature(0.6)
    case .settingMore: temperature(0.8)
    case .settingDefault: temperature(0)
    case .allDefaults: temperature(0, limit: 400)
    default: nil
    }
  }

  static func page(_ action: Action) -> KeyRow? {
    func top(_ expected: @escaping (Int) -> Bool) -> KeyRow {
      KeyRow(with(.function(1), .down, .down, .down)) { bench, _ in
        guard case .help(let top) = bench.state.overlay else { return false }
        return expected(top)
      }
    }
    return switch action {
    case .lineUp: top { $0 == 2 }
    case .lineDown: top { $0 == 4 }
    case .pageUp: top { $0 == 0 }
    case .pageDown: top { $0 > 10 && $0 < 30 }
    case .top: top { $0 == 0 }
    case .end: top { $0 > 40 }
    case .close: KeyRow(with(.function(1))) { bench, _ in bench.state.overlay == nil }
    default: nil
    }
  }

  static func question(_ action: Action) -> KeyRow? {
    let room = with(.control("c"))
    return switch action {
    case .yes, .stop: KeyRow(room) { $1 == [.quit(.chosen)] }
    case .no: KeyRow(room) { bench, _ in bench.state.overlay == nil }
    default: nil
    }
  }
}
