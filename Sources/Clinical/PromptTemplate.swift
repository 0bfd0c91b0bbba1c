/// The forms in which a note and a question are put to a model. The raw value is the name that
/// `--template` takes.
public enum PromptTemplate: String, CaseIterable, Sendable {
  /// What the Asclepius weights were trained on, misspelling included.
  ///
  /// - Source: starmpcc/Asclepius, `src/instruction_ft.py` as first published.
  case asclepius
  /// The same as its authors use it for answering: a blank before the last line end.
  ///
  /// - Source: starmpcc/Asclepius, `README.md` and `src/utils.py`, prompt `ours`.
  case asclepiusPublished = "asclepius-published"
  /// For models that were not tuned on instructions: the published form and `Response:`.
  ///
  /// - Source: starmpcc/Asclepius, `src/utils.py`, `get_prompt`.
  case plain
  /// Stanford Alpaca's form with an input.
  ///
  /// - Source: tatsu-lab/stanford_alpaca, `train.py`, `prompt_input`.
  case alpaca
  /// MedAlpaca's, which ends in a line end.
  ///
  /// - Source: starmpcc/Asclepius, `src/utils.py`, prompt `medalpaca`.
  case medalpaca
  /// Vicuna's, with the note between two marks.
  ///
  /// - Source: starmpcc/Asclepius, `src/utils.py`, prompt `chat`.
  case vicuna
  /// What the user says to a model that brings its own chat template, which has to be put around
  /// it with `Prompt.wrapped(before:after:)`.
  case chat

  /// Finds a template by name.
  ///
  /// - Throws: `UnknownPromptTemplate` with the names there are.
  public init(name: String) throws(UnknownPromptTemplate) {
    guard let template = Self(rawValue: name) else { throw UnknownPromptTemplate(name: name) }
    self = template
  }

  /// True where the model's own chat template has to be put around the prompt.
  public var needsChatTemplate: Bool { self == .chat }

  /// The text with `{note}` and `{question}` in their places.
  public var text: String { PromptLibrary.text(of: self) }

  /// SHA-256 of the text in hexadecimal.
  public var digest: String { contentDigest(of: text) }
}

/// A template was asked for by a name that none has.
public struct UnknownPromptTemplate: Error, Equatable, CustomStringConvertible {
  /// The name that was given.
  public var name: String

  /// Makes the error.
  public init(name: String) {
    self.name = name
  }

  /// The fault and the choices.
  public var description: String {
    let names = PromptTemplate.allCases.map(\.rawValue).joined(separator: ", ")
    return "there is no prompt template '\(name)'; choose one of \(names)"
  }
}
