/// How much each sentence of a note has to do with an answer.
struct EvidenceRanking {
  /// Names of the features, in the order of `features`.
  static let names = [
    "owned", "ownedShare", "score", "scoreShare", "claim", "question", "numbers", "ownedNumbers",
    "run", "coverage", "heading", "neighbours", "rank", "quoted", "best", "size", "answerSize",
    "claimCount", "sentenceCount", "place", "sectionShare", "total", "absences", "medicines",
  ]

  /// A row for each sentence.
  private(set) var features: [[Double]]
  /// How likely each sentence is evidence, 0 to 1.
  private(set) var probability: [Double]

  init(
    note: NoteIndex, answer: AnswerText, terms: [AnswerTerm], question: [AnswerTerm],
    quoted: Set<Int>, absenceCount: Int, traced: [[Double]]?, trees: DecisionTrees?
  ) {
    let count = note.sentences.count
    features = []
    probability = []
    guard count > 0 else { return }
    var seen = Set<String>()
    let distinct = terms.filter { seen.insert(answer.tokens[$0.token].stem).inserted }
    var asked = Array(repeating: 0.0, count: count)
    let askedTotal = question.reduce(1e-9) { $0 + $1.weight }
    for term in question {
      for match in term.matches {
        asked[match.sentence] += term.weight * match.strength / askedTotal
      }
    }
    var score = Array(repeating: 0.0, count: count)
    var numbers = score
    var held = Array(repeating: 0.0, count: count)
    for term in distinct {
      for match in term.matches {
        score[match.sentence] += term.weight * match.strength
        held[match.sentence] += 1
        if term.quantity != nil { numbers[match.sentence] += 1 }
      }
    }
    let (owned, ownedNumbers) = Self.owned(distinct, score, asked, count)
    let total = distinct.reduce(1e-9) { $0 + $1.weight }
    let best = score.max() ?? 0
    let bestOwned = owned.max() ?? 0
    let byClaim = Self.bestClaimShare(terms, answer.claims.count, count)
    let runs = Self.runs(note, answer)
    var bySection: [Int: Double] = [:]
    for index in 0..<count { bySection[note.sentences[index].section, default: 0] += owned[index] }
    let medicines = note.sentenceTokens.map { range in
      range.count { Lexicon.shared.isDrug(note.tokens[$0]) }
    }
    let ordered = owned.sorted(by: >).prefix(13)
    for index in 0..<count {
      let size = Double(max(1, note.sentenceTokens[index].count))
      let around = max(
        index > 0 ? owned[index - 1] : 0, index + 1 < count ? owned[index + 1] : 0)
      let rank = Double(ordered.count { $0 > owned[index] })
      let section = note.sentences[index].section
      features.append([
        min(owned[index], 12), owned[index] / total, min(score[index], 25),
        best > 0 ? score[index] / best : 0, byClaim[index], asked[index], min(numbers[index], 5),
        min(ownedNumbers[index], 4), min(runs[index], 8), min(1, held[index] / size),
        note.sentences[index].isHeading ? 1 : 0, min(around, 8), min(rank, 12),
        quoted.contains(index) ? 1 : 0, bestOwned > 0 ? owned[index] / bestOwned : 0,
        min(size, 60), Double(min(answer.tokens.count, 300)), Double(min(answer.claims.count, 20)),
        Double(min(count, 100)), Double(index) / Double(count),
        (bySection[section] ?? 0) / total, min(total, 100), Double(min(absenceCount, 4)),
        Double(min(medicines[index], 5)),
      ])
    }
    if let traced { for index in 0..<count { features[index] += traced[index] } }
    if let trees {
      probability = features.map(trees.probability)
    } else {
      probability = features.map { $0[1] }
    }
  }

  /// Each term's weight goes to the sentences that hold it, most to the one that holds most else.
  private static func owned(
    _ terms: [AnswerTerm], _ score: [Double], _ asked: [Double], _ count: Int
  ) -> ([Double], [Double]) {
    var owned = Array(repeating: 0.0, count: count)
    var numbers = owned
    for term in terms {
      let pulls = term.matches.map { match in
        let pull = match.strength * (score[match.sentence] + 4 * asked[match.sentence])
        return pull * pull * pull
      }
      let sum = pulls.reduce(1e-12, +)
      for (match, pull) in zip(term.matches, pulls) {
        owned[match.sentence] += term.weight * match.strength * pull / sum
        if term.quantity != nil { numbers[match.sentence] += pull / sum }
      }
    }
    return (owned, numbers)
  }

  /// For each sentence the largest share of any one claim that it holds.
  private static func bestClaimShare(
    _ terms: [AnswerTerm], _ claims: Int, _ count: Int
  ) -> [Double] {
    var best = Array(repeating: 0.0, count: count)
    var index = 0
    while index < terms.count {
      var held: [Int: Double] = [:]
      var total = 0.0
      let claim = terms[index].claim
      while index < terms.count, terms[index].claim == claim {
        total += terms[index].weight
        for match in terms[index].matches {
          held[match.sentence, default: 0] += terms[index].weight * match.strength
        }
        index += 1
      }
      for (sentence, sum) in held where total > 0 {
        best[sentence] = max(best[sentence], sum / total)
      }
    }
    return best
  }

  /// The longest run of tokens that note sentence and answer have in common, in order.
  private static func runs(_ note: NoteIndex, _ answer: AnswerText) -> [Double] {
    var runs = Array(repeating: 0.0, count: note.sentences.count)
    var previous: [Int: Int] = [:]
    for (index, token) in answer.tokens.enumerated() where token.kind == .word {
      var next: [Int: Int] = [:]
      for place in (note.tokensOfStem[token.stem] ?? []).prefix(200) {
        let length = (previous[place - 1] ?? 0) + 1
        next[place] = length
        let sentence = note.sentenceOfToken[place]
        if sentence >= 0 { runs[sentence] = max(runs[sentence], Double(length)) }
      }
      previous =
        index + 1 < answer.tokens.count && answer.tokens[index + 1].kind == .word ? next : [:]
    }
    return runs
  }
}

/// The exponential function, since the standard library alone has none; within 1e-9 of it.
func exponential(_ x: Double) -> Double {
  if x > 700 { return .infinity }
  if x < -700 { return 0 }
  let scaled = x / 1024
  var (sum, term) = (1.0, 1.0)
  for step in 1...8 {
    term *= scaled / Double(step)
    sum += term
  }
  for _ in 0..<10 { sum *= sum }
  return sum
}
