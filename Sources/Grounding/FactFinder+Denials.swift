extension FactFinder {
  /// What a claim denies: each "not", "no", "without" of it.
  mutating func denials(_ range: Range<Int>, _ claim: Int) -> [Fact] {
    var facts: [Fact] = []
    let own = range.filter { Negation.isDenial($0, in: answer.tokens) }
    for index in own {
      let fact = index..<index + 1
      let anchors = anchors(around: fact, claim)
      let inBest = note.sentenceTokens[safe: anchors.bestSentence].count {
        Negation.cues.contains(note.tokens[$0].text)
      }
      let strict = Array(noteCues.prefix(Self.most))
      let wide = nearest(noteWideCues, anchors)
      var features = surroundings(anchors, fact, claim)
      features += anchors.features(of: nearest(strict, anchors), note)
      features += anchors.features(of: wide, note)
      features += [
        Self.code(answer.tokens[index].text), Double(inBest), Double(own.count),
        share(ofDenied: following(index, range, claim)),
        share(ofDenied: preceding(index, range, claim)),
        Double(following(index, range, claim)?.matches.count ?? -1),
        Double(preceding(index, range, claim)?.matches.count ?? -1),
        asked.tokens.indices.contains { Negation.isDenial($0, in: asked.tokens) } ? 1 : 0,
        index == range.lowerBound ? 1 : 0,
        auxiliary(index),
      ]
      features += cueBalance(range, claim, anchors)
      facts.append(
        Fact(kind: .denial, claim: claim, tokens: fact, features: features, hasRival: true))
    }
    return facts
  }

  /// Denials of the claim, those of the note's best sentence that stand by words of the claim, and
  /// by how many these are more.
  private mutating func cueBalance(
    _ range: Range<Int>, _ claim: Int, _ anchors: Anchors
  ) -> [Double] {
    let own = range.count { Negation.isDenial($0, in: answer.tokens) }
    let wide = range.count { Negation.cues.contains(answer.tokens[$0].text) }
    let sentence = note.sentenceTokens[safe: anchors.bestSentence]
    var places = Set<Int>()
    for term in (terms[claim] ?? []).prefix(40) where term.quantity == nil {
      places.formUnion(self.places(of: term).filter(sentence.contains))
    }
    let near = { (cue: Int) in places.contains { abs($0 - cue) <= 4 } }
    let strict = sentence.count { Negation.isDenial($0, in: note.tokens) && near($0) }
    let loose = sentence.count { Negation.cues.contains(note.tokens[$0].text) && near($0) }
    return [
      Double(own), Double(strict), Double(own - strict), Double(wide - loose),
      Double(places.count) / Double(max(1, sentence.count)),
    ]
  }

  private func auxiliary(_ index: Int) -> Double {
    guard index > 0 else { return 0 }
    switch answer.tokens[index - 1].text {
    case "was", "were": return 1
    case "is", "are", "be": return 2
    case "did", "does", "do": return 3
    case "has", "had", "have", "been": return 4
    case ",", "and", "but": return 5
    default: return 6
    }
  }

  private static func code(_ cue: String) -> Double {
    switch cue {
    case "not": 1
    case "no": 2
    case "without", "w/o": 3
    case "negative": 4
    case "never": 5
    case "denies", "denied", "deny": 6
    default: 7
    }
  }

  /// The first word of the claim that the note has behind a token.
  private func following(_ index: Int, _ range: Range<Int>, _ claim: Int) -> AnswerTerm? {
    (terms[claim] ?? []).first { $0.token > index && $0.token <= index + 5 && $0.quantity == nil }
  }

  private func preceding(_ index: Int, _ range: Range<Int>, _ claim: Int) -> AnswerTerm? {
    (terms[claim] ?? []).last { $0.token < index && $0.token >= index - 5 && $0.quantity == nil }
  }

  /// Of the places where the note has a word, the share near which it denies something; -1 where
  /// it does not have the word.
  private mutating func share(ofDenied term: AnswerTerm?) -> Double {
    guard let term else { return -1 }
    let found = places(of: term)
    guard !found.isEmpty else { return -1 }
    return Double(found.count { isNearCue($0) }) / Double(found.count)
  }

  private func isNearCue(_ place: Int) -> Bool {
    let sentence = note.sentenceTokens[safe: note.sentenceOfToken[place]]
    let window = max(sentence.lowerBound, place - 5)..<min(sentence.upperBound, place + 4)
    return window.contains { Negation.cues.contains(note.tokens[$0].text) }
  }

  /// The places of the sentences that the words around pull most, first.
  private func nearest(_ places: [Int], _ anchors: Anchors) -> [Int] {
    let held = places.filter { anchors.pull[note.sentenceOfToken[$0]] != nil }
    return Array((held.isEmpty ? places : held).prefix(Self.most))
  }

  /// What a claim states although the note denies something there.
  mutating func statements(_ range: Range<Int>, _ claim: Int) -> [Fact] {
    var facts: [Fact] = []
    let denials = range.filter { Negation.cues.contains(answer.tokens[$0].text) }
    let noteStrict = Set(noteCues.prefix(400))
    for term in terms[claim] ?? [] where term.quantity == nil {
      let index = term.token
      if denials.contains(where: { abs($0 - index) <= 4 }) || negated[index] { continue }
      let literal = places(of: term)
      let denied = literal.filter { place in
        note.isNegated[place]
          || (place >= 3 ? [1, 2, 3] : []).contains { noteStrict.contains(place - $0) }
          || [1, 2, 3].contains { noteStrict.contains(place + $0) }
      }
      guard !denied.isEmpty else { continue }
      let fact = index..<index + 1
      let anchors = anchors(around: fact, claim)
      let stated = literal.filter { !denied.contains($0) }
      let direct = denied.filter { Negation.isDirectlyDenied($0, in: note.tokens) }
      let cues = note.sentenceTokens[safe: anchors.bestSentence].filter {
        noteStrict.contains($0)
      }
      var features = surroundings(anchors, fact, claim)
      features += anchors.features(of: denied, note)
      features += anchors.features(of: stated, note)
      features += anchors.features(of: direct, note)
      features += [
        Double(denials.count), Double(cues.count), term.weight,
        asked.stems.contains(answer.tokens[index].stem) ? 1 : 0,
        previousCode(index, range),
        Double(answer.tokens[index].text.utf8.count),
        isVerb(answer.tokens[index].text) ? 1 : 0,
        anchors.gap(denied, note) - anchors.gap(stated, note),
        Double(denied.count) / Double(max(1, literal.count)),
      ]
      features += cueBalance(range, claim, anchors)
      facts.append(
        Fact(
          kind: .statement, claim: claim, tokens: fact, features: features, hasRival: true,
          isSurelyWrong: denials.isEmpty && isAlwaysDenied(index, anchors)))
    }
    return facts
  }

  /// Whether the note has a word near here, and denies it wherever it has it.
  private func isAlwaysDenied(_ index: Int, _ anchors: Anchors) -> Bool {
    let token = answer.tokens[index]
    let places = note.tokensOfStem[token.stem] ?? []
    guard !places.isEmpty, places.count < 20, token.text.utf8.count > 3 || token.isCapitals,
      index + 1 >= answer.tokens.count || answer.tokens[index + 1].text != ":",
      anchors.reach(places, note) >= 0.5 || anchors.near.isEmpty
    else { return false }
    return places.allSatisfy { Negation.isDirectlyDenied($0, in: note.tokens) }
  }

  private func isVerb(_ word: String) -> Bool {
    word.hasSuffix("ed")
      || ["given", "taken", "found", "seen", "done", "sent", "made"].contains(word)
  }

  private func previousCode(_ index: Int, _ range: Range<Int>) -> Double {
    guard index > range.lowerBound else { return 0 }
    switch answer.tokens[index - 1].text {
    case "was", "were", "is", "are", "been", "be": return 1
    case "had", "has", "have": return 2
    case "with": return 3
    case "reports", "reported": return 4
    case ",", ";", "and", "or": return 5
    default: return answer.tokens[index - 1].kind == .word ? 6 : 7
    }
  }
}

extension [Range<Int>] {
  /// The range at an index, or an empty one.
  subscript(safe index: Int) -> Range<Int> {
    indices.contains(index) ? self[index] : 0..<0
  }
}
