extension PreTokenizer {
  /// One scanner: either words of a language, or stretches of one class cut out of the rest.
  enum Stage: Equatable, Sendable {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)`
    case englishWords
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*`
    /// `|\s*[\r\n]+|\s+(?!\S)|\s+`
    case casedWords(longestNumber: Int)
    /// As `casedWords`, but a word also ends where small letters are followed by a capital, a slash
    /// may end punctuation, and a contraction belongs to its word, if it is split off at all.
    case camelCaseWords(longestNumber: Int, contractions: Bool)
    /// `[\p{P}\$\+<=>\^~\|]+`
    case punctuationRuns
    /// `\p{N}+`
    case numberRuns
    /// `\p{N}`
    case singleNumbers
    /// `[0-9][0-9][0-9]`
    case digitTriples
    /// `[\r\n]`
    case lineEnds
    /// `\s?\p{L}+`
    case spacedLetters
    /// `\s?\p{P}+`
    case spacedPunctuation
    /// `[一-龥ࠀ-一가-퟿]+`
    case eastAsian

    /// Appends the parts of `window`, in order and without gaps.
    func cut(_ window: ScalarWindow, into parts: inout [Range<Int>]) {
      switch self {
      case .englishWords:
        EnglishWords(window: window).cut(into: &parts)
      case .casedWords(let longestNumber):
        CasedWords(window: window, longestNumber: longestNumber).cut(into: &parts)
      case .camelCaseWords(let longestNumber, let contractions):
        CamelCaseWords(window: window, longestNumber: longestNumber, contractions: contractions)
          .cut(into: &parts)
      default:
        cutOut(of: window, into: &parts)
      }
    }

    /// Cuts matches out, and leaves what lies between them as it is.
    private func cutOut(of window: ScalarWindow, into parts: inout [Range<Int>]) {
      var start = window.range.lowerBound
      var index = start
      while index < window.range.upperBound {
        let end = matchEnd(in: window, from: index)
        guard end > index else {
          index += 1
          continue
        }
        if start < index { parts.append(start..<index) }
        parts.append(index..<end)
        start = end
        index = end
      }
      if start < window.range.upperBound { parts.append(start..<window.range.upperBound) }
    }

    /// End of the match that starts at `index`; `index` itself if there is none.
    private func matchEnd(in window: ScalarWindow, from index: Int) -> Int {
      switch self {
      case .englishWords, .casedWords, .camelCaseWords:
        index
      case .punctuationRuns:
        window.end(from: index) {
          window.scalarClass($0) == .punctuation || Self.isPunctuationLike(window.scalar($0))
        }
      case .numberRuns:
        window.end(from: index) { window.scalarClass($0) == .number }
      case .singleNumbers:
        window.scalarClass(index) == .number ? index + 1 : index
      case .digitTriples:
        (index..<index + 3).allSatisfy { Self.isDigit(window.scalar($0)) } ? index + 3 : index
      case .lineEnds:
        isLineEnd(window.scalar(index)) ? index + 1 : index
      case .spacedLetters:
        spacedRunEnd(of: .letter, in: window, from: index)
      case .spacedPunctuation:
        spacedRunEnd(of: .punctuation, in: window, from: index)
      case .eastAsian:
        window.end(from: index) {
          window.scalarClass($0) != .space && Self.isEastAsian(window.scalar($0))
        }
      }
    }

    /// A run of one class with at most one white space before it.
    private func spacedRunEnd(
      of wanted: ScalarClass, in window: ScalarWindow, from index: Int
    ) -> Int {
      let start = window.scalarClass(index) == .space ? index + 1 : index
      let end = window.end(from: start) { window.scalarClass($0) == wanted }
      return end > start ? end : index
    }

    private static func isPunctuationLike(_ scalar: UInt32?) -> Bool {
      switch scalar {
      case 0x24, 0x2B, 0x3C, 0x3D, 0x3E, 0x5E, 0x7E, 0x7C: true  // $ + < = > ^ ~ |
      default: false
      }
    }

    private static func isDigit(_ scalar: UInt32?) -> Bool {
      scalar.map { (0x30...0x39).contains($0) } ?? false
    }

    private static func isEastAsian(_ scalar: UInt32?) -> Bool {
      scalar.map { (0x0800...0x9FA5).contains($0) || (0xAC00...0xD7FF).contains($0) } ?? false
    }
  }
}

/// Whether a scalar is `\r` or `\n`.
func isLineEnd(_ scalar: UInt32?) -> Bool {
  scalar == 0x0D || scalar == 0x0A
}
