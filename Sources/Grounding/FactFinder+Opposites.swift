/// Pairs of words of which a text means one and not the other.
struct Opposites {
  /// Words that say one thing, and words that say its opposite.
  var one: Set<String>
  var other: Set<String>

  init(_ one: String, _ other: String) {
    self.one = Set(one.split(separator: " ").map(String.init))
    self.other = Set(other.split(separator: " ").map(String.init))
  }

  static let polar = [
    Opposites(
      "positive pos grew grows isolated reactive", "negative neg clear nil absent no normal sterile"
    ),
    Opposites(
      "started start starting begun began commenced initiated restarted resumed new added add given"
        + " continue continued cont on resume loaded",
      "stopped stop stopping discontinued discontinue held hold ceased off withdrawn withheld paused"
        + " d/c dc stopping finished completed halted halt omitted omit"),
    Opposites("never", "always"),
    Opposites(
      "increased rose raised elevated high higher up increase worse worsened worsening",
      "decreased fell reduced low lower down decrease dropped better improved improving"),
    Opposites("before prior pre until", "after post following since"),
    Opposites("upper superior", "lower inferior"), Opposites("anterior", "posterior"),
    Opposites("proximal", "distal"), Opposites("medial", "lateral"),
    Opposites(
      "reports reported complained complains c/o endorses had has with w",
      "denies denied denying no without not never nil w/o"),
    Opposites("with w", "without w/o no not nil never"),
  ]
}

extension FactFinder {
  /// Sides of the body, and words that have an opposite.
  mutating func opposites(_ range: Range<Int>, _ claim: Int) -> [Fact] {
    var facts: [Fact] = []
    for index in range where answer.tokens[index].kind == .word {
      if let side = Side(index, in: answer.tokens) {
        facts.append(sideFact(side, index, claim))
      } else if let pair = Self.polarPair(answer.tokens[index].text) {
        facts.append(polarFact(pair, index, claim))
      }
    }
    return facts
  }

  private static let polarWords: Set<String> = [
    "positive", "negative", "started", "stopped", "restarted", "resumed", "held", "always",
    "discontinued", "reports", "denies", "without", "with",
  ]

  private static func polarPair(_ word: String) -> (
    code: Double, same: Set<String>, other: Set<String>
  )? {
    guard polarWords.contains(word) else { return nil }
    for (code, pair) in Opposites.polar.enumerated().reversed() {
      if pair.one.contains(word) { return (Double(code), pair.one, pair.other) }
      if pair.other.contains(word) { return (Double(code) + 0.5, pair.other, pair.one) }
    }
    return nil
  }

  private mutating func sideFact(_ side: Side, _ index: Int, _ claim: Int) -> Fact {
    let fact = index..<index + 1
    let anchors = anchors(around: fact, claim)
    var same: [Int] = []
    var other: [Int] = []
    var both: [Int] = []
    for place in note.tokens.indices where note.tokens[place].kind == .word {
      guard let found = Side(place, in: note.tokens) ?? Self.sideOfAbbreviation(note.tokens[place])
      else { continue }
      if found == side {
        same.append(place)
      } else if found == .both || side == .both {
        both.append(place)
      } else {
        other.append(place)
      }
    }
    let answerHas = answer.tokens.indices.contains {
      Side($0, in: answer.tokens) == side.opposite && side != .both
    }
    let askedSame = asked.tokens.indices.contains { Side($0, in: asked.tokens) == side }
    let askedOther = asked.tokens.indices.contains { Side($0, in: asked.tokens) == side.opposite }
    let first = Array(same.prefix(Self.most)), second = Array(other.prefix(Self.most))
    return Fact(
      kind: .side, claim: claim, tokens: fact,
      features: surroundings(anchors, fact, claim) + anchors.features(of: first, note)
        + anchors.features(of: second, note)
        + anchors.features(of: Array(both.prefix(Self.most)), note)
        + [
          side == .both ? 1 : 0, answerHas ? 1 : 0, askedSame ? 1 : 0, askedOther ? 1 : 0,
          anchors.gap(first, note) - anchors.gap(second, note),
        ],
      hasRival: anchors.gap(second, note) < 14)
  }

  /// The side that an abbreviation such as RUQ, LLL or LVEF begins with.
  private static func sideOfAbbreviation(_ token: Token) -> Side? {
    guard token.isCapitals, (2...5).contains(token.text.utf8.count) else { return nil }
    switch token.text.first {
    case "l":
      return ["l", "u", "v", "e", "h", "s", "m", "c", "a", "f", "i"].contains(
        token.text.dropFirst().first.map(String.init) ?? "") ? .left : nil
    case "r":
      return ["l", "u", "v", "e", "h", "s", "m", "c", "a", "f", "i"].contains(
        token.text.dropFirst().first.map(String.init) ?? "") ? .right : nil
    default: return nil
    }
  }

  private mutating func polarFact(
    _ pair: (code: Double, same: Set<String>, other: Set<String>), _ index: Int, _ claim: Int
  ) -> Fact {
    let fact = index..<index + 1
    let anchors = anchors(around: fact, claim)
    let same = places(saying: pair.same)
    let other = places(saying: pair.other)
    let own = answer.tokens[index].text
    let literal = Array((note.tokensOfStem[answer.tokens[index].stem] ?? []).prefix(Self.most))
    return Fact(
      kind: .polarity, claim: claim, tokens: fact,
      features: surroundings(anchors, fact, claim) + anchors.features(of: same, note)
        + anchors.features(of: other, note) + anchors.features(of: literal, note)
        + [
          pair.code, negated[index] ? 1 : 0,
          asked.tokens.contains { $0.text == own } ? 1 : 0,
          asked.tokens.contains { pair.other.contains($0.text) } ? 1 : 0,
          anchors.gap(same, note) - anchors.gap(other, note),
        ],
      hasRival: anchors.gap(other, note) < 14)
  }

  private func places(saying words: Set<String>) -> [Int] {
    var found: [Int] = []
    for word in words.sorted() {
      for place in (note.tokensOfStem[Stem.of(word)] ?? []).prefix(Self.most)
      where words.contains(note.tokens[place].text) {
        found.append(place)
      }
    }
    return Array(Set(found).sorted().prefix(Self.most))
  }
}
