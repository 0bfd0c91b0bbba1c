internal import Tokenization

/// Guesses the next tokens of an answer from the prompt and the answer itself: what followed where
/// the text's last tokens stood before. Answers about a note quote it, so the guesses are often
/// right, and checking several tokens in one pass costs little more than computing one.
///
/// The place is the one before which most tokens are those of the text's end, and of several such
/// places the first one behind what was copied last, since a list follows its source. How many
/// tokens are guessed there is what brings most tokens for the time of a pass, by how often guesses
/// of such places were right; where that is none, guessing rests.
///
/// A guess is only ever checked, never trusted: the tokens are those of plain decoding.
///
/// - Source: the idea is Saxena's "Prompt Lookup Decoding", 2023; the expected length of a run is
///   equation 1 of Leviathan and others, "Fast Inference from Transformers via Speculative
///   Decoding", 2023.
struct LookupDrafts {
  private var tokens: [TokenID] = []
  /// Where each token stood last.
  private var lastPlaces: [TokenID: Int] = [:]
  /// For each place, where its token stood before; -1 for nowhere.
  private var earlierPlaces: [Int] = []
  /// How likely a guess is right behind a right one, by the kind of place.
  private var likelihoods = Kind.allCases.map(\.usualLikelihood)
  /// The place that the last guess was copied from.
  private var origin: (kind: Kind, place: Int)?
  /// The place behind the last token that was copied rightly; nil before the first.
  private var copiedEnd: Int?

  /// Guesses checked and found right so far.
  private(set) var draftedTokenCount = 0
  private(set) var acceptedTokenCount = 0

  private let policy: EngineRequest.LookupPolicy

  init(_ prompt: [TokenID], _ policy: EngineRequest.LookupPolicy) {
    self.policy = policy
    guard policy == .on else { return }
    tokens.reserveCapacity(prompt.count + 512)
    earlierPlaces.reserveCapacity(prompt.count + 512)
    for token in prompt { append(token) }
  }

  /// Adds a token of the text.
  mutating func append(_ token: TokenID) {
    guard policy == .on else { return }
    earlierPlaces.append(lastPlaces.updateValue(tokens.count, forKey: token) ?? -1)
    tokens.append(token)
  }

  /// The tokens that may follow, at most `limit`; often none.
  mutating func draft(limit: Int) -> [TokenID] {
    origin = nil
    guard limit > 0, let match = longestMatch() else { return [] }
    let length = bestLength(likelihoods[match.kind.rawValue], limit: limit)
    guard length > 0 else {
      // Nothing is learnt while guessing rests, so the likelihood goes back to what is usual.
      learn(match.kind, target: match.kind.usualLikelihood, share: 1 / 128)
      return []
    }
    origin = (match.kind, match.place)
    return Array(tokens[match.place..<min(match.place + length, tokens.count)])
  }

  /// Takes note of how the last guess did.
  mutating func record(draftCount: Int, acceptedCount: Int) {
    guard draftCount > 0, let origin else { return }
    draftedTokenCount += draftCount
    acceptedTokenCount += acceptedCount
    if acceptedCount > 0 { copiedEnd = origin.place + acceptedCount }
    for _ in 0..<acceptedCount { learn(origin.kind, target: 1, share: 1 / 16) }
    if acceptedCount < draftCount { learn(origin.kind, target: 0, share: 1 / 16) }
  }

  private mutating func learn(_ kind: Kind, target: Double, share: Double) {
    likelihoods[kind.rawValue] += (target - likelihoods[kind.rawValue]) * share
  }

  // MARK: Places

  /// What is known of a place: how many tokens before it are those of the text's end.
  private enum Kind: Int, CaseIterable {
    /// One token, which stands in several places.
    case commonToken
    /// One token, which stood nowhere else.
    case rareToken
    case two, three, four, six, ten

    init(matchLength: Int, isOnly: Bool) {
      switch matchLength {
      case ...1: self = isOnly ? .rareToken : .commonToken
      case 2: self = .two
      case 3: self = .three
      case 4...5: self = .four
      case 6...9: self = .six
      default: self = .ten
      }
    }

    /// How likely such guesses are right in answers to questions on notes, before any was checked.
    var usualLikelihood: Double {
      switch self {
      case .commonToken: 0.12
      case .rareToken: 0.25
      case .two: 0.4
      case .three: 0.6
      case .four: 0.75
      case .six: 0.85
      case .ten: 0.92
      }
    }
  }

  /// Places that are looked at, the latest first: more of them hardly ever hold a longer match.
  private static let visitedPlaceCount = 64
  /// Tokens that are compared.
  private static let longestComparison = 16

  /// Where the text may go on as it did before; nil where its last token is new.
  private func longestMatch() -> (kind: Kind, place: Int)? {
    guard let end = tokens.indices.last else { return nil }
    var (length, found, visited) = (0, 0, 0)
    var place = earlierPlaces[end]
    while place >= 0, visited < Self.visitedPlaceCount {
      visited += 1
      var matched = 1
      while matched < Self.longestComparison, matched <= place,
        tokens[place - matched] == tokens[end - matched]
      {
        matched += 1
      }
      // Of equal matches the latest, or the first one behind what was copied last.
      if matched > length || matched == length && place >= copiedEnd ?? .max {
        (length, found) = (matched, place)
      }
      place = earlierPlaces[place]
    }
    guard length > 0 else { return nil }
    return (Kind(matchLength: length, isOnly: visited == 1), found + 1)
  }

  // MARK: Lengths

  /// What a pass with that many guesses costs, one without any costing 1: processor time of the
  /// default model behind 1,024 tokens, medians of twelve, on an Intel Xeon with AVX-512.
  private static let passCosts: [Double] = [1, 1.12, 1.28, 1.34, 1.52, 1.55, 1.66, 1.72]

  /// The number of guesses, each right with `likelihood` behind a right one, that brings most tokens
  /// for the time of a pass; 0 where any would cost more than it brings.
  private func bestLength(_ likelihood: Double, limit: Int) -> Int {
    var (best, bestRate) = (0, 1.0)
    var (expected, run) = (1.0, 1.0)
    for length in 1..<max(1, min(limit + 1, Self.passCosts.count)) {
      run *= likelihood
      expected += run
      let rate = expected / Self.passCosts[length]
      if rate > bestRate { (best, bestRate) = (length, rate) }
    }
    return best
  }
}
