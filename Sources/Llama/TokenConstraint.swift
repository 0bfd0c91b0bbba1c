public import Tokenization

/// Which tokens may come next, given those of the answer so far.
///
/// A value that stands at a place in the answer: it starts before the first token, and each token
/// that is written, or was given, moves it on. Beams copy it where they part, so a copy must be
/// cheap and go its own way; tables and masks that were computed before belong in something shared.
/// The engine asks once before each token, on its own queue, so a mask has to cost far less than a
/// token does.
///
/// The model goes on choosing among the tokens that are left, greedily, by drawing or by beams: what
/// is not allowed counts as if the model gave it no probability, before any filter. End tokens are
/// tokens like all others: a constraint that allows none keeps the text open.
public protocol TokenConstraint: Sendable {
  /// The tokens that may come next; nil allows all of them.
  ///
  /// - Parameter remainingTokenCount: How many tokens may still be written, the next one included, at
  ///   least 1. A constraint that has something to close must begin while there is room for it.
  mutating func allowed(remainingTokenCount: Int) -> TokenMask?

  /// Moves on behind `token`, which `allowed` has marked or the caller has given.
  mutating func accept(_ token: TokenID)

  /// True where nothing can follow: the text then ends without an end token.
  var isComplete: Bool { get }

  /// The tokens that probably come next because hardly anything else may, at most `limit`. They are
  /// checked together in one pass like all guesses, so that what is certain costs next to nothing.
  func draft(limit: Int) -> [TokenID]
}

extension TokenConstraint {
  /// Never complete.
  public var isComplete: Bool { false }

  /// No guesses.
  public func draft(limit: Int) -> [TokenID] { [] }
}
