extension FactFinder {
  /// The numbers of a claim with their units.
  mutating func numbers(_ range: Range<Int>, _ claim: Int) -> [Fact] {
    var facts: [Fact] = []
    for quantity in quantities where range.contains(quantity.token) {
      if isExcused(quantity, range) { continue }
      let fact = quantity.token..<quantity.end
      let anchors = anchors(around: fact, claim)
      let agreeing = note.quantities.filter { quantity.agrees(with: $0) && fits(quantity, $0) }
        .prefix(Self.most).map(\.token)
      let alike = note.quantities.filter { Quantity.close($0.value, quantity.value) }
        .prefix(Self.most).map(\.token)
      let rivals = rivals(of: quantity)
      let sure = agreeing.filter { place in evidence[safe: note.sentenceOfToken[place]] >= 0.05 }
      var features = surroundings(anchors, fact, claim)
      features += anchors.features(of: agreeing, note)
      features += anchors.features(of: alike, note)
      features += anchors.features(of: rivals, note)
      features += shape(quantity, range)
      features += [
        Double(min(sure.count, 4)),
        isRounded(quantity) ? 1 : 0, unitAgreement(quantity),
        pairing(quantity, agreeing),
      ]
      features += neighbours(of: quantity, claim)
      features += [
        computed(quantity, anchors), saysSum(range) ? 1 : 0, isDerived(quantity) ? 1 : 0,
        asked.quantities.contains { quantity.agrees(with: $0) } ? 1 : 0,
        Double(min(alike.count - agreeing.count, 4)),
      ]
      facts.append(
        Fact(
          kind: .number, claim: claim, tokens: fact, features: features,
          hasRival: anchors.gap(rivals, note) < 14,
          isSurelyWrong: agreeing.isEmpty && hasOtherUnit(quantity, in: anchors.bestSentence)))
    }
    return facts
  }

  /// What is not the note's to say: the number of a list item, one of the question, the sum or
  /// difference of two others, and what is looked at as a frequency.
  private func isExcused(_ quantity: Quantity, _ range: Range<Int>) -> Bool {
    isListMark(quantity, range) || isOfFrequency(quantity)
      || (isDerived(quantity) && saysSum(range))
      || asked.quantities.contains {
        quantity.agrees(with: $0) && (quantity.unit == nil || $0.unit != nil)
      }
  }

  /// Whether a sentence of the note has the number, but with another unit.
  private func hasOtherUnit(_ quantity: Quantity, in sentence: Int) -> Bool {
    guard let unit = quantity.unit else { return false }
    return note.quantities(in: note.sentenceTokens[safe: sentence]).contains { other in
      guard let own = other.unit, unit.dimension != "day", own.dimension != "day" else {
        return false
      }
      return Quantity.close(other.value, quantity.value) && !quantity.agrees(with: other)
    }
  }

  /// The number of a list item is the list's, not the note's.
  private func isListMark(_ quantity: Quantity, _ range: Range<Int>) -> Bool {
    let next = quantity.token + 1
    return quantity.token == range.lowerBound && next < answer.tokens.count
      && [".", ")"].contains(answer.tokens[next].text)
  }

  /// "every 6 hours" is how often, and looked at as that.
  private func isOfFrequency(_ quantity: Quantity) -> Bool {
    answerFrequencies.contains { $0.range.contains(quantity.token) }
  }

  /// For the nearest word before and behind that the note has: 1 where the number stands by it there
  /// too, -1 where only other numbers do, else 0; and how far the word is off in the claim.
  private mutating func neighbours(of quantity: Quantity, _ claim: Int) -> [Double] {
    let matched = (terms[claim] ?? []).filter { $0.quantity == nil && !$0.matches.isEmpty }
    var result: [Double] = []
    for term in [
      matched.last { $0.token < quantity.token }, matched.first { $0.token >= quantity.end },
    ] {
      guard let term, abs(term.token - quantity.token) <= 8 else {
        result += [0, 0, 9]
        continue
      }
      var best = [0.0, 0.0]
      for place in places(of: term) {
        for (index, window) in [place + 1..<place + 7, place - 6..<place].enumerated() {
          let inside = note.quantities(in: window)
          if inside.contains(where: { quantity.agrees(with: $0) }) {
            best[index] = 1
          } else if best[index] == 0, !inside.isEmpty {
            best[index] = -1
          }
        }
      }
      result += best + [Double(abs(term.token - quantity.token))]
    }
    return result
  }

  /// Whether a number follows from two of the sentences that the words around pull most.
  private func computed(_ quantity: Quantity, _ anchors: Anchors) -> Double {
    let near = anchors.pull.filter { $0.value >= 0.4 * anchors.best }.keys
    let values = near.sorted().prefix(6).flatMap { sentence in
      note.quantities(in: note.sentenceTokens[safe: sentence])
    }.prefix(16).map(\.value)
    for (index, left) in values.enumerated() {
      for right in values[index...] {
        let results = [abs(left - right), left + right, left * right, left + right - 1]
        if results.contains(where: { abs($0 - quantity.value) < 1e-6 }) { return 1 }
      }
    }
    return 0
  }

  private static let sums: Set<String> = [
    "total", "all", "altogether", "later", "apart", "about", "half", "loss", "gain", "rise", "fall",
    "over", "by", "more", "less", "times", "sum", "average", "per", "rose", "fell", "difference",
  ]

  private func saysSum(_ range: Range<Int>) -> Bool {
    answer.tokens[range].contains { Self.sums.contains($0.text) }
  }

  private func shape(_ quantity: Quantity, _ range: Range<Int>) -> [Double] {
    let tokens = answer.tokens
    let before = quantity.token > range.lowerBound ? tokens[quantity.token - 1].text : ""
    let after = quantity.end < range.upperBound ? tokens[quantity.end].text : ""
    let isAge =
      quantity.unit?.factor == 12 || ["m", "f", "y", "yo", "man", "woman"].contains(after)
    return [
      quantity.isWord ? 1 : 0, quantity.unit == nil ? 0 : Self.dimensionCode(quantity.unit),
      min(quantity.value, 5000), quantity.value == quantity.value.rounded() ? 0 : 1,
      isAge ? 1 : 0, asksForSum ? 1 : 0,
      ["/", "-", "–", "."].contains(before) ? 1 : 0, ["/", "-", "–", "to"].contains(after) ? 1 : 0,
      ["about", "around", "approximately", "roughly", "nearly", "almost", "over", "~"].contains(
        before) ? 1 : 0,
      nameBefore(quantity.token, tokens) == nil ? 0 : 1,
      Double(min(quantities.count, 20)),
    ]
  }

  private static func dimensionCode(_ unit: Unit?) -> Double {
    switch unit?.dimension {
    case "time": 1
    case "month": 2
    case "day": 3
    case "mass": 4
    case "volume": 5
    case "percent": 6
    default: 7
    }
  }

  /// Whether the question asks for what has to be computed.
  private var asksForSum: Bool {
    !asked.stems.isDisjoint(with: [
      "long", "interval", "total", "mani", "much", "durat", "apart", "gap", "span", "half", "fract",
      "chang", "differ", "sum", "timeline", "sequenc",
    ])
  }

  /// Numbers of the note in the place of this one: of the same sort, and said nowhere in the answer.
  private func rivals(of quantity: Quantity) -> [Int] {
    var found: [Int] = []
    for other in note.quantities where !other.isWord || quantity.isWord {
      if let unit = quantity.unit, let own = other.unit, unit.dimension != own.dimension {
        continue
      }
      if quantities.contains(where: { $0.agrees(with: other) }) { continue }
      found.append(other.token)
      if found.count == Self.most { break }
    }
    return found
  }

  /// 1 where the note has the number with the unit itself, 0.5 where it has it bare, else 0.
  private func unitAgreement(_ quantity: Quantity) -> Double {
    guard let unit = quantity.unit else { return 2 }
    var best = 0.0
    for other in note.quantities where quantity.agrees(with: other) && fits(quantity, other) {
      if other.unit?.dimension == unit.dimension { return 1 }
      best = max(best, other.unit == nil ? 0.5 : 0.25)
    }
    return best
  }

  /// Whether a number is the rounded form of one of the note.
  private func isRounded(_ quantity: Quantity) -> Bool {
    note.quantities.contains {
      $0.value != quantity.value && abs($0.value - quantity.value) <= 0.05 * abs($0.value)
        && ($0.value.rounded() == quantity.value
          || ($0.value * 10).rounded() == quantity.value * 10)
    }
  }

  /// Whether a number is the sum, difference or product of two others of the answer, or the
  /// difference of two of the note's evidence.
  private func isDerived(_ quantity: Quantity) -> Bool {
    let others = quantities.filter { $0.token != quantity.token && !$0.isWord }.prefix(24)
      .filter { other in note.quantities.contains { other.agrees(with: $0) } }
    for (index, left) in others.enumerated() {
      for right in others[index...] where right.token != left.token {
        let results = [
          abs(left.value - right.value), left.value + right.value, left.value * right.value,
        ]
        if results.contains(where: { abs($0 - quantity.value) < 1e-6 }) { return true }
      }
    }
    return false
  }

  /// Whether a number without a unit in the note may stand for the claim's.
  private func fits(_ quantity: Quantity, _ other: Quantity) -> Bool {
    guard let unit = quantity.unit else { return true }
    if other.unit?.dimension == "day" {
      return unit.dimension == "day" || (unit.dimension == "time" && unit.factor == 24)
    }
    guard other.unit == nil else { return true }
    switch unit.dimension {
    case "time", "month":
      let before = other.token > 0 ? note.tokens[other.token - 1].text : ""
      let after = other.token + 1 < note.tokens.count ? note.tokens[other.token + 1].text : ""
      return ["x", "-", "/", "~", ">", "<", "+", "@", "to", "≥", "every", "q", "–"].contains(before)
        || ["-", "/", "–", "m", "f", "to", "+", "h", "°"].contains(after) || unit.factor == 12
        || quantity.isWord
    case "mass":
      // A bare dose is one in milligrams; some medicines are known by micrograms.
      let name = nameBefore(other.token, note.tokens).map { note.tokens[$0].text } ?? ""
      let isMicro = name.hasSuffix("thyroxine") || name.hasSuffix("tanyl") || name == "digoxin"
      return unit.factor == 1e-3 || (unit.factor < 1e-3 && isMicro)
        || (unit.factor >= 1 && quantity.value <= 4) || unit.factor >= 1000
    default: return true
    }
  }

  /// For a number straight after a name: 1 where the note has it so, -1 where the note has the name
  /// with other numbers only, else 0.
  private func pairing(_ quantity: Quantity, _ agreeing: [Int]) -> Double {
    guard let name = pairedName(quantity.token, answer.tokens) else { return 0 }
    var sawNumber = false
    for place in (note.tokensOfStem[answer.tokens[name].stem] ?? []).prefix(Self.most) {
      let end = min(note.tokens.count, place + 5)
      if agreeing.contains(where: { $0 > place && $0 < end }) { return 1 }
      if note.tokens[place + 1..<end].contains(where: { $0.kind == .number }) { sawNumber = true }
    }
    return sawNumber ? -1 : 0
  }

  private func pairedName(_ number: Int, _ tokens: [Token]) -> Int? {
    for place in stride(from: number - 1, through: max(0, number - 3), by: -1) {
      let token = tokens[place]
      if token.kind != .word { return nil }
      if Lexicon.stopWords.contains(token.text) { continue }
      return place
    }
    return nil
  }

  /// The medicine straight before a number.
  func nameBefore(_ number: Int, _ tokens: [Token]) -> Int? {
    for place in stride(from: number - 1, through: max(0, number - 2), by: -1) {
      let token = tokens[place]
      if token.kind != .word { return nil }
      if ["of", "was", "is", "at", "to", "with"].contains(token.text) { continue }
      if Unit.dayWords.contains(token.text) { return nil }
      return Lexicon.shared.isDrug(token) ? place : nil
    }
    return nil
  }
}

extension [Double] {
  /// The value at an index, or 0 outside.
  subscript(safe index: Int) -> Double {
    indices.contains(index) ? self[index] : 0
  }
}
