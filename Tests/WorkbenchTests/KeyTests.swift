import Clinical
import Screen
import Testing

@testable import Workbench

@Suite struct KeyTests {
  @Test func tabGoesThroughTheThreePanes() {
    var bench = Bench()
    #expect(bench.state.focus == .instruction)
    bench.press(.tab)
    #expect(bench.state.focus == .note)
    bench.press(.tab)
    #expect(bench.state.focus == .answer)
    bench.press(.tab)
    #expect(bench.state.focus == .instruction)
    bench.press(.backTab)
    #expect(bench.state.focus == .answer)
  }

  @Test(arguments: [
    (Key.function(3), Character("r"), WorkbenchState.Mode.rating),
    (.function(4), "c", .compare), (.function(5), "j", .jobs),
  ])
  func modesAreReachedByFunctionKeyAndByG(
    key: Key, letter: Character, mode: WorkbenchState.Mode
  ) {
    var bench = Bench()
    bench.press(key)
    #expect(bench.state.mode == mode)
    bench.press(.character("q"))
    #expect(bench.state.mode == .query)
    bench.press(.tab, .character("g"), .character(letter))
    #expect(bench.state.mode == mode)
    bench.press(.character("g"), .character("q"))
    #expect(bench.state.mode == .query)
  }

  @Test func lettersAreTextInTheInstruction() {
    var bench = Bench()
    bench.type("gq? r/n:q")
    #expect(bench.state.editor.text == "gq? r/n:q")
  }

  @Test func questionMarkSlashAndColonAreCommandsOnlyWhereNothingIsTyped() {
    var bench = Bench()
    bench.press(.character("?"))
    #expect(bench.state.overlay == .help(top: 0))
    bench.press(.escape, .character("/"))
    #expect(bench.state.overlay == .findLine(LineInput()))
    bench.press(.escape, .character(":"))
    #expect(bench.state.overlay == .commandLine(LineInput()))
  }

  @Test func aBrokenRowOfKeysFallsBackToItsLastKey() {
    var bench = Bench()
    bench.press(.tab, .character("g"), .character("?"))
    #expect(bench.state.overlay == .help(top: 0))
  }

  @Test func escapeTakesAwayOneLayerAtATime() throws {
    var bench = Bench()
    let id = try bench.asked("Diuretic?")
    bench.write(["Furosemide"], in: id)
    bench.type("draft")
    bench.press(.tab, .character("/"))
    bench.type("heart")
    bench.press(.enter, .tab, .tab, .function(1))

    bench.press(.escape)
    #expect(bench.state.overlay == nil)
    #expect(bench.state.search != nil)
    bench.press(.escape)
    #expect(bench.state.search == nil)
    #expect(bench.state.isGenerating)
    #expect(bench.press(.escape).first == .cancel(id))
    #expect(bench.state.editor.text == "draft")
    bench.press(.escape)
    #expect(bench.state.editor.text.isEmpty)
    bench.press(.up)
    #expect(bench.state.editor.text == "draft", "cleared text can be had back")
  }

  @Test func helpListsEveryBindingOfTheKeyMap() {
    var bench = Bench()
    bench.state.keyMap.bindings.append(.init([.control("x")], .redraw, in: .everywhere))
    let help = bench.state.helpLines.map(\.text)
    for binding in bench.state.keyMap.bindings {
      let label = KeyMap.label(binding.keys)
      #expect(help.contains { $0.contains(label) && $0.contains(binding.action.explanation) })
    }
    #expect(help.contains { $0.contains("Not for clinical decisions") })
  }

  @Test func helpScrollsToItsEnd() {
    var bench = Bench()
    bench.press(.function(1), .end)
    #expect(bench.screen.contains { $0.contains(":q") && $0.contains("quit") })
    bench.press(.home)
    #expect(bench.screen.contains { $0.contains("Ask a question about a discharge note") })
  }

  @Test func noTwoBindingsOfOneContextClash() {
    for (index, binding) in KeyMap.standard.bindings.enumerated() {
      for other in KeyMap.standard.bindings[(index + 1)...] where other.context == binding.context {
        #expect(!binding.keys.starts(with: other.keys) && !other.keys.starts(with: binding.keys))
      }
    }
  }

  @Test func upAndDownGoThroughEarlierInstructionsAndBackToTheDraft() throws {
    var bench = Bench()
    for question in ["First?", "Second?"] {
      let id = try bench.asked(question)
      bench.finish(id, text: "Yes.")
    }
    bench.type("dra")
    bench.press(.up)
    #expect(bench.state.editor.text == "Second?")
    bench.press(.up)
    #expect(bench.state.editor.text == "First?")
    bench.press(.up)
    #expect(bench.state.editor.text == "First?")
    bench.press(.down, .down)
    #expect(bench.state.editor.text == "dra")
  }

  @Test func controlRFindsAnEarlierInstruction() {
    var bench = Bench()
    bench.send(.historyLoaded(["Summarise the stay.", "Which diuretic?", "Why admitted?"]))
    bench.press(.control("r"))
    bench.type("DIUR")
    #expect(bench.screen.contains { $0.contains("> Which diuretic?") })
    #expect(!bench.screen.contains { $0.contains("Why admitted?") })
    bench.press(.enter)
    #expect(bench.state.editor.text == "Which diuretic?")
  }

  @Test func suspendAndRedrawAreAskedFor() {
    var bench = Bench()
    #expect(bench.press(.control("z")) == [.suspend])
    #expect(bench.press(.control("l")) == [.redraw])
  }
}
