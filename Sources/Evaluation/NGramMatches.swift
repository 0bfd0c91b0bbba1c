/// How many n-grams of one length an answer and its reference have, and how many they share, each
/// counted at most as often as in the other.
struct NGramMatches: Hashable, Sendable {
  var answerCount = 0
  var referenceCount = 0
  var matchCount = 0

  /// The counts of all answers for each length, the answer at an index taken `times[index]` times.
  static func sum(_ answers: [[NGramMatches]], times: [Double]) -> [NGramMatches] {
    var sums =
      answers.first.map { [NGramMatches](repeating: NGramMatches(), count: $0.count) } ?? []
    for (answer, times) in zip(answers, times) where times > 0 {
      for order in sums.indices { sums[order].add(answer[order], times: Int(times)) }
    }
    return sums
  }

  private mutating func add(_ other: NGramMatches, times: Int) {
    answerCount += times * other.answerCount
    referenceCount += times * other.referenceCount
    matchCount += times * other.matchCount
  }

  /// Counts the n-grams of length 1 to `greatest` of two sequences of token numbers.
  static func count(_ answer: [Int], _ reference: [Int], upTo greatest: Int) -> [NGramMatches] {
    var (answerGrams, referenceGrams) = (answer, reference)
    return (0..<greatest).map { longer in
      if longer > 0 {
        // An n-gram is known by the number of its first n-1 tokens together with its last token.
        var numbers: [Pair: Int] = [:]
        answerGrams = extend(answerGrams, answer, by: longer, &numbers)
        referenceGrams = extend(referenceGrams, reference, by: longer, &numbers)
      }
      return matches(answerGrams, referenceGrams)
    }
  }

  private struct Pair: Hashable {
    var start: Int
    var token: Int
  }

  private static func extend(
    _ grams: [Int], _ tokens: [Int], by longer: Int, _ numbers: inout [Pair: Int]
  ) -> [Int] {
    zip(grams, tokens.dropFirst(longer)).map { start, token in
      let pair = Pair(start: start, token: token)
      let number = numbers[pair] ?? numbers.count
      numbers[pair] = number
      return number
    }
  }

  private static func matches(_ answer: [Int], _ reference: [Int]) -> NGramMatches {
    var open = [Int](repeating: 0, count: (reference.max() ?? -1) + 1)
    for gram in reference { open[gram] += 1 }
    var matchCount = 0
    for gram in answer where gram < open.count && open[gram] > 0 {
      open[gram] -= 1
      matchCount += 1
    }
    return NGramMatches(
      answerCount: answer.count, referenceCount: reference.count, matchCount: matchCount)
  }
}
