/// Everything that made an answer what it is: with the same files, it can be made again token for
/// token.
public struct Provenance: Equatable, Codable, Sendable {
  /// The model, with the digest of its weights.
  public var model: ModelDescription
  /// SHA-256 of the adapter file; nil without an adapter.
  public var adapterDigest: String?
  /// The prompt template's name.
  public var template: String
  /// SHA-256 of the template's text.
  public var templateDigest: String
  /// SHA-256 of the note's text.
  public var noteDigest: String
  /// How tokens were chosen, the seed included.
  public var parameters: GenerationParameters
  /// The ids of the answer, the end token not included.
  public var tokens: [Int32]
  /// How many of them were not chosen but given, as in a branch; nil for none.
  public var givenTokenCount: Int?

  /// Makes a record for an answer to a question about the note with the digest `noteDigest`.
  public init(
    model: ModelDescription, template: PromptTemplate, noteDigest: String,
    parameters: GenerationParameters, tokens: [Int32] = []
  ) {
    self.model = model
    self.adapterDigest = model.adapter?.digest
    self.template = template.rawValue
    self.templateDigest = template.digest
    self.noteDigest = noteDigest
    self.parameters = parameters
    self.tokens = tokens
  }

  /// Where the random numbers of the answer started.
  public var seed: UInt64 { parameters.seed }

  private enum CodingKeys: String, CodingKey {
    case model
    case adapterDigest = "adapter_digest"
    case template
    case templateDigest = "template_digest"
    case noteDigest = "note_digest"
    case parameters, tokens
    case givenTokenCount = "given_tokens"
  }
}
