import Clinical
import Screen

extension AnswerStatus {
  /// True where more of the answer could come than there is.
  var canContinue: Bool {
    switch self {
    case .waiting, .writing, .complete: false
    case .stopped, .limit, .loop, .failed: true
    }
  }
}

extension WorkbenchState {
  /// Lets the chosen answer go on behind the tokens that it has, as if it had never stopped.
  mutating func continueAnswer() -> [Effect] {
    guard let chosen = chosenExchange else {
      notice = Notice(.information, "There is no answer yet.")
      return []
    }
    let entry = transcript.entries[chosen]
    guard entry.status.canContinue || entry.status.isRunning else {
      notice = Notice(.information, "The model has ended this answer itself.")
      return []
    }
    if let obstacle = obstacleToAnswering ?? obstacleToContinuing(entry) {
      notice = Notice(.warning, obstacle)
      return []
    }
    var continued = entry.parameters
    switch entry.status {
    case .limit:
      // As many tokens again as an answer may have now.
      continued.maximumTokenCount = entry.tokens.count + parameters.maximumTokenCount
    case .loop:
      // Whoever wants to read on has seen that it repeats itself.
      continued.loopGuard = .off
    default:
      break
    }
    showNote(of: entry)
    transcript.reopen(at: chosen, parameters: continued)
    let effects = generate(chosen)
    generation?.endedBefore = entry.status
    return effects
  }

  /// Why tokens of that answer cannot be taken up by the model that is loaded.
  func obstacleToContinuing(_ entry: TranscriptEntry) -> String? {
    guard let writer = entry.model, let loaded = model.description else {
      return "It is not known which model wrote this."
    }
    guard writer.canGoOn(with: loaded) else {
      return "\(DisplayText.sanitize(writer.name)) wrote this, and another model is loaded now."
    }
    return nil
  }
}

extension ModelDescription {
  /// True unless the two are known to be different: a digest that is not known yet tells nothing,
  /// and other kernels, or another cache of keys and values, read the same tokens.
  fileprivate func canGoOn(with other: ModelDescription) -> Bool {
    func compared(_ description: ModelDescription) -> ModelDescription {
      var result = description
      result.kernels = nil
      result.keyValueType = nil
      if digest.isEmpty || other.digest.isEmpty { result.digest = "" }
      return result
    }
    return compared(self) == compared(other)
  }
}
