/// What a teacher model is asked on the way from a case report to a data set. The texts are files
/// that are compiled in; the wording is our own, the requirements are the paper's.
///
/// - Source: Kweon et al., Findings of ACL 2024, sections on note synthesis and instruction
///   generation.
public enum TeacherPrompt: Hashable, Sendable {
  /// A discharge summary from a case report, under eight requirements.
  case note(report: String)
  /// An instruction of a kind on a note, with examples to differ from.
  case question(task: ClinicalTask, examples: [String], note: String)
  /// The answer to an instruction on a note.
  case answer(question: String, note: String)

  /// SHA-256 of the prompt's text with its places empty: which wording a row was made with.
  public var templateDigest: String { contentDigest(of: template) }

  /// The prompt with everything in its place, as one user message.
  public var text: String { PromptLibrary.filled(template, fillings) }

  private var fillings: [String: String] {
    switch self {
    case .note(let report): ["report": report]
    case .question(let task, let examples, let note):
      [
        "task": task.title, "about": task.about, "note": note,
        "examples": examples.map { "- \($0)" }.joined(separator: "\n"),
      ]
    case .answer(let question, let note): ["question": question, "note": note]
    }
  }

  private var template: String {
    let resource =
      switch self {
      case .note: PackageResources.write_note_txt
      case .question: PackageResources.write_question_txt
      case .answer: PackageResources.write_answer_txt
      }
    return PromptLibrary.text(resource)
  }
}

extension ClinicalTask {
  /// Five questions of this kind that show a teacher what is meant, varied in verb and form; each
  /// is about a note of its own.
  public var seedQuestions: [String] { SeedQuestions.all[self] ?? [] }
}

private enum SeedQuestions {
  static let all: [ClinicalTask: [String]] = {
    guard let object = try? JSONValue(parsing: PackageResources.seed_questions_json).object else {
      preconditionFailure("the embedded seed questions are not a JSON object")
    }
    return ClinicalTask.allCases.reduce(into: [:]) { all, task in
      all[task] = (object[task.rawValue]?.array ?? []).compactMap(\.string)
    }
  }()
}
