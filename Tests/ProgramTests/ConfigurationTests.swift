import Foundation
import Kernels
import Screen
import Testing
import Workbench

@testable import asclepius

/// What the configuration file may say, and what is said about what it may not.
@Suite struct ConfigurationTests {
  @Test func everyKeyIsRead() {
    let configuration = WorkbenchConfiguration(
      toml: """
        theme = "dark"
        model = "default"
        clipboard = "osc52"
        slow_link = true
        mouse = true
        kv = "q8_0"

        [keys.note]
        "x" = "help"
        "g x" = "blank"
        [keys.instruction]
        "alt-e" = "editor"
        [keys.question]
        "j" = "yes"
        """)
    #expect(configuration.problems.isEmpty)
    #expect(configuration.theme == "dark")
    #expect(configuration.model == "default")
    #expect(configuration.clipboard == .osc52)
    #expect(configuration.link == .slow)
    #expect(configuration.mouse == .on)
    #expect(configuration.keyValueType == .q8_0)
    #expect(configuration.keyMap.match([.character("j")], in: [.question]) == .action(.yes))
    let map = configuration.keyMap
    #expect(map.match([.character("x")], in: [.note, .panes]) == .action(.help))
    #expect(
      map.match([.character("g"), .character("x")], in: [.note, .panes]) == .action(.blank))
    #expect(map.match([.alt("e")], in: [.instruction]) == .action(.editor))
    #expect(map.match([.character("x")], in: [.answer]) == .nothing)
  }

  @Test func anEmptyFileChangesNothing() {
    #expect(WorkbenchConfiguration(toml: "") == WorkbenchConfiguration())
    #expect(WorkbenchConfiguration().clipboard == .off)
  }

  @Test func aKeyTakesTheMeaningOfTheOldOneAway() {
    let configuration = WorkbenchConfiguration(
      toml: """
        [keys.panes]
        "g" = "redraw"
        "q" = "none"
        """)
    let map = configuration.keyMap
    #expect(map.match([.character("g")], in: [.panes]) == .action(.redraw))
    #expect(!map.bindings.contains { $0.keys == [.character("g"), .character("q")] })
    #expect(map.match([.character("q")], in: [.panes]) == .nothing)
  }

  @Test func eachFaultIsToldWithItsLineAndTheRestCounts() {
    let configuration = WorkbenchConfiguration(
      toml: """
        theme = 7
        colour = "blue"
        clipboard = "yes"
        slow_link = "no"
        model = "small"
        kv = "q4"

        [keys.note]
        "x" = "explode"
        "nosuchkey" = "help"
        "z" = 3
        "u" = "help"

        [keys.attic]
        "x" = "help"
        """)
    #expect(configuration.model == "small")
    #expect(configuration.keyMap.match([.character("u")], in: [.note]) == .action(.help))
    #expect(configuration.problems.map(\.line) == [1, 2, 3, 4, 6, 9, 10, 11, 14])
    let texts = configuration.problems.map(\.text)
    #expect(texts[0].contains("theme"))
    #expect(texts[1].contains("known are theme model clipboard slow_link mouse kv keys"))
    #expect(texts[2].contains(#""off" or "osc52""#))
    #expect(texts[3].contains("true or false"))
    #expect(texts[4].contains(#""f16" or "q8_0""#))
    #expect(texts[5].contains("no action explode") && texts[5].contains("toggle-section"))
    #expect(texts[6].contains("no key \"nosuchkey\""))
    #expect(texts[7].contains("name of an action"))
    #expect(texts[8].contains("everywhere panes instruction note outline answer tokens qa"))
    #expect(configuration.complaint?.contains("line 1: ") == true)
    #expect(configuration.complaint?.contains("(and 8 more)") == true)
  }

  @Test func whatIsNoTOMLIsToldWithItsLine() {
    let configuration = WorkbenchConfiguration(toml: "theme = \"dark\"\nmodel = = 3\n")
    #expect(configuration.problems.map(\.line) == [2])
    #expect(configuration.keyMap == .standard)
  }

  @Test func bytesThatAreNoTextStopNothing() {
    let configuration = WorkbenchConfiguration.read(
      environment: ["HOME": "/h"], contents: { _ in Data([0x74, 0xFF, 0xFE]) })
    #expect(configuration.problems.map(\.text) == ["the file is not UTF-8"])
  }

  @Test func theFileLiesWhereTheEnvironmentSays() {
    #expect(
      WorkbenchConfiguration.path(environment: ["HOME": "/h"])
        == "/h/.config/asclepius/config.toml")
    #expect(
      WorkbenchConfiguration.path(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "/c"])
        == "/c/asclepius/config.toml")
    #expect(WorkbenchConfiguration.path(environment: [:]) == nil)
    var asked: [String] = []
    _ = WorkbenchConfiguration.read(environment: ["HOME": "/h"]) { path in
      asked.append(path)
      return nil
    }
    #expect(asked == ["/h/.config/asclepius/config.toml"])
  }

  /// printf 'Größe' | base64
  @Test func theClipboardSequenceIsBase64AndWrappedForTmux() {
    #expect(
      ClipboardSequence.setting("Größe", insideTmux: false)
        == "\u{1B}]52;c;R3LDtsOfZQ==\u{07}")
    #expect(
      ClipboardSequence.setting("Größe", insideTmux: true)
        == "\u{1B}Ptmux;\u{1B}\u{1B}]52;c;R3LDtsOfZQ==\u{07}\u{1B}\\")
  }

  @Test func theEditorIsTheOneThatTheEnvironmentNames() throws {
    let both = ["VISUAL": "a --wait", "EDITOR": "b"]
    #expect(try ExternalEditor(environment: both).command == "a --wait")
    #expect(try ExternalEditor(environment: ["VISUAL": "", "EDITOR": "b"]).command == "b")
    #expect(throws: ExternalEditor.Failure.noEditor) { try ExternalEditor(environment: [:]) }
  }

  @Test func anEditorChangesTheTextAndAFailingOneDoesNot() throws {
    let editor = try ExternalEditor(environment: ["EDITOR": "sed -i s/dose/drug/"])
    #expect(try editor.edited("Which dose?\nWhy?") == "Which drug?\nWhy?")
    let failing = try ExternalEditor(environment: ["EDITOR": "false"])
    #expect(throws: ExternalEditor.Failure.endedBadly(command: "false", status: 1)) {
      try failing.edited("x")
    }
    let wrong = try ExternalEditor(environment: ["EDITOR": "printf '\\377' >"])
    #expect(throws: ExternalEditor.Failure.unreadable) { try wrong.edited("x") }
  }
}
