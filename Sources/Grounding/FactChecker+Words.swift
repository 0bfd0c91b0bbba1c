/// A side of the body.
enum Side: String {
  case left, right, both

  init?(_ index: Int, in tokens: [Token]) {
    let token = tokens[index]
    switch token.text {
    case "left": self = .left
    case "right": self = .right
    case "bilateral", "bilaterally", "b/l", "bilat": self = .both
    case "l", "lt":
      guard token.isCapitals, index == 0 || tokens[index - 1].kind != .number else { return nil }
      self = .left
    case "r", "rt":
      guard token.isCapitals else { return nil }
      self = .right
    default: return nil
    }
    guard self != .both, index + 1 < tokens.count else { return }
    if token.text.utf8.count > 2, Self.notSides.contains(tokens[index + 1].text) { return nil }
    if index > 0,
      ["was", "is", "she", "he", "all", "be", "were", "and"].contains(tokens[index - 1].text),
      token.text == "left", Self.leavings.contains(tokens[index + 1].text)
    {
      return nil
    }
  }

  private static let notSides: Set<String> = [
    "away", "after", "now", "her", "him", "them", "without", "against", "hospital", "off", "over",
    "on", "alone", "out", "ama", "behind", "by", "hd", "before", "after",
  ]
  private static let leavings: Set<String> = ["with", "to", "in", "the", "at", "untreated"]

  var opposite: Side {
    switch self {
    case .left: .right
    case .right: .left
    case .both: .both
    }
  }
}

extension FactChecker {
  /// Whether the side of the body is the note's.
  func sides(_ range: Range<Int>, _ claim: Int) -> Finding? {
    for index in range {
      guard let side = Side(index, in: answer.tokens) else { continue }
      if asked.tokens.indices.contains(where: { Side($0, in: asked.tokens) == side }) { continue }
      var anchors = matchedTerms(claim, in: index + 1..<min(range.upperBound, index + 5))
      anchors.removeAll { Side($0.token, in: answer.tokens) != nil }
      if anchors.isEmpty {
        anchors = matchedTerms(claim, in: max(range.lowerBound, index - 5)..<index)
        anchors.removeAll { Side($0.token, in: answer.tokens) != nil }
      }
      let sentences = Set(anchors.prefix(2).flatMap { $0.matches.map(\.sentence) })
      let same = sentences.contains { has(side, sentence: $0, allowingAbbreviations: true) }
      if same { continue }
      let other = sentences.contains {
        has(side.opposite, sentence: $0, allowingAbbreviations: false)
      }
      let anywhere = note.sentences.indices.contains {
        has(side, sentence: $0, allowingAbbreviations: true)
      }
      if (other && side != .both) || (!anywhere && side != .both) {
        return Finding(
          verdict: other ? .contradicted : .notAddressed,
          reason: other
            ? "The note has the other side, not \(side.rawValue)."
            : "The note does not say \(side.rawValue).")
      }
    }
    return nil
  }

  private func has(_ side: Side, sentence: Int, allowingAbbreviations: Bool) -> Bool {
    note.sentenceTokens[sentence].contains { index in
      if Side(index, in: note.tokens) == side { return true }
      let token = note.tokens[index]
      guard token.isCapitals, token.text.utf8.count >= 2, token.text.utf8.count <= 4 else {
        return false
      }
      switch side {
      case .left: return token.text.hasPrefix("l") && (allowingAbbreviations)
      case .right: return token.text.hasPrefix("r") && (allowingAbbreviations)
      case .both: return false
      }
    }
  }

  /// Whether a dose is taken as often as the note says.
  func frequencies(_ range: Range<Int>, _ claim: Int) -> Finding? {
    let tokens = Array(answer.tokens[range])
    let askedNames = Set(Frequency.all(in: asked.tokens).map(\.name))
    for (local, name) in Frequency.all(in: tokens) where !askedNames.contains(name) {
      let index = range.lowerBound + local.lowerBound
      if let paired = pairedFrequencies(index, range) {
        if paired.contains(name) { continue }
        return Finding(
          verdict: .contradicted, reason: "The note gives another frequency than \(word(index)).")
      }
      let before = matchedTerms(claim, in: max(range.lowerBound, index - 9)..<index)
      guard let drug = before.last(where: { Lexicon.shared.isDrug(answer.tokens[$0.token]) })
      else {
        if note.frequencies.contains(where: { $0.name == name }) || !name.hasSuffix("/day")
          || name == "1/day"
        {
          continue
        }
        return Finding(
          verdict: .notAddressed, reason: "The note does not say \(word(index)).")
      }
      let places = Set(drug.matches.map(\.sentence))
      let near = note.frequencies.filter {
        places.contains(note.sentenceOfToken[$0.range.lowerBound])
      }
      if near.contains(where: { $0.name == name }) { continue }
      let isInNote = note.frequencies.contains { $0.name == name }
      if !near.isEmpty || (!isInNote && name != "1/day" && name != "needed") {
        return Finding(
          verdict: near.isEmpty ? .notAddressed : .contradicted,
          reason: near.isEmpty
            ? "The note does not say \(word(index))."
            : "The note gives another frequency than \(word(index)).")
      }
    }
    return nil
  }

  /// Frequencies that the note gives straight after the dose that the claim has before this one.
  private func pairedFrequencies(_ index: Int, _ range: Range<Int>) -> Set<String>? {
    guard
      let dose = answerQuantities.last(where: {
        $0.token < index && $0.token >= index - 4 && $0.token >= range.lowerBound && $0.unit != nil
      })
    else { return nil }
    var names = Set<String>()
    var first = 0
    for other in note.quantities where dose.agrees(with: other) {
      while first < note.frequencies.count,
        note.frequencies[first].range.lowerBound <= other.token
      {
        first += 1
      }
      let sentence = note.sentenceOfToken[other.token]
      for frequency in note.frequencies[first...].prefix(4)
      where frequency.range.lowerBound < other.token + 7
        && note.sentenceOfToken[frequency.range.lowerBound] == sentence
      {
        names.insert(frequency.name)
      }
    }
    return names.isEmpty ? nil : names
  }

  /// Whether a word near a medicine is a short form that the note has, or its letters are one.
  private func isSpelledOut(_ index: Int, _ range: Range<Int>) -> Bool {
    var low = index - 1
    while low > range.lowerBound, answer.tokens[low].kind == .mark || low == index - 2 { low -= 1 }
    let near = max(range.lowerBound, low)..<min(range.upperBound, index + 3)
    if near.contains(where: {
      answer.tokens[$0].isCapitals && note.tokensOfStem[answer.tokens[$0].stem] != nil
    }) {
      return true
    }
    let letters = Array(answer.tokens[index].text.utf8)
    return note.tokens.contains { token in
      guard token.isCapitals, token.text.utf8.count == 3,
        token.text.utf8.first == letters.first, Lexicon.shared.senses[token.text] == nil
      else { return false }
      var rest = letters[...]
      for letter in token.text.utf8 {
        guard let place = rest.firstIndex(of: letter) else { return false }
        rest = rest[(place + 1)...]
      }
      return true
    }
  }

  /// Whether every medicine of the claim is one of the note's.
  func drugs(_ range: Range<Int>, _ claim: Int) -> Finding? {
    for term in terms[claim] ?? [] where term.quantity == nil && term.matches.isEmpty {
      let token = answer.tokens[term.token]
      guard Lexicon.shared.isDrug(token), !asked.stems.contains(token.stem),
        !isSpelledOut(term.token, range)
      else { continue }
      return Finding(
        verdict: .notAddressed, reason: "The note does not name \(word(term.token)).")
    }
    return nil
  }

  /// Whether a medicine that the claim says was stopped or started was.
  func courses(_ range: Range<Int>, _ claim: Int) -> Finding? {
    let words = range.map { answer.tokens[$0].text }
    let stops = words.contains(where: Negation.stops.contains)
    let starts = words.contains(where: Negation.starts.contains)
    guard stops != starts, let verb = range.first(where: { isCourse(answer.tokens[$0]) }),
      !answerNegated[verb]
    else { return nil }
    let window = max(range.lowerBound, verb - 3)..<min(range.upperBound, verb + 3)
    for term in matchedTerms(claim, in: window)
    where Lexicon.shared.isDrug(answer.tokens[term.token]) {
      let around = (note.tokensOfStem[answer.tokens[term.token].stem] ?? []).flatMap { place in
        note.tokens[max(0, place - 6)..<min(note.tokens.count, place + 8)].map(\.text)
      }
      let noteStops = around.contains {
        Negation.stops.contains($0) || Self.ends.contains($0)
      }
      let noteStarts = around.contains { Negation.starts.contains($0) || Self.givings.contains($0) }
      if stops ? (noteStarts && !noteStops) : (noteStops && !noteStarts) {
        return Finding(
          verdict: .contradicted,
          reason: "The note has \(word(term.token)) as \(stops ? "started" : "stopped").")
      }
    }
    return nil
  }

  /// A medicine of the note in a claim whose other words the note has only elsewhere.
  func exchanged(_ range: Range<Int>, _ claim: Int) -> Finding? {
    let all = matchedTerms(claim, in: range)
    let named = all.filter { Lexicon.shared.isDrug(answer.tokens[$0.token]) }
    guard named.count == 1, let drug = named.first,
      !asked.stems.contains(answer.tokens[drug.token].stem)
    else { return nil }
    let others = (terms[claim] ?? []).filter { $0.token != drug.token && !$0.matches.isEmpty }
    guard others.count >= 3 else { return nil }
    var held: [Int: Double] = [:]
    for term in others {
      for match in term.matches { held[match.sentence, default: 0] += term.weight * match.strength }
    }
    let best = held.values.max() ?? 0
    var reached = 0.0
    for match in drug.matches {
      for near in [match.sentence - 1, match.sentence, match.sentence + 1] {
        reached = max(reached, (held[near] ?? 0) * (near == match.sentence ? 1 : 0.7))
      }
    }
    guard best > 3, reached < 0.25 * best else { return nil }
    return Finding(
      verdict: .contradicted, reason: "The note does not say this of \(word(drug.token)).")
  }

  private func isCourse(_ token: Token) -> Bool {
    Negation.stops.contains(token.text) || Negation.starts.contains(token.text)
  }

  private static let ends: Set<String> = [
    "d/c", "dc", "until", "till", "x", "then", "done", "finished", "completed", "changed",
    "switched", "no", "not", "never", "replaced",
  ]
  private static let givings: Set<String> = [
    "given", "got", "on", "to", "cont", "continue", "continued", "x", "mg", "daily", "bid", "for",
    "resume", "since", "after", "added", "add", "w", "with",
  ]

}
