import Clinical

extension Job {
  /// A run in another process.
  init(_ run: ObservedRun) {
    let status = run.status
    self.init(
      id: .run(folder: run.folder), title: Self.title(of: run), model: status.model,
      state: Self.word(for: run.state))
    if status.totalCount > 0 { done = "\(status.doneCount)/\(status.totalCount)" }
    if run.isAlive, status.tokensPerSecond > 0 { rate = oneDecimal(status.tokensPerSecond) }
    if run.isAlive, let left = status.secondsLeft { time = Self.duration(left) }
    isProblem = run.state == .failed
    losses = status.losses
    details = [run.folder, Self.progress(of: run)] + Self.costs(of: status)
    if let learning = Self.learning(of: status) { details.append(learning) }
    if let remark = Self.remark(on: run) { details.append(remark) }
  }

  /// `dataset build in NAME`: the words of the command up to its first argument, and the folder.
  private static func title(of run: ObservedRun) -> String {
    let words = run.status.arguments.prefix(2).prefix { word in
      word.allSatisfy { $0.isLowercase && $0.isASCII }
    }
    let folder = run.folder.split(separator: "/").last.map(String.init) ?? run.folder
    return "\(words.joined(separator: " ")) in \(folder)"
  }

  private static func word(for state: RunStatus.State) -> String {
    switch state {
    case .running: "RUN"
    case .waiting: "WAIT"
    case .paused: "PAUSED"
    case .done: "DONE"
    case .failed: "FAILED"
    case .stopped: "STOPPED"
    }
  }

  private static func progress(of run: ObservedRun) -> String {
    let status = run.status
    var words = "\(status.stage): \(grouped(status.doneCount)) of \(grouped(status.totalCount))"
    if run.isAlive, let left = status.secondsLeft { words += ", \(duration(left)) left" }
    return words + ", \(duration(status.workedSeconds)) of work since it was begun last"
  }

  private static func costs(of status: RunStatus) -> [String] {
    guard status.tokenCount > 0 else { return [] }
    var words =
      status.losses == nil
      ? "read \(grouped(status.promptTokenCount)) tokens, wrote \(grouped(status.tokenCount))"
      : "\(grouped(status.tokenCount)) tokens trained"
    words += ", \(oneDecimal(status.tokensPerSecond)) a second"
    if let cost = status.cost { words += "; cost so far $\(twoDecimals(cost))" }
    return [words]
  }

  private static func learning(of status: RunStatus) -> String? {
    guard let losses = status.losses, let last = losses.training.last else { return nil }
    var words = "loss: . training \(threeDecimals(last.loss))"
    if let look = losses.validation.last, let best = losses.validation.map(\.loss).min() {
      words += ", o validation \(threeDecimals(look.loss)), best \(threeDecimals(best))"
    }
    return words
  }

  /// What has to be known about its state; nil where the word says it all.
  private static func remark(on run: ObservedRun) -> String? {
    switch (run.state, run.status.state) {
    case (.waiting, _): "It rests while an answer is being written: questions go first."
    case (.failed, _): run.status.problem
    case (.stopped, .running), (.stopped, .waiting), (.stopped, .paused):
      "Its process is gone. What it had is kept."
    default: nil
    }
  }

  /// Minutes and seconds, or from an hour on hours and minutes: `3h05`.
  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 3600 else { return minutesAndSeconds(seconds) }
    let minutes = Int(min(seconds, 1e9) / 60)
    return "\(minutes / 60)h\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
  }
}
