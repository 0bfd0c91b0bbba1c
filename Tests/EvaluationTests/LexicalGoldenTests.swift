import Testing

@testable import Evaluation

/// Pairs of texts against rouge-score, sacrebleu and SQuAD's rules: `Recipes/lexical_goldens.py`.
struct LexicalGoldenTests {
  struct Goldens: Decodable {
    var rows: [Row]
    var corpus: [Double]
    var short_corpus: [Double]
    var stems: [String: String]
  }

  struct Row: Decodable {
    var answer: String
    var reference: String
    var tokenF1: Double
    /// Precision, recall and F-measure of ROUGE-1, -2 and -L.
    var rouge: [Double]
    /// The F-measures with stemming.
    var stemmed: [Double]
    var bleu: Double
    var chrF: Double
    var numberRecall: Double?
    var numberPrecision: Double?

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      answer = try values.decode(String.self)
      reference = try values.decode(String.self)
      tokenF1 = try values.decode(Double.self)
      rouge = try (0..<9).map { _ in try values.decode(Double.self) }
      stemmed = try (0..<3).map { _ in try values.decode(Double.self) }
      bleu = try values.decode(Double.self)
      chrF = try values.decode(Double.self)
      numberRecall = try values.decode(Double?.self)
      numberPrecision = try values.decode(Double?.self)
    }
  }

  let goldens: Goldens

  init() throws {
    goldens = try Golden.read("lexical", as: Goldens.self)
    #expect(goldens.rows.count >= 300)
  }

  @Test func tokenF1IsThatOfSquad() {
    for row in goldens.rows {
      let found = TokenF1.score(answer: row.answer, reference: row.reference)
      #expect(isClose(found, row.tokenF1, within: 1e-8), "\(row.answer) | \(row.reference)")
    }
  }

  @Test func rougeIsThatOfRougeScore() {
    for row in goldens.rows {
      let plain = Rouge(answer: row.answer, reference: row.reference)
      let found = [plain.one, plain.two, plain.longest].flatMap {
        [$0.precision, $0.recall, $0.f1]
      }
      let stems = Rouge(answer: row.answer, reference: row.reference, stemming: .porter)
      let stemmed = [stems.one.f1, stems.two.f1, stems.longest.f1]
      for (found, expected) in zip(found + stemmed, row.rouge + row.stemmed) {
        #expect(isClose(found, expected, within: 1e-8), "\(row.answer) | \(row.reference)")
      }
    }
  }

  @Test func bleuIsThatOfSacrebleu() {
    for row in goldens.rows {
      let found = Bleu(answer: row.answer, reference: row.reference).sentenceScore
      #expect(isClose(found, row.bleu, within: 1e-8), "\(row.answer) | \(row.reference)")
    }
  }

  @Test func chrFIsThatOfSacrebleu() {
    for row in goldens.rows {
      let found = CharacterFScore(answer: row.answer, reference: row.reference).score
      #expect(isClose(found, row.chrF, within: 1e-8), "\(row.answer) | \(row.reference)")
    }
  }

  @Test func corpusScoresAreThoseOfSacrebleu() {
    let short = goldens.rows.filter { row in
      ReferenceText.words(Array(row.answer.unicodeScalars)).count < 4
    }
    for (rows, expected) in [(goldens.rows, goldens.corpus), (short, goldens.short_corpus)] {
      let bleu = Bleu(summing: rows.map { Bleu(answer: $0.answer, reference: $0.reference) })
      let chrF = CharacterFScore(
        summing: rows.map { CharacterFScore(answer: $0.answer, reference: $0.reference) })
      #expect(isClose(bleu.corpusScore, expected[0]))
      #expect(isClose(chrF.score, expected[1]))
    }
  }

  @Test func sharesOfNumbersAreThoseOfARegularExpression() {
    for row in goldens.rows {
      let found = NumberOverlap.score(answer: row.answer, reference: row.reference)
      #expect(isClose(found.recall, row.numberRecall, within: 1e-8), "\(row.answer)")
      #expect(isClose(found.precision, row.numberPrecision, within: 1e-8), "\(row.answer)")
    }
  }

  @Test func stemsAreThoseOfNLTK() {
    #expect(goldens.stems.count > 300)
    for (word, stem) in goldens.stems {
      #expect(String(decoding: PorterStemmer.stem(Array(word.utf8)), as: UTF8.self) == stem)
    }
  }
}
