/// Cuts English words to their stems, with the changes that NLTK made to Porter's rules, since that
/// is the stemmer behind rouge-score.
///
/// - Source: Porter, "An algorithm for suffix stripping" (1980).
enum PorterStemmer {
  typealias Word = [UInt8]

  /// The stem of a word of ASCII lower-case letters and digits.
  static func stem(_ word: Word) -> Word {
    if let irregular = irregular[String(decoding: word, as: UTF8.self)] {
      return Array(irregular.utf8)
    }
    guard word.count > 2 else { return word }
    let steps = [plural, pastOrParticiple, finalY, second, third, fourth, finalE, doubleL]
    return steps.reduce(word) { word, step in step(word) }
  }

  private static let irregular = [
    "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
    "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing",
    "cannings": "canning", "canning": "canning", "howe": "howe", "proceed": "proceed",
    "exceed": "exceed", "succeed": "succeed",
  ]

  /// A suffix, what stands in its place, and what the rest has to be.
  private struct Rule {
    let suffix: Word
    let replacement: Word
    let holds: @Sendable (Word) -> Bool

    init(
      _ suffix: String, _ replacement: String,
      _ holds: @escaping @Sendable (Word) -> Bool = { _ in true }
    ) {
      self.suffix = Array(suffix.utf8)
      self.replacement = Array(replacement.utf8)
      self.holds = holds
    }
  }

  /// Applies the first rule whose suffix is there; if its condition fails, none applies.
  private static func apply(_ rules: [Rule], to word: Word) -> Word {
    for rule in rules where ends(word, rule.suffix) {
      let stem = Word(word.dropLast(rule.suffix.count))
      return rule.holds(stem) ? stem + rule.replacement : word
    }
    return word
  }

  // MARK: What the rules ask

  private static func ends(_ word: Word, _ suffix: Word) -> Bool {
    word.count >= suffix.count && word[(word.count - suffix.count)...] == suffix[...]
  }

  private static func ends(_ word: Word, _ suffix: String) -> Bool {
    ends(word, Array(suffix.utf8))
  }

  /// For each letter whether it is a consonant; y is one at the start and after a vowel.
  private static func consonants(_ word: Word) -> [Bool] {
    var flags: [Bool] = []
    for letter in word {
      switch letter {
      case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
        UInt8(ascii: "u"):
        flags.append(false)
      case UInt8(ascii: "y"): flags.append(!(flags.last ?? false))
      default: flags.append(true)
      }
    }
    return flags
  }

  /// How often a consonant follows a vowel.
  private static func measure(_ word: Word) -> Int {
    let flags = consonants(word)
    return zip(flags, flags.dropFirst()).count { !$0 && $1 }
  }

  @Sendable private static func isMeasured(_ word: Word) -> Bool { measure(word) > 0 }
  @Sendable private static func isLong(_ word: Word) -> Bool { measure(word) > 1 }

  private static func endsInDoubleConsonant(_ word: Word) -> Bool {
    word.count >= 2 && word[word.count - 1] == word[word.count - 2]
      && consonants(word).last == true
  }

  /// Consonant, vowel, consonant other than w, x, y; or a whole word of a vowel and a consonant.
  private static func endsShort(_ word: Word) -> Bool {
    let flags = consonants(word)
    if flags == [false, true] { return true }
    guard flags.suffix(3) == [true, false, true], let last = word.last else { return false }
    return !Array("wxy".utf8).contains(last)
  }

  // MARK: The steps in order

  private static func plural(_ word: Word) -> Word {
    if word.count == 4, ends(word, "ies") { return Word(word.dropLast()) }
    return apply(
      [Rule("sses", "ss"), Rule("ies", "i"), Rule("ss", "ss"), Rule("s", "")], to: word)
  }

  private static func pastOrParticiple(_ word: Word) -> Word {
    if ends(word, "ied") { return Word(word.dropLast(word.count == 4 ? 1 : 2)) }
    if ends(word, "eed") { return apply([Rule("eed", "ee", isMeasured)], to: word) }
    for suffix in ["ed", "ing"] where ends(word, suffix) {
      let stem = Word(word.dropLast(suffix.utf8.count))
      if consonants(stem).contains(false) { return mendEnd(stem) }
    }
    return word
  }

  private static func mendEnd(_ stem: Word) -> Word {
    if ends(stem, "at") || ends(stem, "bl") || ends(stem, "iz") {
      return stem + [UInt8(ascii: "e")]
    }
    if endsInDoubleConsonant(stem), let last = stem.last {
      return Array("lsz".utf8).contains(last) ? stem : Word(stem.dropLast())
    }
    return measure(stem) == 1 && endsShort(stem) ? stem + [UInt8(ascii: "e")] : stem
  }

  private static func finalY(_ word: Word) -> Word {
    apply([Rule("y", "i") { $0.count > 1 && consonants($0).last == true }], to: word)
  }

  private static let secondRules: [Rule] =
    [
      ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
      ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
      ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"),
      ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"),
      ("biliti", "ble"), ("fulli", "ful"),
    ].map { Rule($0, $1, isMeasured) }
    // Measured with the l that stays.
    + [Rule("logi", "log") { isMeasured($0 + [UInt8(ascii: "l")]) }]

  private static func second(_ word: Word) -> Word {
    let shorter = apply([Rule("alli", "al", isMeasured)], to: word)
    return shorter == word ? apply(secondRules, to: word) : second(shorter)
  }

  private static let thirdRules = [
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
  ].map { Rule($0, $1, isMeasured) }

  private static func third(_ word: Word) -> Word { apply(thirdRules, to: word) }

  private static let fourthRules =
    ["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"]
    .map { Rule($0, "", isLong) }
    + [Rule("ion", "") { isLong($0) && (ends($0, "s") || ends($0, "t")) }]
    + ["ou", "ism", "ate", "iti", "ous", "ive", "ize"].map { Rule($0, "", isLong) }

  private static func fourth(_ word: Word) -> Word { apply(fourthRules, to: word) }

  private static func finalE(_ word: Word) -> Word {
    apply(
      [Rule("e", "") { isLong($0) || (measure($0) == 1 && !endsShort($0)) }], to: word)
  }

  private static func doubleL(_ word: Word) -> Word {
    ends(word, "ll") && isLong(Word(word.dropLast())) ? Word(word.dropLast()) : word
  }
}
