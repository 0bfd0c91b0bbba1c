/// What a judging model is asked: to grade answers on the four steps of the rubric, under neutral
/// letters.
///
/// - Source: Kweon et al., Findings of ACL 2024, section on evaluation; the wording is our own.
public enum JudgePrompt: Hashable, Sendable {
  /// One answer by itself.
  case alone(note: String, question: String, answer: String)
  /// Several answers in the order in which they are shown.
  case together(note: String, question: String, answers: [String])

  /// The most answers that can be shown together: there is a letter for each.
  public static let greatestAnswerCount = 26

  /// The letter of the answer at a place, from 0.
  public static func letter(ofPlace place: Int) -> String {
    String(UnicodeScalar(UInt8(ascii: "A") + UInt8(clamping: min(max(place, 0), 25))))
  }

  /// The letters of the answers in the order in which they are shown; empty for one by itself.
  public var letters: [String] {
    switch self {
    case .alone: []
    case .together(_, _, let answers): answers.indices.map(Self.letter)
    }
  }

  /// The answers in the order in which they are shown.
  public var answers: [String] {
    switch self {
    case .alone(_, _, let answer): [answer]
    case .together(_, _, let answers): answers
    }
  }

  /// How the reply begins about the answer at a place: what stands before the number.
  public func replyOpening(place: Int) -> String {
    switch self {
    case .alone: "Score: "
    case .together: Self.letter(ofPlace: place) + ": "
    }
  }

  /// SHA-256 of the prompt's text with the scale in place and the rest empty: which wording a score
  /// was made with.
  public var templateDigest: String {
    contentDigest(of: PromptLibrary.filled(template, ["scale": Self.scale]))
  }

  /// The prompt with everything in its place, as one user message.
  public var text: String { PromptLibrary.filled(template, fillings) }

  private static var scale: String { PromptLibrary.text(PackageResources.judge_scale_txt) }

  private var fillings: [String: String] {
    switch self {
    case .alone(let note, let question, let answer):
      ["note": note, "question": question, "answer": answer, "scale": Self.scale]
    case .together(let note, let question, let answers):
      [
        "note": note, "question": question, "scale": Self.scale, "count": String(answers.count),
        "answers": answers.enumerated().map { place, answer in
          let letter = Self.letter(ofPlace: place)
          return "[Answer \(letter) Begin]\n\(answer)\n[Answer \(letter) End]"
        }.joined(separator: "\n\n"),
      ]
    }
  }

  private var template: String {
    let resource =
      switch self {
      case .alone: PackageResources.judge_alone_txt
      case .together: PackageResources.judge_together_txt
      }
    return PromptLibrary.text(resource)
  }
}
