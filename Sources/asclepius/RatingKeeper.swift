internal import Clinical
internal import Evaluation
internal import Foundation
internal import Store
internal import Synchronization
internal import Workbench

/// Brings the desk of a rater and the database together: gives what is next, keeps what is said.
/// Called on one queue.
final class RatingKeeper: Sendable {
  private struct Held {
    var sessions: [DeskKind: RaterSession] = [:]
    /// What was passed over while grades were settled or on a second look, which nobody keeps.
    var passedOver: Set<String> = []
    /// Where those that were passed over are gone through once more.
    var secondLooks: Set<DeskKind> = []
    /// What was shown, by the name that the desk knows it by.
    var shown: [String: RatingSubject] = [:]
  }

  private let store: RatingStore
  private let rater: String
  private let plan: RatingPlan
  /// How far grades lie apart that are to be settled; nil where answers are rated.
  private let gap: Int?
  private let held = Mutex(Held())

  /// - Parameter gap: Settles grades that lie so far apart; nil rates.
  init(store: RatingStore, rater: String, plan: RatingPlan, gap: Int? = nil) {
    self.store = store
    self.rater = rater
    self.plan = plan
    self.gap = gap
  }

  /// Does what the desk asks for; nil where nothing is to be said about it.
  func perform(_ order: DeskOrder) throws -> DeskNews? {
    let session = try session(order.kind)
    switch order {
    case .next(let kind, let skipped):
      if skipped {
        held.withLock {
          $0.passedOver = []
          $0.secondLooks.insert(kind)
        }
      }
      return try next(kind, session)
    case .keepDraft(_, let id, let verdict):
      try store.keepDraft(verdict.line, of: try subject(id), by: rater)
      return nil
    case .submit(let kind, let id, let verdict, let seconds):
      try store.add(act(verdict), to: try subject(id), by: session, seconds: seconds)
      return try next(kind, session)
    case .skip(let kind, let id):
      // Passing over what was looked at again leaves what was said of it.
      let done = try store.done(scope(kind), by: rater)
      if done.keys.contains(id) { try store.keepDraft(nil, of: try subject(id), by: rater) }
      if scope(kind) == .adjudication || done.skipped.contains(id) {
        held.withLock { _ = $0.passedOver.insert(id) }
      } else if !done.keys.contains(id) {
        try store.add(.skip, to: try subject(id), by: session)
      }
      return try next(kind, session)
    case .undo(let kind):
      guard let record = try store.undo(scope(kind), by: session) else {
        return .nothing(kind, "There is nothing to take back.")
      }
      return try show(record, kind, session)
    case .redo(let kind):
      guard try store.redo(scope(kind), by: session) != nil else {
        return .nothing(kind, "Nothing was taken back since.")
      }
      return try next(kind, session)
    case .previous(let kind, let id):
      guard let record = try previous(kind, before: id) else {
        return .nothing(kind, "Nothing was done before this.")
      }
      return try show(record, kind, session)
    case .renew(let kind, let id):
      return try store.renewLease(of: try subject(id), to: session).map {
        .lost(kind, by: $0.rater, until: Self.time($0.until))
      }
    }
  }

  private func session(_ kind: DeskKind) throws -> RaterSession {
    if let session = held.withLock({ $0.sessions[kind] }) { return session }
    let session = try store.beginSession(rater: rater)
    held.withLock { $0.sessions[kind] = session }
    return session
  }

  /// Gives back what the rater has before them.
  func end() throws {
    for session in held.withLock({ $0.sessions.values.map(\.self) }) {
      try store.endSession(session)
    }
  }

  private func scope(_ kind: DeskKind) -> RatingRecord.Scope {
    kind == .comparison ? .comparison : gap == nil ? .rating : .adjudication
  }

  private func act(_ verdict: DeskVerdict) -> RatingRecord.Act {
    switch verdict {
    case .rating(let rating): gap == nil ? .rating(rating) : .adjudication(rating)
    case .comparison(let verdict): .verdict(verdict)
    }
  }

  private func subject(_ id: String) throws -> RatingSubject {
    guard let subject = held.withLock({ $0.shown[id] }) else {
      throw StoreError.noSuchItem(name: id)
    }
    return subject
  }

  private static func time(_ date: Date) -> String {
    let format = DateFormatter()
    format.dateFormat = "HH:mm"
    return format.string(from: date)
  }

  // MARK: What is next

  private func candidates(_ kind: DeskKind, _ records: [RatingRecord]) -> [RatingSubject] {
    switch (kind, gap) {
    case (.comparison, _): plan.pairs
    case (.rating, nil): plan.items
    case (.rating, let gap?): Disagreement.all(in: records, gap: gap).map { .item($0.item) }
    }
  }

  private func next(
    _ kind: DeskKind, _ session: RaterSession
  ) throws -> DeskNews {
    let records = try store.records()
    let candidates = candidates(kind, records)
    let done = try store.done(scope(kind), by: rater)
    let passedOver = held.withLock(\.passedOver)
    var open = candidates.filter { !done.keys.contains($0.key) && !passedOver.contains($0.key) }
    if held.withLock({ $0.secondLooks.contains(kind) }) {
      open += candidates.filter {
        done.skipped.contains($0.key) && !passedOver.contains($0.key)
      }
    }
    let progress = progress(kind, candidates, done, records)
    switch try store.lease(open, to: session) {
    case .leased(let subject, let draft):
      return .item(
        kind, try item(subject, said: draft.flatMap { DeskVerdict(line: $0, kind) }, records),
        progress)
    case .held(let count, let by, let until):
      return .held(kind, count: count, by: by, until: Self.time(until), progress)
    case .finished:
      held.withLock { _ = $0.secondLooks.remove(kind) }
      return .finished(kind, try closingLines(records), progress)
    }
  }

  /// Shows what was done once more, with what was said.
  private func show(
    _ record: RatingRecord, _ kind: DeskKind, _ session: RaterSession
  ) throws -> DeskNews {
    let records = try store.records()
    let candidates = candidates(kind, records)
    let progress = progress(
      kind, candidates, try store.done(scope(kind), by: rater), records)
    switch try store.lease([record.subject], to: session) {
    case .leased(let subject, let draft):
      let said = draft.flatMap { DeskVerdict(line: $0, kind) } ?? record.deskVerdict
      return .item(kind, try item(subject, said: said, records), progress)
    case .held(let count, let by, let until):
      return .held(kind, count: count, by: by, until: Self.time(until), progress)
    case .finished:
      return .finished(kind, [], progress)
    }
  }

  private func previous(_ kind: DeskKind, before id: String) throws -> RatingRecord? {
    let scope = scope(kind)
    let mine = try store.records().filter { $0.rater == rater && $0.scope == scope }
    guard let index = mine.firstIndex(where: { $0.subject.key == id }) else { return mine.last }
    return index > 0 ? mine[index - 1] : nil
  }

  /// What the desk may know of a subject: not which model answered.
  private func item(
    _ subject: RatingSubject, said: DeskVerdict?, _ records: [RatingRecord]
  ) throws -> DeskItem {
    held.withLock { $0.shown[subject.key] = subject }
    let items = try subject.itemNames.map { try store.item(named: $0) }
    guard let first = items.first else { throw StoreError.noSuchItem(name: subject.key) }
    var item = DeskItem(
      id: subject.key, noteName: "note \(first.patient)", note: first.note,
      question: first.question, answers: items.map(\.answer))
    item.said = said
    if gap != nil {
      item.earlier = records.filter { $0.subject == subject && $0.rating != nil }
        .compactMap { record in
          guard case .rating(let rating) = record.act else { return nil }
          return EarlierRating(rater: record.rater, rating: rating)
        }
    }
    return item
  }

  // MARK: How far it is

  private func progress(
    _ kind: DeskKind, _ candidates: [RatingSubject],
    _ done: (keys: Set<String>, skipped: Set<String>), _ records: [RatingRecord]
  ) -> DeskProgress {
    let scope = scope(kind)
    let mine = records.filter { $0.rater == rater && $0.scope == scope }
    var progress = DeskProgress()
    progress.total = candidates.count
    progress.skipped = candidates.count { done.skipped.contains($0.key) }
    progress.done = candidates.count { done.keys.contains($0.key) } - progress.skipped
    progress.flagged = mine.count { $0.rating?.isFlagged == true }
    let seconds = mine.compactMap(\.seconds).suffix(20)
    if !seconds.isEmpty { progress.secondsEach = seconds.reduce(0, +) / Double(seconds.count) }
    progress.agreement =
      kind == .rating ? Self.agreement(records) : Self.constancy(mine)
    return progress
  }

  /// `alpha 0.62 on 34`: Krippendorff's alpha of all raters, and on how many answers it rests.
  private static func agreement(_ records: [RatingRecord]) -> String? {
    guard let table = try? RatingTable(records.compactMap(\.score)),
      table.comparableItemCount > 1,
      let analysis = try? AgreementAnalysis(table, options: .init(scale: 1...4))
    else { return nil }
    let value =
      analysis.value(of: .krippendorffAlphaOrdinal)
      .map { String(format: "%.2f", $0) } ?? "-"
    return "alpha \(value) on \(table.comparableItemCount)"
  }

  /// `2 of 3 repeats agree`: how far the rater agrees with themselves.
  private static func constancy(_ records: [RatingRecord]) -> String? {
    let analysis = PreferenceAnalysis(
      records.compactMap { $0.preference() }, bootstrap: Bootstrap(resampleCount: 0))
    guard let share = analysis.repeatAgreement.value else { return nil }
    let count = analysis.repeatCount
    return "\(Int((share * Double(count)).rounded())) of \(count) repeats agree"
  }

  /// Which model got what, once nothing is left in QA and in Compare: earlier it would tell whose
  /// answers the next ones are.
  private func closingLines(_ records: [RatingRecord]) throws -> [String] {
    guard gap == nil else { return [] }
    let graded = try store.done(.rating, by: rater)
    let compared = try store.done(.comparison, by: rater)
    // What was passed over can still be done.
    let settled = (
      items: graded.keys.subtracting(graded.skipped),
      pairs: compared.keys.subtracting(compared.skipped)
    )
    let left = [
      plan.items.count { !settled.items.contains($0.key) },
      plan.pairs.count { !settled.pairs.contains($0.key) },
    ]
    guard left == [0, 0] else {
      let parts = [
        left[0] > 0 ? "\(left[0]) in QA (F3)" : nil,
        left[1] > 0 ? "\(left[1]) in Compare (F4)" : nil,
      ]
      return [
        "Still to do: " + parts.compactMap { $0 }.joined(separator: ", ")
          + ". Which model is which is told when all is done."
      ]
    }
    return try RatingSummary(items: store.items(), records: records.filter { $0.rater == rater })
      .lines(bootstrap: Bootstrap(resampleCount: 0))
  }
}

extension DeskVerdict {
  /// What is kept of a draft: one line of JSON.
  var line: String {
    let members =
      switch self {
      case .rating(let rating): rating.members
      case .comparison(let verdict): verdict.members
      }
    return JSONValue.object(JSONObject(members)).line
  }

  /// Reads a draft; nil where it is none.
  init?(line: String, _ kind: DeskKind) {
    guard let object = (try? JSONValue(parsing: line.utf8))?.object else { return nil }
    switch kind {
    case .rating:
      guard let rating = AnswerRating(object) else { return nil }
      self = .rating(rating)
    case .comparison:
      guard let verdict = PairVerdict(object) else { return nil }
      self = .comparison(verdict)
    }
  }
}

extension RatingRecord {
  /// What was said of one answer; nil for other deeds.
  var rating: AnswerRating? {
    switch act {
    case .rating(let rating), .adjudication(let rating): rating
    default: nil
    }
  }

  /// What the desk shows of it again; nil for what was passed over.
  fileprivate var deskVerdict: DeskVerdict? {
    switch act {
    case .rating(let rating), .adjudication(let rating): .rating(rating)
    case .verdict(let verdict): .comparison(verdict)
    default: nil
    }
  }

  /// The grade as the agreement statistics take it; nil where it is no rating.
  var score: Rating? {
    guard case .rating(let rating) = act, case .item(let name) = subject else { return nil }
    return Rating(item: name, rater: rater, score: rating.grade?.rawValue)
  }

  /// The choice as the statistics of pairs take it; nil where it is none.
  ///
  /// - Parameter items: The items by name, for their questions and models; without them the items
  ///   themselves are compared.
  func preference(_ items: [String: RatedItem] = [:]) -> Preference? {
    guard case .verdict(let verdict) = act, case .pair(let left, let right) = subject,
      let choice = verdict.choice
    else { return nil }
    let item = items[left].map { "\($0.patient)/\($0.number)" } ?? [left, right].sorted().joined()
    return Preference(
      item: item, rater: rater, left: items[left]?.model ?? left,
      right: items[right]?.model ?? right,
      choice: {
        switch choice {
        case .left: .left
        case .right: .right
        case .tie: .tie
        case .bothBad: .bothBad
        }
      }())
  }
}
