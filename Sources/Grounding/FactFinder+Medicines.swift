extension FactFinder {
  /// The medicines that a claim names.
  mutating func medicines(_ range: Range<Int>, _ claim: Int) -> [Fact] {
    var facts: [Fact] = []
    for term in terms[claim] ?? [] where term.quantity == nil {
      let token = answer.tokens[term.token]
      guard Lexicon.shared.isDrug(token) else { continue }
      let fact = term.token..<term.token + 1
      let anchors = anchors(around: fact, claim)
      let same = places(of: term)
      let literal = Array((note.tokensOfStem[token.stem] ?? []).prefix(Self.most))
      let named = Set(answer.tokens.lazy.map(\.stem))
      let rivals = Array(
        noteDrugs.filter { !named.contains(note.tokens[$0].stem) }.prefix(Self.most))
      facts.append(
        Fact(
          kind: .medicine, claim: claim, tokens: fact,
          features: surroundings(anchors, fact, claim) + anchors.features(of: same, note)
            + anchors.features(of: literal, note) + anchors.features(of: rivals, note)
            + [
              asked.stems.contains(token.stem) ? 1 : 0, isSpelledOut(term.token, range) ? 1 : 0,
              dosing(term.token, range, same, rivals),
              negated[term.token] ? 1 : 0, isGlossary(term.token, range) ? 1 : 0,
              asked.tokens.contains { $0.isCapitals } ? 1 : 0,
              Double(min(noteDrugs.count, 30)), Double(medicineCount(range)),
            ],
          hasRival: !same.isEmpty))
    }
    return facts
  }

  private func medicineCount(_ range: Range<Int>) -> Int {
    range.count { Lexicon.shared.isDrug(answer.tokens[$0]) }
  }

  /// Whether a medicine stands where an abbreviation is spelled out: "ACV: aciclovir", "ACV (...".
  private func isGlossary(_ index: Int, _ range: Range<Int>) -> Bool {
    let window = max(range.lowerBound, index - 4)..<min(range.upperBound, index + 4)
    return window.contains {
      answer.tokens[$0].isCapitals && note.tokensOfStem[answer.tokens[$0].stem] != nil
    }
  }

  /// For a medicine with a number after it: 1 where the note has that number after it too, -1 where
  /// the note has it after another medicine only, else 0.
  private func dosing(_ index: Int, _ range: Range<Int>, _ same: [Int], _ rivals: [Int]) -> Double {
    guard
      let dose = quantities.first(where: {
        $0.token > index && $0.token <= index + 3 && range.contains($0.token)
      })
    else { return 0 }
    let agreeing = note.quantities.filter { dose.agrees(with: $0) }.prefix(Self.most).map(\.token)
    let follows = { (places: [Int]) in
      places.contains { place in agreeing.contains { $0 > place && $0 <= place + 5 } }
    }
    if follows(same) { return 1 }
    return follows(rivals) ? -1 : 0
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

  /// How often something is taken, as a claim has it.
  mutating func frequencies(_ range: Range<Int>, _ claim: Int) -> [Fact] {
    var facts: [Fact] = []
    let askedNames = Set(Frequency.all(in: asked.tokens).map(\.name))
    let named = Set(answerFrequencies.map(\.name))
    for (fact, name) in answerFrequencies where range.contains(fact.lowerBound) {
      let anchors = anchors(around: fact, claim)
      let same = note.frequencies.filter { $0.name == name }.prefix(Self.most)
        .map(\.range.lowerBound)
      let rivals = note.frequencies.filter { !named.contains($0.name) }.prefix(Self.most)
        .map(\.range.lowerBound)
      let others = note.frequencies.filter { $0.name != name }.prefix(Self.most)
        .map(\.range.lowerBound)
      let paired = pairedFrequencies(fact.lowerBound, range)
      facts.append(
        Fact(
          kind: .frequency, claim: claim, tokens: fact,
          features: surroundings(anchors, fact, claim) + anchors.features(of: same, note)
            + anchors.features(of: rivals, note) + anchors.features(of: others, note)
            + [
              askedNames.contains(name) ? 1 : 0, name == "1/day" ? 1 : name == "needed" ? 2 : 0,
              paired.map { $0.contains(name) ? 1 : -1 } ?? 0,
            ],
          hasRival: anchors.gap(others, note) < 20))
    }
    return facts
  }

  /// Frequencies that the note gives straight after the dose that the claim has before this one.
  private func pairedFrequencies(_ index: Int, _ range: Range<Int>) -> Set<String>? {
    guard
      let dose = quantities.last(where: {
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
}
