internal import Foundation

/// BLEU with sacrebleu's defaults: tokenizer 13a, up to four words, exponential smoothing.
///
/// Holds counts, not a score: those of many answers add up to the corpus's.
///
/// - Source: Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation"
///   (2002); Post, "A Call for Clarity in Reporting BLEU Scores" (2018).
public struct Bleu: Hashable, Sendable {
  private static let greatestOrder = 4

  private let matches: [NGramMatches]

  /// Counts the n-grams of an answer and its reference.
  public init(answer: String, reference: String) {
    var numbering = TokenNumbering()
    let answer = numbering.number(BleuTokenizer.tokens(answer))
    let reference = numbering.number(BleuTokenizer.tokens(reference))
    matches = NGramMatches.count(answer, reference, upTo: Self.greatestOrder)
  }

  /// The counts of a corpus, in which the answer at an index stands `times[index]` times.
  init(summing answers: [Bleu], times: [Double]) {
    matches = NGramMatches.sum(answers.map(\.matches), times: times)
  }

  /// The counts of a corpus.
  public init(summing answers: [Bleu]) {
    self.init(summing: answers, times: answers.map { _ in 1 })
  }

  /// The score of one answer, from 0 to 100: n-grams longer than the answer are left out.
  public var sentenceScore: Double { score(orders: matches.count { $0.answerCount > 0 }) }

  /// The score of a corpus, from 0 to 100: all four lengths count.
  public var corpusScore: Double { score(orders: Self.greatestOrder) }

  private func score(orders: Int) -> Double {
    guard let words = matches.first, matches.contains(where: { $0.matchCount > 0 }) else {
      return 0
    }
    var logarithms = 0.0
    var smoothing = 1.0
    for order in matches.prefix(orders) {
      // A corpus of answers of fewer than four words has no precision to take the logarithm of.
      guard order.answerCount > 0 else { return 0 }
      if order.matchCount == 0 { smoothing *= 2 }
      let matched = order.matchCount == 0 ? 1 / smoothing : Double(order.matchCount)
      logarithms += log(100 * matched / Double(order.answerCount))
    }
    let ratio = Double(words.referenceCount) / Double(words.answerCount)
    return exp(min(0, 1 - ratio)) * exp(logarithms / Double(orders))
  }
}
