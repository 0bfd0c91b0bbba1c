internal import Foundation

/// Where the records of an experiment lie.
struct ExperimentFolder {
  let path: String

  /// The file that a plan names.
  func file(_ name: String) -> String {
    name.hasPrefix("/") ? name : path + "/" + name
  }

  /// A model or adapter that a plan names: a file beside the plan where there is one, and else a
  /// name of the library.
  func weights(_ name: String) -> String {
    let beside = file(name)
    return FileManager.default.fileExists(atPath: beside) ? beside : name
  }

  func answers(_ questions: ExperimentPlan.Questions, _ model: ExperimentPlan.Model) -> String {
    path + "/answers/\(questions.name)/\(model.name).jsonl"
  }

  func judgements(
    _ questions: ExperimentPlan.Questions, _ judge: ExperimentPlan.JudgeEntry
  ) -> String {
    path + "/judgements/\(questions.name)/\(judge.name).jsonl"
  }

  var perplexity: String { path + "/perplexity.jsonl" }

  /// All answers to a question set: those made here and those given.
  ///
  /// - Throws: `TextInputError` where a file is missing.
  func allAnswers(
    _ questions: ExperimentPlan.Questions, _ plan: ExperimentPlan
  ) throws -> [GivenAnswer] {
    let given = plan.answers.filter { $0.questions == questions.name }.map { file($0.file) }
    let made = plan.models.map { answers(questions, $0) }
    let set = try QuestionSet(path: file(questions.file))
    let notes = Dictionary(
      set.questions.map { ($0.patientID, $0.note) }, uniquingKeysWith: { first, _ in first })
    return try GivenAnswer.read(made + given, notes: notes)
  }

  /// Makes the folder in which a file lies.
  static func makeFolder(of file: String) throws {
    try FileManager.default.createDirectory(
      at: URL(filePath: file).deletingLastPathComponent(), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
  }
}

/// What a corpus costs a model, as it stands in a file: the loss of each window.
struct PerplexityRow: Codable, Equatable {
  var model: String
  var corpus: String
  var context: Int
  /// Tokens scored in each window.
  var tokens: Int
  /// The sum of the negative log probabilities of each window.
  var losses: [Double]
  /// SHA-256 of the model, the adapter and the text.
  var digests: [String]
}
