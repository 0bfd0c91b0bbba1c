/// The steps of the rubric by which people and judging models grade an answer.
///
/// - Source: Kweon et al., Findings of ACL 2024, section on evaluation; the wording is our own.
public enum AnswerGrade: Int, CaseIterable, Codable, Comparable, Sendable {
  /// Anything incorrect or irrelevant, or an answer to what the note does not answer.
  case unacceptable = 1
  /// Nothing wrong, but something significant is left out.
  case poor = 2
  /// Nothing wrong, only minor omissions.
  case satisfactory = 3
  /// Complete, or rightly says that the note does not answer it.
  case excellent = 4

  /// The name to show.
  public var title: String {
    switch self {
    case .unacceptable: "Unacceptable"
    case .poor: "Poor"
    case .satisfactory: "Satisfactory"
    case .excellent: "Excellent"
    }
  }

  /// What makes an answer get this grade, in a few words.
  public var criterion: String {
    switch self {
    case .unacceptable: "anything wrong or irrelevant, or missed \"unanswerable\""
    case .poor: "nothing wrong, but something significant is left out"
    case .satisfactory: "nothing wrong, only minor omissions"
    case .excellent: "complete; says so when the note does not answer it"
    }
  }

  /// Whether `one` is the worse grade.
  public static func < (one: AnswerGrade, other: AnswerGrade) -> Bool {
    one.rawValue < other.rawValue
  }
}

/// What is wrong with a part of an answer.
public enum AnswerErrorKind: String, CaseIterable, Codable, Sendable {
  /// The note says nothing of it.
  case unsupported
  /// The note says the opposite.
  case contradiction
  /// The note has it and the answer lacks it; marked in the note.
  case omission
  /// It is no part of what was asked.
  case irrelevant
  /// A number, dose or unit is not the note's.
  case number
  /// What was denied is affirmed, or the other way round.
  case negation
  /// It happened at another time or in another order.
  case time

  /// True for what is marked in the note, where the missing words stand.
  public var isInNote: Bool { self == .omission }
}

/// What would come to a patient if somebody acted on an answer.
///
/// - Source: AHRQ Common Formats, Harm Scale v1.2.
public enum HarmLevel: String, CaseIterable, Codable, Sendable {
  case none
  case mild
  case moderate
  case severe
  case death

  /// What it means.
  public var explanation: String {
    switch self {
    case .none: "no harm"
    case .mild: "little discomfort, no or minor treatment"
    case .moderate: "treatment, a longer stay, or lasting mild harm"
    case .severe: "lasting harm to body or mind"
    case .death: "the patient could die of it"
    }
  }
}
