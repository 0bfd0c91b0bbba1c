internal import Tokenization

/// Guesses the next tokens of an answer from the prompt and the answer itself: what followed the
/// last few tokens where they stood before. Answers about a note quote it, so the guesses are often
/// right, and checking several tokens in one pass costs little more than computing one.
///
/// A guess is only ever checked, never trusted: the tokens are those of plain decoding. Guessing
/// rests by itself while it does not pay.
///
/// - Source: the idea is Saxena's "Prompt Lookup Decoding", 2023.
struct LookupDrafts {
  /// Three tokens in a row.
  private struct Gram: Hashable {
    let a, b, c: TokenID
  }

  private var tokens: [TokenID] = []
  /// Where the token after each gram stands, the latest place.
  private var places: [Gram: Int] = [:]
  /// Share of guesses that were right, recent ones weighing more.
  private var acceptance = 0.5
  private var restingTokenCount = 0

  /// Guesses checked and found right so far.
  private(set) var draftedTokenCount = 0
  private(set) var acceptedTokenCount = 0

  /// Guesses a pass where hits are usual, and where they are near certain. A batch of 4 costs about
  /// 1.3 times one token and a batch of 8 about 2.2 times.
  private static let usualLength = 3
  private static let sureLength = 7
  /// Below this share of right guesses a pass with guesses costs more than it brings.
  private static let leastAcceptance = 0.2

  private let policy: EngineRequest.LookupPolicy

  init(_ prompt: [TokenID], _ policy: EngineRequest.LookupPolicy) {
    self.policy = policy
    guard policy == .on else { return }
    tokens.reserveCapacity(prompt.count + 512)
    places.reserveCapacity(prompt.count)
    for token in prompt { append(token) }
  }

  /// Adds a token of the text.
  mutating func append(_ token: TokenID) {
    guard policy == .on else { return }
    if tokens.count >= 3 {
      let end = tokens.count
      places[Gram(a: tokens[end - 3], b: tokens[end - 2], c: tokens[end - 1])] = end
    }
    tokens.append(token)
    restingTokenCount = max(0, restingTokenCount - 1)
  }

  /// The tokens that may follow, at most `limit`; often none.
  func draft(limit: Int) -> [TokenID] {
    guard restingTokenCount == 0, limit > 0, tokens.count >= 3 else { return [] }
    let end = tokens.count
    let gram = Gram(a: tokens[end - 3], b: tokens[end - 2], c: tokens[end - 1])
    guard let place = places[gram] else { return [] }
    let length = acceptance > 0.85 ? Self.sureLength : Self.usualLength
    return Array(tokens[place..<min(place + min(length, limit), end)])
  }

  /// Takes note of how a guess did.
  mutating func record(draftCount: Int, acceptedCount: Int) {
    guard draftCount > 0 else { return }
    draftedTokenCount += draftCount
    acceptedTokenCount += acceptedCount
    acceptance += (Double(acceptedCount) / Double(draftCount) - acceptance) / 8
    if acceptance < Self.leastAcceptance {
      restingTokenCount = 32
      // One good guess after the rest is enough to go on.
      acceptance = Self.leastAcceptance
    }
  }
}
