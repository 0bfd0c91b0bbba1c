import Clinical

/// What decides how answers are written, as the panel and `:set` name it.
enum GenerationSetting: String, CaseIterable, Equatable, Sendable {
  case temperature
  case topK = "top-k"
  case topP = "top-p"
  case minP = "min-p"
  case repeatPenalty = "repeat-penalty"
  case beams
  case maximumTokenCount = "max-tokens"
  case seed
  case template
  case lookup
  case loopGuard = "loop-guard"

  /// What it does, in a sentence or two.
  var explanation: String {
    switch self {
    case .temperature:
      "0 takes the most probable token each time, so that an answer can be made again; more gives"
        + " less probable tokens a chance."
    case .topK: "Only so many of the most probable tokens are drawn from; 0 sets no limit."
    case .topP: "Only the most probable tokens that together have this probability; 1 takes all."
    case .minP: "Tokens below this share of the best one's probability are dropped; 0 drops none."
    case .repeatPenalty:
      "Divides the scores of recent tokens, against repetition; 1 leaves them alone."
    case .beams:
      "Answers followed side by side, the best of which is shown at the end; 1 is none. It takes"
        + " as many times longer, and tokens have no probabilities."
    case .maximumTokenCount: "At most this many tokens; they are kept free in the context."
    case .seed: "Where the random numbers start: the same seed draws the same answer."
    case .template: "The form in which note and question are put to the model."
    case .lookup: "Guesses tokens that the note repeats and checks them; faster, the same answer."
    case .loopGuard: "Stops an answer that repeats itself without end."
    }
  }

  /// The values there are, in words.
  var bounds: String {
    switch self {
    case .temperature: "0 to 10"
    case .topK: "0 to 1,000,000"
    case .topP: "0.01 to 1"
    case .minP: "0 to 0.99"
    case .repeatPenalty: "0.1 to 10"
    case .beams: "1 to 32"
    case .maximumTokenCount: "1 to 1,000,000"
    case .seed: "a whole number from 0"
    case .template: "\(PromptTemplate.allCases.count) forms"
    case .lookup, .loopGuard: "on or off"
    }
  }

  /// The value that comes `step` further than `value`, as far as there is one.
  func stepped(_ value: String, by step: Int) -> String {
    switch self {
    case .temperature: Self.moved(value, by: 0.1 * Double(step), in: 0...10)
    case .topK: Self.moved(value, by: 10 * Double(step), in: 0...1_000_000)
    case .topP: Self.moved(value, by: 0.05 * Double(step), in: 0.01...1)
    case .minP: Self.moved(value, by: 0.01 * Double(step), in: 0...0.99)
    case .repeatPenalty: Self.moved(value, by: 0.05 * Double(step), in: 0.1...10)
    case .beams: Self.moved(value, by: Double(step), in: 1...32)
    case .maximumTokenCount: Self.moved(value, by: 50 * Double(step), in: 1...1_000_000)
    case .seed: UInt64(value).map { String(step > 0 ? $0 &+ 1 : $0 &- 1) } ?? value
    case .template: Self.next(PromptTemplate.allCases.map(\.rawValue), after: value, by: step)
    case .lookup, .loopGuard:
      Self.next(WorkbenchState.Switch.allCases.map(\.rawValue), after: value, by: step)
    }
  }

  private static func moved(
    _ value: String, by step: Double, in bounds: ClosedRange<Double>
  ) -> String {
    let target = min(max((Double(value) ?? 0) + step, bounds.lowerBound), bounds.upperBound)
    return shown((target * 100).rounded() / 100)
  }

  private static func next(_ values: [String], after value: String, by step: Int) -> String {
    guard let index = values.firstIndex(of: value) else { return values.first ?? value }
    return values[(index + step + values.count) % values.count]
  }

  /// A number without a decimal point that says nothing.
  static func shown(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : "\(value)"
  }

  /// Its value among `parameters`; nil for what is not one of them.
  fileprivate func value(in parameters: GenerationParameters) -> String? {
    switch self {
    case .temperature: Self.shown(parameters.temperature)
    case .topK: String(parameters.topK)
    case .topP: Self.shown(parameters.topP)
    case .minP: Self.shown(parameters.minP)
    case .repeatPenalty: Self.shown(parameters.repeatPenalty)
    case .beams: String(parameters.beamCount)
    case .maximumTokenCount: String(parameters.maximumTokenCount)
    case .seed: String(parameters.seed)
    case .loopGuard: parameters.loopGuard.rawValue
    case .template, .lookup: nil
    }
  }
}

extension WorkbenchState {
  /// The value of a setting as it is shown and typed.
  func value(of setting: GenerationSetting) -> String {
    if let value = setting.value(in: parameters) { return value }
    if setting == .lookup { return lookup.rawValue }
    return templateInForce?.rawValue ?? "the model's own"
  }

  /// What it is where nobody has changed it.
  func defaultValue(of setting: GenerationSetting) -> String {
    if let value = setting.value(in: GenerationParameters()) { return value }
    if setting == .lookup { return Switch.on.rawValue }
    return template?.rawValue ?? "the model's own"
  }

  func isDefault(_ setting: GenerationSetting) -> Bool {
    value(of: setting) == defaultValue(of: setting)
  }

  /// The form in which prompts are written from now on.
  var templateInForce: PromptTemplate? { templateChoice ?? template }
}
