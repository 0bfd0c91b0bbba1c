/// One score that a judge gave to one answer, as it stands in a file.
///
/// `item`, `rater` and `score` are what `asclepius agreement` reads: each order and repeat is a rater
/// of its own, so that it also tells how far a judge agrees with itself.
struct JudgementRow: Codable, Hashable {
  /// How answers were shown.
  enum Mode: String, Codable {
    /// Each by itself.
    case alone
    /// All answers to the question, in some order.
    case together
  }

  var item: String
  var rater: String
  /// 1 to 4; nil where the reply was not clearly a score.
  var score: Int?
  var patient_id: String
  var number: Int
  var task: String?
  var model: String
  var mode: Mode
  /// Which of the orders, from 1; 0 for an answer by itself.
  var order: Int
  /// The place in the order, from 1.
  var place: Int
  /// How many answers were shown.
  var shown: Int
  /// Which of the repeats, from 1.
  var `repeat`: Int
  /// The mean score under the probabilities of "1" to "4"; nil where there are none.
  var expected: Double?
  /// The probabilities of "1" to "4".
  var probabilities: [Double]?
  /// What the judge said where that was no score.
  var reply: String?
  var provenance: JudgementProvenance

  /// Written out, since a score that is missing is null and not left out.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(item, forKey: .item)
    try container.encode(rater, forKey: .rater)
    try container.encode(score, forKey: .score)
    try container.encode(patient_id, forKey: .patient_id)
    try container.encode(number, forKey: .number)
    try container.encodeIfPresent(task, forKey: .task)
    try container.encode(model, forKey: .model)
    try container.encode(mode, forKey: .mode)
    try container.encode(order, forKey: .order)
    try container.encode(place, forKey: .place)
    try container.encode(shown, forKey: .shown)
    try container.encode(self.repeat, forKey: .repeat)
    try container.encodeIfPresent(expected, forKey: .expected)
    try container.encodeIfPresent(probabilities, forKey: .probabilities)
    try container.encodeIfPresent(reply, forKey: .reply)
    try container.encode(provenance, forKey: .provenance)
  }
}

/// What a judgement depends on.
struct JudgementProvenance: Codable, Hashable {
  /// SHA-256 of the judge's weights; empty for an endpoint.
  var judge_digest: String
  /// SHA-256 of the judge's adapter.
  var adapter_digest: String?
  /// SHA-256 of the prompt's wording.
  var prompt_digest: String
  /// SHA-256 of the prompt, note and answers included, before anything was redacted.
  var text_digest: String
  /// What orders and replies started from.
  var seed: UInt64
  var temperature = 0.0
  /// True where the prompt was redacted before it was sent; nil otherwise.
  var redacted: Bool?
}

/// How answers are judged.
struct JudgePlan: Hashable, Sendable {
  /// Whether each answer is shown by itself.
  var showsAlone = true
  /// Orders in which all answers to a question are shown together; 0 for none.
  var orderCount = 4
  /// How often everything is asked.
  var repeatCount = 1
  /// What orders and replies start from.
  var seed: UInt64 = 1
  /// Whether endpoints get redacted prompts.
  var isRedacted = false
}
