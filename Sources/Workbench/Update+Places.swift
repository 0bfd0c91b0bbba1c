import Clinical
import Screen

/// What is chosen in QA, Compare and Jobs.
struct PlaceState: Equatable, Sendable {
  /// Index of the answer that is chosen in QA; nil for the newest.
  var answer: Int?
  /// The row that is chosen in Jobs; nil for the last.
  var job: Job.ID?
  /// Index of the question that is chosen in Compare; nil for the newest.
  var question: Int?
  /// Index of the version that stands left in Compare; the next one stands right.
  var pair = 0
  /// Rows of the compared texts that are scrolled away.
  var compareTop = 0
}

extension WorkbenchState {
  /// Moves what is chosen outside of Query.
  mutating func movePlace(by delta: Int) {
    if deskKind != nil { return scrollDesk(by: delta) }
    switch mode {
    case .query:
      break
    case .rating:
      places.answer = moved(places.answer, by: delta, count: transcript.entries.count)
    case .jobs:
      let all = jobs
      let index = moved(chosenJobIndex(among: all), by: delta, count: all.count)
      places.job = index.map { all[$0].id }
    case .compare:
      places.compareTop = min(max(0, places.compareTop + delta), max(0, comparedRowCount - 1))
    }
  }

  /// An index `delta` further; nil is the last one, which is also what it stays at.
  private func moved(_ index: Int?, by delta: Int, count: Int) -> Int? {
    let last = count - 1
    guard last >= 0 else { return nil }
    let target = min(max(0, min(index ?? last, last) + delta), last)
    return target == last ? nil : target
  }

  /// Questions that have several versions of an answer: the first version of each.
  var comparableQuestions: [Int] {
    transcript.shown.map { transcript.first(of: $0) }
      .filter { transcript.versions(of: $0).count > 1 }
  }

  /// The two versions that stand side by side in Compare; nil where no question has two.
  var comparedPair: (left: Int, right: Int)? {
    let questions = comparableQuestions
    guard let newest = questions.indices.last else { return nil }
    let versions = transcript.versions(of: questions[min(places.question ?? newest, newest)])
    let left = min(max(0, places.pair), versions.count - 2)
    return (versions[left], versions[left + 1])
  }

  /// Chooses the question `step` further, in Compare among those with two versions.
  mutating func chooseQuestion(by step: Int) {
    guard mode == .compare else { return choosePlace(by: step) }
    places.question = moved(places.question, by: step, count: comparableQuestions.count)
    places.pair = 0
    places.compareTop = 0
  }

  /// Chooses the versions `step` further of the question in Compare.
  mutating func choosePair(by step: Int) {
    guard let (left, _) = comparedPair else { return }
    let versions = transcript.versions(of: left)
    let target = (versions.firstIndex(of: left) ?? 0) + step
    guard (0...versions.count - 2).contains(target) else {
      notice = Notice(
        .information, "These are the \(step > 0 ? "last" : "first") two versions.")
      return
    }
    places.pair = target
    places.compareTop = 0
  }

  /// Shows in Query what is chosen here.
  mutating func openItem() {
    let exchange: Int?
    switch mode {
    case .query: exchange = nil
    case .rating: exchange = chosenAnswerInRating
    case .compare: exchange = comparedPair?.right
    case .jobs: exchange = chosenJob?.exchange
    }
    if mode == .jobs, let run = chosenRun {
      notice = Notice(.information, "Its results are in \(DisplayText.sanitize(run.folder))")
    }
    guard let exchange, transcript.entries.indices.contains(exchange) else { return }
    mode = .query
    focus = .answer
    transcript.show(exchange)
    showNote(of: transcript.entries[exchange])
    showPlace(ofExchange: exchange)
  }

  /// Stops the job that is chosen, if it is one that runs.
  mutating func cancelItem() -> [Effect] {
    if let run = chosenRun {
      guard run.isAlive else { return tellOfRun("It does not run now.") }
      notice = Notice(.information, "It keeps what it has and ends.")
      return [.control(.stop, folder: run.folder)]
    }
    guard let job = chosenJob, let exchange = job.exchange, exchange == generation?.entry else {
      notice = Notice(.information, "Only what is being done can be stopped.")
      return []
    }
    return stopGeneration()
  }

  /// Lets the run that is chosen rest, or go on.
  mutating func pauseItem() -> [Effect] {
    guard let run = chosenRun else { return tellOfRun("Only a run can be paused.") }
    guard run.isAlive else { return tellOfRun("It does not run now.") }
    return [.control(run.state == .paused ? .goOn : .pause, folder: run.folder)]
  }

  /// Lets the run that is chosen go on, in a new process where its own is gone.
  mutating func resumeItem() -> [Effect] {
    guard let run = chosenRun else { return tellOfRun("Only a run can be resumed.") }
    switch run.state {
    case .paused: return [.control(.goOn, folder: run.folder)]
    case .stopped, .failed:
      notice = Notice(.information, "Begun again; it goes on from where it stands.")
      return [.control(.start, folder: run.folder)]
    case .running, .waiting: return tellOfRun("It runs.")
    case .done: return tellOfRun("It is done.")
    }
  }

  private mutating func tellOfRun(_ text: String) -> [Effect] {
    notice = Notice(.information, text)
    return []
  }

  /// The answer that is chosen in QA; nil where there is none.
  var chosenAnswerInRating: Int? {
    let last = transcript.entries.count - 1
    return last < 0 ? nil : min(places.answer ?? last, last)
  }
}
