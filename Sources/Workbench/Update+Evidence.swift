import Grounding
import Screen

/// The sentence of an answer whose evidence is shown.
struct ClaimCursor: Equatable, Sendable {
  /// Index of the answer's exchange.
  var exchange: Int
  /// Index of the sentence among those of the answer.
  var claim: Int
}

extension WorkbenchState {
  /// The evidence of the chosen answer; nil while it is written or where it says nothing.
  var chosenEvidence: AnswerEvidence? {
    chosenExchange.flatMap { transcript.entries[$0].evidence }
  }

  /// Says how many sentences of an answer that has just ended are not found in its note.
  mutating func reportEvidence(of exchange: Int) {
    guard let evidence = transcript.entries[exchange].evidence, evidence.missingCount > 0 else {
      return
    }
    let missing = evidence.missingCount
    let count = evidence.claims.count
    let key = keyMap.label(of: .unsupportedNext, in: [.answer]).map { "  \($0): go to it" } ?? ""
    notice = Notice(
      .warning,
      "\(missing) of \(count) sentence\(count == 1 ? "" : "s") "
        + "\(missing == 1 ? "is" : "are") not found in the note as written.\(key)")
  }

  /// Moves through the sentences of the chosen answer; the note follows.
  mutating func moveClaim(by step: Int) {
    guard let exchange = chosenExchange, let evidence = chosenEvidence else {
      return tellNoEvidence()
    }
    let last = evidence.claims.count - 1
    let target =
      claimCursor.map { min(max(0, $0.claim + step), last) } ?? (step > 0 ? 0 : last)
    show(claim: target, of: exchange)
  }

  /// Goes to the next sentence that the note does not have, from the last on to the first.
  mutating func goToUnsupported() {
    guard let exchange = chosenExchange, let evidence = chosenEvidence else {
      return tellNoEvidence()
    }
    let open = evidence.claims.indices.filter { evidence.claims[$0].verdict != .supported }
    let current = claimCursor?.claim ?? -1
    guard let next = open.first(where: { $0 > current }) ?? open.first else {
      notice = Notice(
        .information, "All \(evidence.claims.count) sentences are found in the note.")
      return
    }
    show(claim: next, of: exchange)
  }

  /// Goes from a sentence to its place in the note; without a sentence chosen, to the first one's.
  mutating func showEvidence() {
    guard let cursor = claimCursor else { return moveClaim(by: 1) }
    guard let evidence = transcript.entries[cursor.exchange].evidence,
      !evidence.claims[cursor.claim].spans.isEmpty
    else {
      notice = Notice(.information, "There is no place in the note to go to for this sentence.")
      return
    }
    show(claim: cursor.claim, of: cursor.exchange)
    focus = .note
  }

  /// Forgets the sentence when another answer is chosen.
  mutating func settleClaimCursor() {
    guard let cursor = claimCursor else { return }
    let count = chosenEvidence?.claims.count ?? 0
    if cursor.exchange != chosenExchange || cursor.claim >= count { claimCursor = nil }
  }

  private mutating func tellNoEvidence() {
    notice = Notice(
      .information,
      generation == nil
        ? "There is no answer yet." : "Evidence is looked for once the answer has ended.")
  }

  private mutating func show(claim: Int, of exchange: Int) {
    let entry = transcript.entries[exchange]
    guard let evidence = entry.evidence else { return }
    claimCursor = ClaimCursor(exchange: exchange, claim: claim)
    let found = evidence.claims[claim]
    let place = evidence.lines[claim].map { ", line \($0)" } ?? ""
    notice = Notice(
      found.verdict == .supported ? .information : .warning,
      "\(claim + 1) of \(evidence.claims.count) \(found.verdict.mark) \(found.verdict.words)\(place)."
        + " \(DisplayText.sanitize(found.reason))")
    showNote(of: entry)
    settle()
    if let row = claimRow(claim, of: exchange) { show(row: row, of: .answer) }
    if let row = evidenceRows.first { show(row: row.row, of: .note) }
  }

  /// The row of the transcript on which a sentence of an answer begins.
  private func claimRow(_ claim: Int, of exchange: Int) -> Int? {
    guard let place = transcript.place(of: exchange) else { return nil }
    let layout = transcript.layouts[exchange]
    return layout.parts(ofClaim: claim, transcript.entries[exchange]).first.map {
      transcript.firstRow(ofPlace: place) + layout.answerStart + $0.row
    }
  }

  /// The parts of the note's rows that the chosen sentence rests on.
  var evidenceRows: [(row: Int, characters: Range<Int>)] {
    guard let cursor = claimCursor, let note,
      note.document.text == transcript.entries[cursor.exchange].note,
      let evidence = transcript.entries[cursor.exchange].evidence
    else { return [] }
    let scalars = Array(note.document.text.unicodeScalars)
    return evidence.claims[cursor.claim].spans.flatMap { note.text.parts(of: $0, in: scalars) }
  }
}
