/// Why a vocabulary cannot be used.
public enum VocabularyError: Error, Equatable, Sendable {
  /// The file names a kind of tokenizer that is not built in.
  case unknownModel(found: String, known: [String])
  /// The file names a pre-tokenizer that is not built in.
  case unknownPreTokenizer(found: String, known: [String])
  /// There are no pieces at all.
  case empty
  /// There are more pieces than identifiers.
  case tooManyPieces(found: Int, limit: Int)
  /// Two identifiers have the same text.
  case duplicatePiece(first: TokenID, second: TokenID)
  /// A list that goes with the pieces is shorter than they are.
  case shortList(name: String, expected: Int, found: Int)
}

extension VocabularyError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unknownModel(let found, let known):
      "The tokenizer model '\(found)' is not known (known: \(known.joined(separator: ", "))). "
        + "Use a model of another family."
    case .unknownPreTokenizer(let found, let known):
      "The pre-tokenizer '\(found)' is not known (known: \(known.joined(separator: ", "))). "
        + "Use a model of another family; guessing would split words wrongly."
    case .empty:
      "The vocabulary has no pieces. The file is damaged or holds no tokenizer."
    case .tooManyPieces(let found, let limit):
      "The vocabulary has \(found) pieces; at most \(limit) can be told apart."
    case .duplicatePiece(let first, let second):
      "Tokens \(first) and \(second) of the vocabulary have the same text. "
        + "The file is damaged: convert the model again."
    case .shortList(let name, let expected, let found):
      "The vocabulary's \(name) have \(found) entries for \(expected) pieces. "
        + "The file is damaged: convert the model again."
    }
  }
}
