/// What a note says about a claim.
public enum Verdict: String, Sendable, CaseIterable {
  /// The note holds what the claim says; not a statement that it is clinically right.
  case supported
  /// The note does not speak of it.
  case notAddressed = "not_addressed"
  /// The note says something else.
  case contradicted
}

extension Verdict {
  /// One character that tells it without color.
  public var mark: String {
    switch self {
    case .supported: "="
    case .notAddressed: "?"
    case .contradicted: "!"
    }
  }

  /// How it is said to a person.
  public var words: String {
    switch self {
    case .supported: "found"
    case .notAddressed: "NOT FOUND"
    case .contradicted: "NOT AS IN NOTE"
    }
  }
}

/// A claim of an answer with its evidence.
public struct GroundedClaim: Sendable, Equatable {
  /// The claim's words as the answer has them.
  public var text: String
  /// Offsets in Unicode scalars of the answer.
  public var range: Range<Int>
  /// What the note says about it.
  public var verdict: Verdict
  /// Evidence in the note, ascending, in Unicode scalars of the note.
  public var spans: [Range<Int>]
  /// Why, in plain words.
  public var reason: String
}

/// An answer cut into claims, with its tokens.
struct AnswerText {
  var scalars: [Unicode.Scalar]
  var tokens: [Token]
  /// Ranges of scalars.
  var claims: [Range<Int>]
  /// Tokens of each claim.
  var claimTokens: [Range<Int>]

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    tokens = Lexer.tokens(of: scalars)
    claims = Self.split(scalars)
    claimTokens = []
    var token = 0
    for claim in claims {
      while token < tokens.count, tokens[token].range.lowerBound < claim.lowerBound { token += 1 }
      let first = token
      while token < tokens.count, tokens[token].range.lowerBound < claim.upperBound { token += 1 }
      claimTokens.append(first..<token)
    }
  }

  /// Sentences, cut further at line ends and at semicolons between parts of three words or more.
  private static func split(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var claims: [Range<Int>] = []
    var start = 0
    for index in 0...scalars.count where index == scalars.count || scalars[index] == "\n" {
      let line = NoteLayout.trimmed(start..<index, scalars)
      start = index + 1
      guard line.contains(where: { scalars[$0].isLetter || scalars[$0].isDigit }) else { continue }
      for sentence in SentenceSplitter.sentences(in: line, of: scalars) {
        claims += parts(of: sentence, scalars)
      }
    }
    return joiningShort(claims, scalars)
  }

  private static func parts(of sentence: Range<Int>, _ scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var low = sentence.lowerBound
    var depth = 0
    for index in sentence {
      if scalars[index] == "(" { depth += 1 }
      if scalars[index] == ")" { depth -= 1 }
      guard scalars[index] == ";", depth <= 0 else { continue }
      let part = NoteLayout.trimmed(low..<index + 1, scalars)
      if wordCount(part, scalars) >= 3 {
        parts.append(part)
        low = index + 1
      }
    }
    let rest = NoteLayout.trimmed(low..<sentence.upperBound, scalars)
    if !rest.isEmpty { parts.append(rest) }
    return parts
  }

  /// A bare "No." or "Yes." belongs to what follows.
  private static func joiningShort(
    _ claims: [Range<Int>], _ scalars: [Unicode.Scalar]
  ) -> [Range<Int>] {
    var joined: [Range<Int>] = []
    var pending: Int?
    for claim in claims {
      let start = pending ?? claim.lowerBound
      pending = nil
      if wordCount(claim, scalars) <= 1, claim != claims.last, claim.count <= 6 {
        pending = start
        continue
      }
      joined.append(start..<claim.upperBound)
    }
    return joined
  }

  private static func wordCount(_ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> Int {
    var count = 0
    var inside = false
    for index in range {
      let isWord = scalars[index].isLetter || scalars[index].isDigit
      if isWord, !inside { count += 1 }
      inside = isWord
    }
    return count
  }
}
