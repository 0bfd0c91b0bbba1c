import Clinical
import Screen
import Testing

@testable import Workbench

/// The panel of settings for generation.
@Suite struct SettingsTests {
  static func panel(_ keys: Key..., columns: Int = 80, rows: Int = 24) -> Bench {
    var bench = Bench(columns: columns, rows: rows)
    bench.state.template = .chat
    bench.send(.command("settings"))
    for key in keys { bench.press(key) }
    return bench
  }

  private func row(_ name: String, _ bench: Bench) -> String {
    bench.screen.first { $0.contains(" \(name) ") } ?? ""
  }

  @Test func itShowsWhatDiffersFromTheDefault() {
    var bench = Self.panel()
    #expect(bench.screen.contains { $0.contains("all as by default") })
    bench.press(.right, .right)
    #expect(bench.state.parameters.temperature == 0.2)
    #expect(row("temperature", bench).contains("* 0.2"))
    #expect(row("temperature", bench).contains("0 to 10"))
    #expect(row("temperature", bench).contains("(0)"))
    bench.press(.down, .right)
    #expect(bench.screen.contains { $0.contains("* 2 changed") })
    bench.press(.character("d"))
    #expect(bench.state.parameters.topK == 0)
    bench.press(.character("D"))
    #expect(bench.state.parameters == GenerationParameters())
  }

  @Test func everySettingStaysWithinItsBoundsAndComesBack() {
    for (index, setting) in GenerationSetting.allCases.enumerated() {
      var bench = Self.panel()
      for _ in 0..<index { bench.press(.down) }
      for key in [Key.right, .left, .left] {
        bench.press(key)
        guard case .settings(let panel) = bench.state.overlay else {
          Issue.record("the panel is gone")
          return
        }
        #expect(panel.complaint == nil, "\(setting) \(bench.state.value(of: setting))")
        #expect(panel.setting == setting)
      }
      bench.press(.character("d"))
      #expect(bench.state.isDefault(setting))
    }
    var bench = Self.panel(.down, .down)
    for _ in 0..<30 { bench.press(.left) }
    #expect(bench.state.parameters.topP == 0.01)
    for _ in 0..<30 { bench.press(.right) }
    #expect(bench.state.parameters.topP == 1)
  }

  @Test func aValueCanBeTyped() {
    var bench = Self.panel()
    bench.type("0.65")
    #expect(row("temperature", bench).contains("0.65_"))
    #expect(bench.state.parameters.temperature == 0)
    bench.press(.backspace, .enter)
    #expect(bench.state.parameters.temperature == 0.6)
    bench.type("99")
    bench.press(.enter)
    #expect(bench.state.parameters.temperature == 0.6)
    let complaint = "temperature wants a number from 0 to 10, not 99"
    #expect(bench.screen.contains { $0.contains(complaint) })
    bench.type("3")
    bench.press(.escape)
    #expect(bench.state.overlay == .settings(SettingsPanel()))
    bench.press(.enter)
    #expect(bench.state.overlay == nil)
  }

  @Test func templateAndLookupReachTheNextQuestion() throws {
    var bench = Bench()
    bench.state.template = .chat
    bench.send(.command("set template alpaca"))
    bench.send(.command("set lookup off"))
    bench.send(.command("set beams 4"))
    #expect(bench.state.countRequest?.template == .alpaca)
    let order = try bench.asked("Why?")
    let request = try bench.effects.request().order
    #expect(request.template == .alpaca)
    #expect(request.lookup == .off)
    #expect(request.parameters.beamCount == 4)
    #expect(bench.answers[0].template == .alpaca)
    bench.finish(order, text: "So.")
    bench.send(.command("set template chat"))
    #expect(bench.state.templateChoice == nil)
    bench.send(.command("set template latin"))
    #expect(bench.screen.joined().contains("one of asclepius"))
  }
}
