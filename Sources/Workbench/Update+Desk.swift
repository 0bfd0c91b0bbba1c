import Clinical
import Screen

extension WorkbenchState {
  /// The kind of rating work that is shown; nil in Query and Jobs, and where nobody rates.
  var deskKind: DeskKind? {
    guard desk != nil else { return nil }
    switch mode {
    case .rating: return .rating
    case .compare where desk?.purpose == .rating: return .comparison
    default: return nil
    }
  }

  /// The place of the desk that is shown.
  var deskPlace: DeskPlace? { deskKind.flatMap { desk?[$0] } }

  /// What is before the rater in the place that is shown.
  var sheet: DeskSheet? {
    get { deskPlace?.phase == .working ? deskPlace?.sheet : nil }
    set { if let kind = deskKind { desk?[kind].sheet = newValue } }
  }

  /// True while something that a rater waits for has not come.
  var isDeskWaiting: Bool {
    desk.map { $0.rating.phase == .waiting || $0.comparison.phase == .waiting } ?? false
  }

  /// Sits a rater down: QA and Compare are theirs from now on.
  public mutating func seatRater(_ rater: String, adjudicates: Bool) {
    desk = RatingDesk(rater: rater, purpose: adjudicates ? .adjudication : .rating)
    mode = .rating
    settle()
  }

  /// Asks for something to rate when a place is looked at for the first time, and keeps the lease
  /// of what is worked on.
  mutating func askForDeskWork() -> [Effect] {
    guard let kind = deskKind, desk?[kind].phase == .idle else { return [] }
    return order(.next(kind, skipped: false), kind)
  }

  mutating func receive(_ news: DeskNews) {
    switch news {
    case .item(let kind, let item, let progress):
      place(kind, .working, progress)
      desk?[kind].sheet = DeskSheet(item, at: now.seconds)
    case .held(let kind, let count, let by, let until, let progress):
      place(kind, .held(count: count, by: by, until: until), progress)
    case .finished(let kind, let lines, let progress):
      place(kind, .finished(lines), progress)
    case .nothing(let kind, let reason):
      goBack(kind)
      notice = Notice(.information, reason)
    case .lost(let kind, let by, let until):
      guard desk?[kind].phase == .working else { return }
      let skip = keyMap.label(of: .skip, in: [.grading]).map { "; \($0) next" } ?? ""
      notice = Notice(
        .warning,
        "Held by \(DisplayText.sanitize(by)) until \(until)\(skip)."
          + " What you submit is kept all the same.")
    case .failed(let kind, let reason):
      goBack(kind)
      journal = .failed(reason: reason, accepted: false)
      notice = nil
    }
  }

  /// What was asked for did not come: all is as it was before.
  private mutating func goBack(_ kind: DeskKind) {
    // A draft that could not be kept changes nothing of what is shown.
    guard let place = desk?[kind], place.phase == .waiting else { return }
    desk?[kind].phase = place.phaseBefore == .idle ? .finished([]) : place.phaseBefore
  }

  private mutating func place(_ kind: DeskKind, _ phase: DeskPlace.Phase, _ progress: DeskProgress)
  {
    let had = desk?[kind].progress
    desk?[kind].phase = phase
    desk?[kind].progress = progress
    if search?.target == .rated { search = nil }
    // What was said is on the disk now.
    if case .failed = journal { notice = nil }
    if let had, had != DeskProgress(), had.done + had.skipped != progress.done + progress.skipped {
      journal = .saved(at: now)
    } else if case .failed = journal {
      journal = .unused
    }
  }

  /// Asks for something that another thing before the rater follows from.
  mutating func order(_ order: DeskOrder, _ kind: DeskKind) -> [Effect] {
    if let phase = desk?[kind].phase, phase != .waiting { desk?[kind].phaseBefore = phase }
    desk?[kind].phase = .waiting
    if case .information = notice?.kind { notice = nil }
    return [.desk(order)]
  }

  // MARK: Keys

  /// Does what a bound key means to a rater; nil for what is no work of theirs.
  mutating func performAtDesk(_ action: Action) -> [Effect]? {
    guard let kind = deskKind, let place = deskPlace, let desk else { return nil }
    switch action {
    case .guidelines:
      let isShown = showsGuidelines
      self.desk?.showsGuidelines = !isShown
      return []
    case .undo where place.phase != .waiting: return order(.undo(kind), kind)
    case .redo where place.phase != .waiting: return order(.redo(kind), kind)
    case .previousItem where place.phase != .waiting:
      return order(.previous(kind, id: sheet?.item.id ?? ""), kind)
    case .skip: return skip(kind, place)
    case .scrollTogether: self.desk?.scrollsTogether.toggle()
    case .differences: self.desk?.showsDifferences = !desk.showsDifferences
    case .hideNote: self.desk?.hidesNote.toggle()
    default:
      guard action.isSaidAtDesk else { return nil }
      guard sheet != nil else { return [] }
      // What can be submitted is, before more is said.
      if case .failed = journal, action != .submit, isSubmittable { return [] }
      return say(action, kind)
    }
    return []
  }

  private mutating func skip(_ kind: DeskKind, _ place: DeskPlace) -> [Effect] {
    switch place.phase {
    case .working:
      guard let id = place.sheet?.item.id else { return [] }
      return order(.skip(kind, id: id), kind)
    case .held: return order(.next(kind, skipped: false), kind)
    case .finished: return order(.next(kind, skipped: true), kind)
    case .idle, .waiting: return []
    }
  }

  private mutating func say(_ action: Action, _ kind: DeskKind) -> [Effect] {
    guard var sheet else { return [] }
    if let grade = action.grade {
      give(grade, on: &sheet)
    } else if let choice = action.choice {
      sheet.verdict.choice = choice
      if choice == .tie || choice == .bothBad { sheet.verdict.strength = nil }
    } else if let strength = action.strength {
      guard [.left, .right].contains(sheet.verdict.choice) else {
        notice = Notice(.information, "Choose a side first; only then does strength say anything.")
        return []
      }
      sheet.verdict.strength = strength
    } else if let reason = action.reason {
      if sheet.verdict.reasons.remove(reason) == nil { sheet.verdict.reasons.insert(reason) }
    } else {
      return sayMore(action, kind, sheet)
    }
    notice = nil
    self.sheet = sheet
    return [keepDraft()].compactMap { $0 }
  }

  private mutating func give(_ grade: AnswerGrade, on sheet: inout DeskSheet) {
    // The grade of before the hints is kept beside one that comes after them.
    if sheet.hints != nil, let first = sheet.rating.grade, first != grade {
      sheet.rating.firstGrade = sheet.rating.firstGrade ?? first
    }
    sheet.rating.grade = grade
    sheet.showHintsIfGraded()
    sheet.showSpans()
  }

  private mutating func sayMore(
    _ action: Action, _ kind: DeskKind, _ sheet: DeskSheet
  ) -> [Effect] {
    switch action {
    case .beginSpan: beginMarking()
    case .removeSpan: return removeSpan()
    case .harm:
      let levels = HarmLevel.allCases
      overlay = .harm(selected: sheet.rating.harm.flatMap(levels.firstIndex) ?? 0)
    case .comment:
      let text = kind == .rating ? sheet.rating.comment : sheet.verdict.comment
      overlay = .commentLine(LineInput(text))
    case .flag:
      self.sheet?.rating.isFlagged.toggle()
      return [keepDraft()].compactMap { $0 }
    case .submit: return submit(kind, sheet)
    default: break
    }
    return []
  }

  private mutating func submit(_ kind: DeskKind, _ sheet: DeskSheet) -> [Effect] {
    switch kind {
    case .rating:
      guard sheet.rating.grade != nil else {
        notice = Notice(.information, "Give a grade first: 1 to 4.")
        return []
      }
      if let objection = sheet.rating.objection {
        overlay = .confirm(.keepGrade("Check: \(objection) Keep? y/n"))
        return []
      }
    case .comparison:
      guard sheet.verdict.choice != nil else {
        notice = Notice(.information, "Choose a side, a tie or both bad first.")
        return []
      }
      guard sheet.verdict.isComplete else {
        notice = Notice(.information, "How much better? 1 slightly, 2 clearly.")
        return []
      }
    }
    return submitAsSaid()
  }

  /// Submits what is said, whatever the guidelines say to it.
  mutating func submitAsSaid() -> [Effect] {
    guard let kind = deskKind, let sheet else { return [] }
    return order(
      .submit(
        kind, id: sheet.item.id, said(kind, sheet), seconds: max(0, now.seconds - sheet.openedAt)),
      kind)
  }

  /// Whether enough is said.
  private var isSubmittable: Bool {
    deskKind == .rating ? sheet?.rating.grade != nil : sheet?.verdict.isComplete == true
  }

  private func said(_ kind: DeskKind, _ sheet: DeskSheet) -> DeskVerdict {
    kind == .rating ? .rating(sheet.rating) : .comparison(sheet.verdict)
  }

  /// Keeps what is said so far.
  func keepDraft() -> Effect? {
    guard let kind = deskKind, let sheet else { return nil }
    return .desk(.keepDraft(kind, id: sheet.item.id, said(kind, sheet)))
  }

  /// A key was pressed: the rater is at it, and keeps what is before them.
  mutating func renewLease() -> [Effect] {
    guard let kind = deskKind, let sheet, now.seconds - sheet.renewedAt >= 60 else { return [] }
    let seconds = now.seconds
    self.sheet?.renewedAt = seconds
    return [.desk(.renew(kind, id: sheet.item.id))]
  }

  // MARK: Lines and lists

  mutating func performInComment(_ action: Action, _ line: LineInput) -> [Effect] {
    switch action {
    case .accept:
      overlay = nil
      let text = trimmingBlanks(line.text)
      let isRating = deskKind == .rating
      if isRating { sheet?.rating.comment = text } else { sheet?.verdict.comment = text }
      return [keepDraft()].compactMap { $0 }
    case .complete, .completePrevious, .historyOlder, .historyNewer:
      break
    default:
      overlay = edited(line, by: action).map { .commentLine($0) }
    }
    return []
  }

  mutating func performInHarm(_ action: Action, selected: Int) -> [Effect] {
    let levels = HarmLevel.allCases
    if action == .accept {
      overlay = nil
      sheet?.rating.harm = levels[selected]
      return [keepDraft()].compactMap { $0 }
    }
    overlay = action.target(from: selected, page: levels.count, last: levels.count - 1)
      .map { .harm(selected: $0) }
    return []
  }

  /// Each level bears its number, from 0.
  mutating func chooseHarm(numbered key: Key) -> [Effect] {
    let levels = HarmLevel.allCases
    guard case .character(let character) = key, let number = character.wholeNumberValue,
      levels.indices.contains(number)
    else { return [] }
    return performInHarm(.accept, selected: number)
  }
}

extension Action {
  /// True for what says something about what is before the rater.
  fileprivate var isSaidAtDesk: Bool {
    switch self {
    case .beginSpan, .removeSpan, .harm, .comment, .flag, .submit: true
    default: grade != nil || choice != nil || strength != nil || reason != nil
    }
  }

  var grade: AnswerGrade? {
    switch self {
    case .grade1: .unacceptable
    case .grade2: .poor
    case .grade3: .satisfactory
    case .grade4: .excellent
    default: nil
    }
  }

  fileprivate var choice: PairVerdict.Choice? {
    switch self {
    case .chooseLeft: .left
    case .chooseRight: .right
    case .chooseTie: .tie
    case .chooseBothBad: .bothBad
    default: nil
    }
  }

  fileprivate var strength: PairVerdict.Strength? {
    switch self {
    case .slightly: .slightly
    case .clearly: .clearly
    default: nil
    }
  }

  fileprivate var reason: PairVerdict.Reason? {
    switch self {
    case .forAccuracy: .accuracy
    case .forCompleteness: .completeness
    case .forNotStated: .notStated
    case .forBrevity: .brevity
    default: nil
    }
  }
}
