public import Tokenization

/// Why a model cannot be used, or a request not be served.
public enum LlamaError: Error, Equatable, Sendable {
  /// A value in the file that this decoder cannot work with.
  case unsupported(key: String, expected: String, found: String)
  /// A tensor of another shape than the configuration says.
  case wrongShape(tensor: String, expected: [Int], found: [Int])
  /// The prompt and the room for an answer do not fit; nothing was cut.
  case promptTooLong(promptTokenCount: Int, reservedTokenCount: Int, contextLength: Int)
  /// There is nothing to read.
  case emptyPrompt
  /// A token id outside the vocabulary.
  case unknownToken(TokenID, vocabularySize: Int)
  /// A parameter out of its range.
  case invalidParameter(name: String, expected: String, found: String)
  /// The numbers ran out of range: a damaged file, or one not made for this architecture. `layer`,
  /// from 0, is the first whose result has such numbers; nil where it was the last product. `step`
  /// counts the answer's tokens from 1.
  case notFinite(position: Int, step: Int, layer: Int?)
  /// The request's constraint allows no token at all. `step` counts the answer's tokens from 1.
  case noTokenAllowed(step: Int)
}

extension LlamaError: CustomStringConvertible {
  /// What happened and what to do.
  public var description: String {
    switch self {
    case .unsupported(let key, let expected, let found):
      return "the model's \(key) is \(found), but this decoder needs \(expected); "
        + "choose another model file"
    case .wrongShape(let tensor, let expected, let found):
      return "the model's tensor \(tensor) has the shape \(found), but \(expected) was expected; "
        + "the file is damaged or not a llama model"
    case .promptTooLong(let prompt, let reserved, let context):
      return "needs \(prompt + reserved) of \(context) tokens: \(prompt) for the prompt and "
        + "\(reserved) for the answer; shorten the note, leave out a section or ask for a "
        + "shorter answer (nothing was cut)"
    case .emptyPrompt:
      return "the prompt is empty; there is nothing to answer"
    case .unknownToken(let token, let size):
      return "token \(token) is outside the model's vocabulary of \(size)"
    case .invalidParameter(let name, let expected, let found):
      return "\(name) is \(found), but must be \(expected)"
    case .notFinite(let position, let step, let layer):
      let place = layer.map { "layer \($0)" } ?? "the output"
      return "the model's numbers are not finite from \(place) on, at token \(step) of the answer "
        + "(position \(position)); the model file is damaged, get it again or choose another"
    case .noTokenAllowed(let step):
      return "nothing may follow at token \(step) of the answer: what it is held to allows none of "
        + "the model's tokens there; choose another model"
    }
  }
}
