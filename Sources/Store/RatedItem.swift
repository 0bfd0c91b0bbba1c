import Clinical

/// An answer to be rated, with all that belongs to it. Only what a rater may know goes on to a
/// screen: the model stays here.
public struct RatedItem: Hashable, Sendable {
  /// Names it in every export; holds the patient, the question's number and the model.
  public var name: String { "\(patient)/\(number)/\(model)" }
  /// The patient's id.
  public var patient: String
  /// The question's place among those of the patient, from 1.
  public var number: Int
  /// The kind of work, as the data set names it; nil where it does not.
  public var task: String?
  /// What was asked.
  public var question: String
  /// What the model is called.
  public var model: String
  /// What it answered.
  public var answer: String
  /// The note that was asked about.
  public var note: String

  /// Makes an item.
  public init(
    patient: String, number: Int, task: String? = nil, question: String, model: String,
    answer: String, note: String
  ) {
    self.patient = patient
    self.number = number
    self.task = task
    self.question = question
    self.model = model
    self.answer = answer
    self.note = note
  }

  /// The SHA-256 of all that it holds: entries of the log name it, so that an item cannot be changed
  /// after it was rated.
  public var digest: String {
    let values: [JSONValue] = [
      .string(patient), .number(String(number)), task.map { .string($0) } ?? .null,
      .string(question), .string(model), .string(answer), .string(contentDigest(of: note)),
    ]
    return contentDigest(of: JSONValue.array(values).line)
  }
}

/// What a rater has before them: one answer, or two side by side.
public enum RatingSubject: Hashable, Sendable {
  /// The item of that name.
  case item(String)
  /// Two items of the same question, by their names.
  case pair(left: String, right: String)

  /// Names it in the log. Swapped sides are another subject.
  public var key: String {
    switch self {
    case .item(let name): name
    case .pair(let left, let right): "\(left) <> \(right)"
    }
  }

  /// What no two raters may have before them at once; the sides do not matter.
  var leaseKey: String {
    switch self {
    case .item(let name): name
    case .pair(let left, let right): "\(min(left, right)) <> \(max(left, right))"
    }
  }

  /// The names of its items.
  public var itemNames: [String] {
    switch self {
    case .item(let name): [name]
    case .pair(let left, let right): [left, right]
    }
  }
}
