/// Index of a piece in a vocabulary. A piece is a string that the model reads and writes as one.
public typealias TokenID = Int32

/// A vocabulary as a model file states it: the pieces, how text is split into them, and which of
/// them have a meaning of their own. A plain value that nothing checks; `Tokenizer` does.
public struct Vocabulary: Equatable, Sendable {
  /// How text becomes tokens.
  public enum Model: Equatable, Sendable {
    /// Words found by a pre-tokenizer, then merges of byte pairs in the order they were learnt.
    case byteLevelPairs(PreTokenizer)
    /// SentencePiece pairs: the whole text at once, the best score first, unknown bytes one by one.
    case sentencePiece
  }

  /// Splitting rules.
  public var model: Model
  /// Text of every token, by identifier.
  public var pieces: [String] = []
  /// Scores by identifier, for SentencePiece; empty: all zero.
  public var scores: [Float] = []
  /// Kinds by identifier; empty: all normal.
  public var kinds: [PieceKind] = []
  /// Pairs in the order they were learnt, the halves parted by a blank; for byte-level pairs.
  public var merges: [String] = []
  /// Identifiers of the tokens that have a role. Those outside the vocabulary count as absent.
  public var roles: [TokenRole: TokenID]
  /// Whether a prompt starts with the begin-of-text token.
  public var addsBeginOfText: Bool
  /// Whether a prompt ends with the end-of-text token.
  public var addsEndOfText = false
  /// Whether text gets a leading blank, so that a first word looks like any other.
  public var addsSpacePrefix: Bool
  /// Whether white space after special tokens is swallowed, as Phi-3 wants it.
  public var stripsSpaceAfterSpecialTokens = false

  /// Makes a vocabulary without pieces that has the defaults of its family.
  ///
  /// - Parameters:
  ///   - model: `gpt2` or `llama`, as GGUF calls byte-level and SentencePiece pairs.
  ///   - preTokenizer: the name in `tokenizer.ggml.pre`; nil: the default one.
  /// - Throws: `VocabularyError.unknownModel` and `.unknownPreTokenizer`.
  /// - Source: llama.cpp, `llama_vocab::impl::load`, for the defaults where a file says nothing.
  public init(model: String, preTokenizer: String?) throws(VocabularyError) {
    switch model {
    case "llama":
      self.model = .sentencePiece
      roles = [.beginOfText: 1, .endOfText: 2, .unknown: 0]
      addsBeginOfText = true
      addsSpacePrefix = true
    case "gpt2":
      let preTokenizer = try PreTokenizer(named: preTokenizer ?? "default")
      self.model = .byteLevelPairs(preTokenizer)
      roles = [.beginOfText: 11, .endOfText: 11]
      addsBeginOfText = preTokenizer.addsBeginOfText
      addsSpacePrefix = false
    default:
      throw .unknownModel(found: model, known: ["gpt2", "llama"])
    }
  }
}

/// What a piece is. Raw values are those of GGUF's `tokenizer.ggml.token_type`.
public enum PieceKind: Int32, Sendable {
  case undefined = 0
  case normal = 1
  case unknown = 2
  case control = 3
  case userDefined = 4
  case unused = 5
  case byte = 6

  /// The kind behind a number from a file; unheard-of numbers are `undefined`.
  public init(fileValue: Int) {
    self = Int32(exactly: fileValue).flatMap(PieceKind.init(rawValue:)) ?? .undefined
  }
}

/// What a token can be for. Raw values are the last part of GGUF's `tokenizer.ggml.…` keys.
public enum TokenRole: String, CaseIterable, Sendable {
  case beginOfText = "bos_token_id"
  case endOfText = "eos_token_id"
  case endOfTurn = "eot_token_id"
  case endOfMessage = "eom_token_id"
  case unknown = "unknown_token_id"
  case fillPrefix = "fim_pre_token_id"
  case fillSuffix = "fim_suf_token_id"
  case fillMiddle = "fim_mid_token_id"
  case fillPadding = "fim_pad_token_id"
  case fillRepository = "fim_rep_token_id"
  case fillSeparator = "fim_sep_token_id"
}
