/// A question on a note with its answer and the passages of the note that bear it out.
public struct QuestionPair: Hashable, Sendable {
  /// The members as they stand, unknown ones included.
  public var object: JSONObject

  /// Makes a pair of a JSON object's members.
  public init(object: JSONObject) {
    self.object = object
  }

  /// Makes a pair.
  public init(task: ClinicalTask, question: String, answer: String) {
    self.object = JSONObject([
      .init(name: "task", value: .string(task.rawValue)),
      .init(name: "question", value: .string(question)),
      .init(name: "answer", value: .string(answer)),
    ])
  }

  /// The kind of work; nil where the record names none of the eight.
  public var task: ClinicalTask? {
    get { object["task"]?.string.flatMap(ClinicalTask.init(rawValue:)) }
    set { object["task"] = newValue.map { .string($0.rawValue) } }
  }

  /// What is asked.
  public var question: String {
    get { object["question"]?.string ?? "" }
    set { object["question"] = .string(newValue) }
  }

  /// What is answered.
  public var answer: String {
    get { object["answer"]?.string ?? "" }
    set { object["answer"] = .string(newValue) }
  }

  /// Verbatim quotes of the note that support the answer.
  public var evidence: [String] {
    get { (object["evidence"]?.array ?? []).compactMap(\.string) }
    set { object["evidence"] = .array(newValue.map(JSONValue.string)) }
  }

  /// Whether the note holds the answer; nil where nobody said.
  public var isAnswerable: Bool? {
    get { object["answerable"]?.bool }
    set { object["answerable"] = newValue.map(JSONValue.bool) }
  }

  static func check(_ object: JSONObject, path: String) throws(RecordError.Reason) {
    for key in ["task", "question", "answer"] {
      try object.expectString(key, path: "\(path).\(key)")
    }
    if let value = object["answerable"], value != .null, value.bool == nil {
      throw .wrongType(key: "\(path).answerable", expected: "a truth value", found: value.kind)
    }
    guard let evidence = object["evidence"], evidence != .null else { return }
    guard let quotes = evidence.array, quotes.allSatisfy({ $0.string != nil }) else {
      throw .wrongType(
        key: "\(path).evidence", expected: "an array of strings", found: evidence.kind)
    }
  }
}

extension JSONObject {
  /// Throws where the member `key` is there and is neither a string nor null.
  func expectString(_ key: String, path: String) throws(RecordError.Reason) {
    guard let value = self[key], value != .null, value.string == nil else { return }
    throw .wrongType(key: path, expected: "a string", found: value.kind)
  }
}
