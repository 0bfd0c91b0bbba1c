public import GGUF
public import Tokenization

extension Vocabulary {
  /// The vocabulary that a model file carries; what the file does not say is as its family has it.
  ///
  /// - Throws: `GGUFError` where keys are missing or of another type, `VocabularyError` where the
  ///   file names a tokenizer that is not built in.
  /// - Source: the GGUF specification, "Tokenizer"; llama.cpp, `llama_vocab::impl::load`, for
  ///   defaults.
  public init(_ file: GGUFFile) throws {
    let metadata = file.metadata
    try self.init(
      model: metadata.string(Self.key("model")),
      preTokenizer: metadata.optionalString(Self.key("pre")))
    pieces = try metadata.strings(Self.key("tokens"))
    let types = try metadata.optionalIntegers(Self.key("token_type")) ?? []
    kinds = types.map(PieceKind.init(fileValue:))
    if let array = try metadata.optionalArray(Self.key("scores")) {
      scores = try array.elementType == .int32 ? array.integers().map(Float.init) : array.floats()
    }
    switch model {
    case .byteLevelPairs:
      merges = try metadata.strings(Self.key("merges"))
    case .sentencePiece:
      merges = []
    }
    for role in TokenRole.allCases {
      guard let id = try metadata.optionalInteger(Self.key(role.rawValue)) else { continue }
      // An identifier outside the vocabulary leaves the default in place.
      if pieces.indices.contains(id), let token = TokenID(exactly: id) { roles[role] = token }
    }
    addsBeginOfText = try metadata.optionalBool(Self.key("add_bos_token")) ?? addsBeginOfText
    addsEndOfText = try metadata.optionalBool(Self.key("add_eos_token")) ?? addsEndOfText
    addsSpacePrefix = try metadata.optionalBool(Self.key("add_space_prefix")) ?? addsSpacePrefix
    // No key says it; llama.cpp, too, goes by the model's name.
    let name = try metadata.optionalString("general.name")?.lowercased() ?? ""
    stripsSpaceAfterSpecialTokens = ["phi-3", "phi3"].contains { name.contains($0) }
  }

  private static func key(_ part: String) -> String { "tokenizer.ggml.\(part)" }
}
