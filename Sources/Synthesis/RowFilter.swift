public import Clinical

/// Drops rows in which a model speaks of itself, and answers that ask back.
///
/// - Source: the two rules are those of the Asclepius paper; the phrases are chosen here.
public enum RowFilter: String, CaseIterable, Sendable {
  /// Note, question or answer speaks of a language model or refuses as one.
  case speaksOfModel = "speaks_of_model"
  /// The answer ends in a question mark.
  case asksBack = "asks_back"
  /// The question is empty.
  case emptyQuestion = "empty_question"
  /// The answer is empty.
  case emptyAnswer = "empty_answer"

  /// What no clinician writes; compared in lower case.
  static let phrases = [
    "language model", "as an ai", "as a ai", "ai assistant", "artificial intelligence model",
    "openai", "chatgpt", "i'm sorry, but", "i am sorry, but", "i cannot assist",
    "i'm unable to assist",
  ]

  /// The first rule that drops `pair` of a note, or nil where it stays.
  public static func verdict(on pair: QuestionPair, note: String) -> RowFilter? {
    if pair.question.allSatisfy(\.isWhitespace) { return .emptyQuestion }
    if pair.answer.allSatisfy(\.isWhitespace) { return .emptyAnswer }
    let texts = [note, pair.question, pair.answer].map { $0.lowercased() }
    if phrases.contains(where: { phrase in texts.contains { $0.contains(phrase) } }) {
      return .speaksOfModel
    }
    let end = pair.answer.last { !$0.isWhitespace }
    return end == "?" || end == "？" ? .asksBack : nil
  }

  /// A record without the pairs that a rule drops, and how many each rule dropped.
  public static func filtered(
    _ record: PatientRecord
  ) -> (record: PatientRecord, counts: [RowFilter: Int]) {
    var kept: [QuestionPair] = []
    var counts: [RowFilter: Int] = [:]
    for pair in record.pairs {
      if let rule = verdict(on: pair, note: record.note ?? "") {
        counts[rule, default: 0] += 1
      } else {
        kept.append(pair)
      }
    }
    guard !counts.isEmpty else { return (record, counts) }
    var record = record
    record.pairs = kept
    return (record, counts)
  }
}
