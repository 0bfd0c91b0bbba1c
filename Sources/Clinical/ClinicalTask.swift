/// The kinds of work on a note that the Asclepius models were tuned for. The raw value is the name
/// that the published data set uses.
///
/// - Source: Kweon et al., Findings of ACL 2024, table of tasks; descriptions and wordings are our
///   own.
public enum ClinicalTask: String, CaseIterable, Codable, Sendable {
  /// What the note names of a kind.
  case namedEntityRecognition = "Named Entity Recognition"
  /// What shortened terms stand for.
  case abbreviationExpansion = "Abbreviation Expansion"
  /// How two things in the note belong together.
  case relationExtraction = "Relation Extraction"
  /// When things happened and how long they took.
  case temporalInformationExtraction = "Temporal Information Extraction"
  /// What a word refers to.
  case coreferenceResolution = "Coreference Resolution"
  /// The same in other words.
  case paraphrasing = "Paraphrasing"
  /// The same, shorter.
  case summarization = "Summarization"
  /// One question, answered.
  case questionAnswering = "Question Answering"

  /// The name to show.
  public var title: String { rawValue }

  /// One sentence on what the task does.
  public var about: String { TaskWording.all[self, default: .none].about }

  /// An instruction to edit before it is sent: what stands in square brackets is to be replaced.
  public var instructionTemplate: String { TaskWording.all[self, default: .none].instruction }

  /// Questions of this kind that can be sent as they are.
  public var starters: [String] { TaskWording.all[self, default: .none].starters }
}

/// How a task is put into words; the words are data, beside the prompts.
private struct TaskWording {
  var about: String
  var instruction: String
  var starters: [String]

  static let none = TaskWording(about: "", instruction: "", starters: [])

  static let all: [ClinicalTask: TaskWording] = {
    guard
      let document = try? JSONValue(parsing: PromptLibrary.tasks),
      case .array(let entries) = document
    else { preconditionFailure("the embedded task descriptions are not a JSON array") }
    var wordings: [ClinicalTask: TaskWording] = [:]
    for case .object(let entry) in entries {
      guard
        let task = entry["name"]?.string.flatMap(ClinicalTask.init(rawValue:)),
        let about = entry["about"]?.string, let instruction = entry["instruction"]?.string,
        let starters = entry["starters"]?.array
      else { preconditionFailure("an embedded task description lacks a field") }
      wordings[task] = TaskWording(
        about: about, instruction: instruction, starters: starters.compactMap(\.string))
    }
    return wordings
  }()
}
