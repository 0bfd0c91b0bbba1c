/// A word, a number or a mark of a text, with its place in Unicode scalars.
struct Token: Sendable {
  enum Kind: Sendable { case word, number, mark }

  var kind: Kind
  /// Offsets in Unicode scalars of the text it comes from.
  var range: Range<Int>
  /// Lower case, without possessive endings.
  var text: String
  /// The text without inflection; equal to `text` for numbers and marks.
  var stem: String
  /// The value of a number, written in digits or as a word.
  var value: Double?
  /// Whether capitals make it look like an abbreviation.
  var isCapitals = false
}

/// Cuts a text into tokens in one pass; every input has a result.
struct Lexer {
  private let scalars: [Unicode.Scalar]
  private var place = 0
  private var tokens: [Token] = []

  /// The tokens of `scalars`, in order.
  static func tokens(of scalars: [Unicode.Scalar]) -> [Token] {
    var lexer = Lexer(scalars: scalars)
    lexer.run()
    return lexer.tokens
  }

  private init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
    tokens.reserveCapacity(scalars.count / 4)
  }

  private mutating func run() {
    while place < scalars.count {
      let scalar = scalars[place]
      if scalar.isDigit {
        number()
      } else if scalar.isLetter {
        word()
      } else {
        if !scalar.isBlank { mark() }
        place += 1
      }
    }
  }

  private mutating func mark() {
    let text = scalars[place] == "\n" ? "\n" : String(Character(scalars[place]))
    tokens.append(Token(kind: .mark, range: place..<place + 1, text: text, stem: text))
  }

  private func scalar(_ index: Int) -> Unicode.Scalar? {
    index >= 0 && index < scalars.count ? scalars[index] : nil
  }

  private mutating func number() {
    let start = place
    var digits = ""
    while let next = scalar(place), place - start < 24 {
      if next.isDigit {
        digits.unicodeScalars.append(next)
      } else if next == ".", scalar(place + 1)?.isDigit == true, !digits.contains(".") {
        digits.append(".")
      } else if next == ",", isThousands(from: place) {
        // The separator says nothing.
      } else {
        break
      }
      place += 1
    }
    let value = Double(digits) ?? 0
    tokens.append(
      Token(kind: .number, range: start..<place, text: digits, stem: digits, value: value))
  }

  private func isThousands(from index: Int) -> Bool {
    for step in 1...3 where scalar(index + step)?.isDigit != true { return false }
    return scalar(index + 4)?.isDigit != true
  }

  private mutating func word() {
    let start = place
    var capitals = 0
    var text = ""
    while let next = scalar(place), place - start < 64 {
      if next.isLetter {
        if next.properties.isUppercase { capitals += 1 }
        text.append(next.lowered)
      } else if next.isApostrophe, scalar(place + 1)?.isLetter == true {
        if scalar(place + 1)?.lowered == "s", scalar(place + 2)?.isLetter != true {
          place += 2
          break
        }
      } else if next == "/", joinsShort(start: start, slash: place) {
        text.append("/")
      } else {
        break
      }
      place += 1
    }
    var token = Token(kind: .word, range: start..<place, text: text, stem: Stem.of(text))
    token.isCapitals = capitals >= 2 || (capitals == 1 && text.utf8.count == 1)
    token.value = NumberWords.value[text]
    tokens.append(token)
  }

  /// Whether a slash stands inside an abbreviation: `w/o`, `b/l`, `d/c`.
  private func joinsShort(start: Int, slash: Int) -> Bool {
    guard slash - start == 1, let next = scalar(slash + 1), next.isLetter else { return false }
    guard let after = scalar(slash + 2), after.isLetter else { return true }
    return scalar(slash + 3)?.isLetter != true && after.isLetter && scalars[start] != "l"
  }
}

/// Numbers written as words.
enum NumberWords {
  static let value: [String: Double] = [
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100,
  ]
}

extension Unicode.Scalar {
  var isDigit: Bool { value >= 48 && value <= 57 }

  var isLetter: Bool {
    if value < 128 { return (value | 32) >= 97 && (value | 32) <= 122 }
    return properties.isAlphabetic || properties.generalCategory == .nonspacingMark
  }

  /// White space on a line; a line's end is a mark.
  var isBlank: Bool {
    value == 32 || value == 9 || value == 13 || (value >= 128 && properties.isWhitespace)
  }

  var isApostrophe: Bool { self == "'" || value == 0x2019 }

  var lowered: Character {
    if value < 128 {
      return Character(value >= 65 && value <= 90 ? Unicode.Scalar(UInt8(value + 32)) : self)
    }
    let mapped = properties.lowercaseMapping
    return mapped.count == 1 ? Character(mapped) : Character(self)
  }
}

/// Light removal of inflection: the same stem for `stopped`, `stops` and `stopping`.
enum Stem {
  static func of(_ word: String) -> String {
    var letters = Array(word.utf8)
    guard letters.count > 3, letters.allSatisfy({ $0 >= 97 && $0 <= 122 }) else { return word }
    foldSpelling(&letters)
    for (ending, replacement, least) in endings where letters.count >= ending.count + least {
      guard letters.suffix(ending.count).elementsEqual(ending) else { continue }
      letters.removeLast(ending.count)
      letters += replacement
      break
    }
    if letters.count > 3, letters.last == letters[letters.count - 2],
      ![108, 115, 101].contains(letters[letters.count - 1])
    {
      letters.removeLast()
    }
    if letters.count > 4, letters.last == 101 { letters.removeLast() }
    if letters.count > 3, letters.last == 121 { letters[letters.count - 1] = 105 }
    return String(decoding: letters, as: UTF8.self)
  }

  /// British to American: `oedema`, `haematoma`, `tumour`, `centre`.
  private static func foldSpelling(_ letters: inout [UInt8]) {
    var folded: [UInt8] = []
    folded.reserveCapacity(letters.count)
    for (index, letter) in letters.enumerated() {
      let next = index + 1 < letters.count ? letters[index + 1] : 0
      if letter == 97 || letter == 111, next == 101, index + 2 < letters.count { continue }
      folded.append(letter)
    }
    if folded.count > 4, folded.suffix(3).elementsEqual(Array("our".utf8)) {
      folded.removeLast(2)
      folded.append(114)
    }
    letters = folded
  }

  private static let endings: [([UInt8], [UInt8], Int)] = [
    ("ations", "", 4), ("ation", "", 4), ("itions", "", 4), ("ings", "", 3), ("ing", "", 3),
    ("ies", "y", 2), ("ied", "y", 2), ("edly", "", 3), ("ised", "is", 3), ("ized", "is", 3),
    ("ed", "", 3), ("sses", "ss", 2), ("shes", "sh", 2), ("ches", "ch", 2), ("xes", "x", 2),
    ("ily", "y", 3), ("ly", "", 4), ("ness", "", 4), ("ions", "", 4), ("ion", "", 4),
    ("ments", "", 4), ("ment", "", 4), ("ss", "ss", 2), ("us", "us", 2), ("is", "is", 2),
    ("s", "", 3),
  ].map { (Array($0.utf8), Array($1.utf8), $2) }
}
