extension FactChecker {
  /// Whether every number of the claim stands in the note, with its unit, beside the same thing.
  func numbers(_ range: Range<Int>, _ claim: Int) -> Finding? {
    for quantity in answerQuantities where range.contains(quantity.token) {
      guard isChecked(quantity, range) else { continue }
      let agreeing = note.quantities.filter {
        quantity.agrees(with: $0) && fits(quantity, $0)
      }
      if agreeing.isEmpty {
        if isDerived(quantity) || (claim == 0 && asksForSum) { continue }
        return missing(quantity, claim, range)
      }
      if let finding = misplaced(quantity, agreeing, claim, range) { return finding }
    }
    return nil
  }

  /// Whether the question asks for what has to be computed.
  private var asksForSum: Bool {
    !asked.stems.isDisjoint(with: [
      "long", "interval", "total", "mani", "much", "durat", "apart", "gap", "span", "half", "fract",
    ])
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

  private func isChecked(_ quantity: Quantity, _ range: Range<Int>) -> Bool {
    if quantity.isWord, quantity.unit == nil { return false }
    if asked.quantities.contains(where: { quantity.agrees(with: $0) }) { return false }
    let next = quantity.token + 1
    // The number of a list item is the list's, not the note's.
    if quantity.token == range.lowerBound, next < answer.tokens.count,
      [".", ")"].contains(answer.tokens[next].text)
    {
      return false
    }
    return true
  }

  /// Whether a number is the sum or difference of two others of the answer that the note holds.
  private func isDerived(_ quantity: Quantity) -> Bool {
    let others = answerQuantities.filter { $0.token != quantity.token && !$0.isWord }.prefix(24)
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

  private func missing(_ quantity: Quantity, _ claim: Int, _ range: Range<Int>) -> Finding {
    let shown = word(quantity.token)
    let anchors = context(of: quantity.token, claim, range)
    let places = Set(anchors.flatMap { $0.matches.map(\.sentence) })
    let others = note.quantities.filter { places.contains(note.sentenceOfToken[$0.token]) }
    if others.contains(where: { Quantity.close($0.value, quantity.value) }) {
      return Finding(
        verdict: .contradicted, reason: "The note has \(shown) here, but with another unit.")
    }
    return others.isEmpty
      ? Finding(verdict: .notAddressed, reason: "The number \(shown) is not in the note.")
      : Finding(verdict: .contradicted, reason: "The note has other numbers here, not \(shown).")
  }

  /// The words around a number that the note holds, nearest first.
  private func context(of token: Int, _ claim: Int, _ range: Range<Int>) -> [AnswerTerm] {
    let window = max(range.lowerBound, token - 7)..<min(range.upperBound, token + 6)
    return matchedTerms(claim, in: window).sorted { abs($0.token - token) < abs($1.token - token) }
  }

  /// A number that the note has, but not where it has the words around it.
  private func misplaced(
    _ quantity: Quantity, _ agreeing: [Quantity], _ claim: Int, _ range: Range<Int>
  ) -> Finding? {
    if quantity.isWord { return nil }
    if isAge(quantity) { return nil }
    var held: [Int: Double] = [:]
    for term in matchedTerms(claim, in: range) {
      let distance = Double(abs(term.token - quantity.token))
      let pull = term.weight * (distance <= 3 ? 1 : distance <= 7 ? 0.6 : 0.25)
      for match in term.matches { held[match.sentence, default: 0] += pull * match.strength }
    }
    guard let best = held.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }
    var reached = 0.0
    for other in agreeing {
      let sentence = note.sentenceOfToken[other.token]
      for near in [sentence - 1, sentence, sentence + 1] {
        reached = max(reached, (held[near] ?? 0) * (near == sentence ? 1 : 0.7))
      }
    }
    let hasNumber = note.quantities.contains { note.sentenceOfToken[$0.token] == best.key }
    if reached < 0.25 * best.value, hasNumber, best.value > 3 {
      return Finding(
        verdict: .contradicted,
        reason: "The note has \(word(quantity.token)), but of something else.")
    }
    return conflictingPair(quantity, agreeing)
  }

  /// Whether a number is a person's age: `72M`, `45-year-old`.
  private func isAge(_ quantity: Quantity) -> Bool {
    if quantity.unit?.factor == 12 { return true }
    let next = quantity.token + 1
    guard next < answer.tokens.count else { return false }
    return ["m", "f", "y", "yo", "+", "/"].contains(answer.tokens[next].text)
  }

  /// "losartan 70" where the note says "losartan 50": a name with the number straight after it.
  private func conflictingPair(_ quantity: Quantity, _ agreeing: [Quantity]) -> Finding? {
    guard let name = nameBefore(quantity.token, answer.tokens) else { return nil }
    let stem = answer.tokens[name].stem
    var pairs: [Int] = []
    for place in (note.tokensOfStem[stem] ?? []).prefix(50) {
      let end = min(note.tokens.count, place + 4)
      guard
        let number = (place + 1..<end).first(where: { note.tokens[$0].kind == .number }),
        nameBefore(number, note.tokens) == place
      else { return nil }
      pairs.append(number)
    }
    guard !pairs.isEmpty else { return nil }
    let isNear = agreeing.contains { other in
      pairs.contains {
        abs(other.token - $0) < 14
          && note.sentenceOfToken[other.token] == note.sentenceOfToken[$0]
          && !hasName(between: min($0, other.token), max($0, other.token))
      }
    }
    if isNear { return nil }
    return Finding(
      verdict: .contradicted,
      reason: "Beside \(word(name)) the note has another number than \(word(quantity.token)).")
  }

  private func hasName(between low: Int, _ high: Int) -> Bool {
    guard low + 1 < high else { return false }
    return (low + 1..<high).contains {
      Lexicon.shared.isDrug(note.tokens[$0])
    }
  }

  /// The medicine or abbreviation straight before a number.
  private func nameBefore(_ number: Int, _ tokens: [Token]) -> Int? {
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
