import Clinical
import Screen

/// The panel of settings while it is on the screen.
struct SettingsPanel: Equatable, Sendable {
  /// Index of the setting that is chosen.
  var selected = 0
  /// The value that is being typed; nil while none is.
  var typed: String?
  /// Why the value typed last was not taken.
  var complaint: String?

  var setting: GenerationSetting { GenerationSetting.allCases[selected] }
}

extension WorkbenchState {
  mutating func performInSettings(_ action: Action, _ panel: SettingsPanel) {
    var panel = panel
    panel.complaint = nil
    switch action {
    case .settingLess, .settingMore:
      panel.typed = nil
      let value = value(of: panel.setting)
      put(
        panel.setting.stepped(value, by: action == .settingMore ? 1 : -1), in: &panel)
    case .settingDefault:
      panel.typed = nil
      reset(panel.setting)
    case .allDefaults:
      panel.typed = nil
      for setting in GenerationSetting.allCases { reset(setting) }
    case .accept:
      guard let typed = panel.typed else {
        overlay = nil
        return
      }
      panel.typed = nil
      put(typed, in: &panel)
    case .close where panel.typed != nil:
      panel.typed = nil
    default:
      guard
        let target = action.target(
          from: panel.selected, page: 5, last: GenerationSetting.allCases.count - 1)
      else {
        overlay = nil
        return
      }
      panel = SettingsPanel(selected: target)
    }
    overlay = .settings(panel)
  }

  /// Takes a character of a value.
  mutating func type(_ key: Key, into panel: SettingsPanel) {
    var panel = panel
    switch key {
    case .character(let character) where character.isASCII && (panel.typed?.count ?? 0) < 24:
      panel.typed = (panel.typed ?? "") + String(character)
    case .backspace where panel.typed != nil:
      panel.typed?.removeLast()
      if panel.typed?.isEmpty == true { panel.typed = nil }
    default:
      return
    }
    panel.complaint = nil
    overlay = .settings(panel)
  }

  private mutating func put(_ value: String, in panel: inout SettingsPanel) {
    do throws(Command.Problem) {
      guard case .set(let setting) = try Command.parse("set \(panel.setting.rawValue) \(value)")
      else { return }
      apply(setting)
    } catch {
      panel.complaint = error.text
    }
  }

  private mutating func reset(_ setting: GenerationSetting) {
    let defaults = GenerationParameters()
    switch setting {
    case .temperature: parameters.temperature = defaults.temperature
    case .topK: parameters.topK = defaults.topK
    case .topP: parameters.topP = defaults.topP
    case .minP: parameters.minP = defaults.minP
    case .repeatPenalty: parameters.repeatPenalty = defaults.repeatPenalty
    case .beams: parameters.beamCount = defaults.beamCount
    case .maximumTokenCount: parameters.maximumTokenCount = defaults.maximumTokenCount
    case .seed: parameters.seed = defaults.seed
    case .template: templateChoice = nil
    case .lookup: lookup = .on
    case .loopGuard: parameters.loopGuard = defaults.loopGuard
    }
  }

  /// Changes what `setting` says.
  mutating func apply(_ setting: Command.Setting) {
    switch setting {
    case .temperature(let value): parameters.temperature = value
    case .seed(let value): parameters.seed = value
    case .maximumTokenCount(let value): parameters.maximumTokenCount = value
    case .topK(let value): parameters.topK = value
    case .topP(let value): parameters.topP = value
    case .minP(let value): parameters.minP = value
    case .repeatPenalty(let value): parameters.repeatPenalty = value
    case .beams(let value): parameters.beamCount = value
    case .template(let value): templateChoice = value == template ? nil : value
    case .lookup(let value): lookup = value
    case .loopGuard(let value): parameters.loopGuard = value == .on ? .on : .off
    case .mouse(let value): mouse = value
    case .slowLink(let value): slowLink = value
    case .redact(let value): redact = value
    }
  }

  /// All settings in one line.
  var settingsLine: String {
    let generation = GenerationSetting.allCases.map { "\($0.rawValue) \(value(of: $0))" }
    let screen = [
      "mouse \(mouse.rawValue)", "slow-link \(slowLink.rawValue)", "redact \(redact.rawValue)",
    ]
    return (generation + screen).joined(separator: "  ")
  }
}
