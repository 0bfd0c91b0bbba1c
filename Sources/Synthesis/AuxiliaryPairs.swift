public import Clinical

/// Further pairs for training, made by rule of the notes of a set: look-ups whose answer stands in
/// the note word for word, and the same questions where the note has nothing to look up.
///
/// Everything comes from the records that are given: to keep held-out patients out, give those of
/// the train split alone.
public struct AuxiliaryPairs: Sendable {
  /// The rules, by the name that a pair carries in `made_by`.
  public enum Rule: String, CaseIterable, Sendable {
    /// What an abbreviation stands for.
    case abbreviation
    /// The dose of a medicine that the note names once.
    case dose
    /// A measured value that the note gives once.
    case value
    /// What the note says under its heading for follow-up.
    case followUp = "follow_up"
    /// A medicine or value of other notes that this one does not mention.
    case absent
    /// A question on another patient whose subject this note does not mention.
    case mismatch
  }

  /// How many pairs each rule made.
  public struct Counts: Equatable, Sendable {
    /// Pairs of each rule.
    public private(set) var pairs: [Rule: Int] = [:]

    /// No pairs.
    public init() {}

    /// Pairs of all rules.
    public var total: Int { pairs.values.reduce(0, +) }

    /// The counts for people.
    public var words: String {
      Rule.allCases.compactMap { rule in pairs[rule].map { "\(rule.rawValue) \($0)" } }
        .joined(separator: ", ")
    }

    mutating func add(_ rule: Rule) { pairs[rule, default: 0] += 1 }
  }

  let seed: UInt64
  let facts: NoteFacts
  /// Questions on the notes with their subjects, in the order of the records.
  let questions: [SubjectQuestion]

  /// A question that could be put to any patient, and what it is about.
  struct SubjectQuestion: Sendable {
    var patientID: String
    var pair: QuestionPair
    var subject: String
  }

  /// Reads what the records know together: medicines, values, abbreviations, questions.
  public init(_ records: [PatientRecord], seed: UInt64) {
    self.seed = seed
    let facts = NoteFacts(records)
    self.facts = facts
    questions = records.flatMap { record in
      record.pairs.compactMap { pair in
        facts.subject(of: pair.question).map {
          SubjectQuestion(patientID: record.patientID, pair: pair, subject: $0)
        }
      }
    }
  }

  /// The record with up to `limit` further pairs, taken from the rules in turn.
  public func adding(
    to record: PatientRecord, atMost limit: Int, counts: inout Counts
  ) -> PatientRecord {
    guard limit > 0, let note = record.note else { return record }
    var random = RowRandom(seed: seed, key: "auxiliary " + record.patientID)
    let text = NoteText(note)
    var open: [Rule: [QuestionPair]] = [:]
    for rule in Rule.allCases {
      open[rule] = pairs(rule, text, record, &random).shuffled(using: &random)
    }
    let asked = Set(record.pairs.map { $0.question.lowercased() })
    var record = record
    var added: [QuestionPair] = []
    while added.count < limit, open.values.contains(where: { !$0.isEmpty }) {
      for rule in Self.turns where added.count < limit {
        guard var pair = open[rule]?.popLast(), !asked.contains(pair.question.lowercased()) else {
          continue
        }
        pair.object["made_by"] = .string("rule:" + rule.rawValue)
        added.append(pair)
        counts.add(rule)
      }
    }
    record.pairs += added
    return record
  }

  /// Look-ups and their counterparts alternate, so that the form of a question tells nothing about
  /// whether it can be answered.
  private static let turns: [Rule] = [
    .dose, .mismatch, .abbreviation, .absent, .value, .followUp,
  ]

  private func pairs(
    _ rule: Rule, _ note: NoteText, _ record: PatientRecord, _ random: inout RowRandom
  ) -> [QuestionPair] {
    switch rule {
    case .abbreviation: abbreviationPairs(note, &random)
    case .dose: dosePairs(note, &random)
    case .value: valuePairs(note, &random)
    case .followUp: followUpPairs(note, &random)
    case .absent: absentPairs(note, record, &random)
    case .mismatch: mismatchPairs(note, record, &random)
    }
  }
}
