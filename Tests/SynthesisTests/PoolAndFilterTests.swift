import Clinical
import Synthesis
import Testing

@Suite("Seeds, pool and filters")
struct PoolAndFilterTests {
  @Test("every task has five seeds, and none is asked twice")
  func seeds() {
    let all = ClinicalTask.allCases.flatMap(\.seedQuestions)
    #expect(ClinicalTask.allCases.allSatisfy { $0.seedQuestions.count == 5 })
    #expect(Set(all.map { $0.lowercased() }).count == 40)
  }

  private struct Counter: RandomNumberGenerator {
    var state: UInt64 = 1
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  @Test("three seeds are shown and up to two of the pool")
  func showsExamples() {
    var pool = InstructionPool()
    var random = Counter()
    let task = ClinicalTask.summarization
    #expect(pool.examples(of: task, using: &random).count == 3)
    pool.add("Outline the stay.", task: task)
    #expect(pool.examples(of: task, using: &random).suffix(1) == ["Outline the stay."])
    pool.add("Recap the drugs.", task: task)
    pool.add("Name the main result.", task: task)
    let examples = pool.examples(of: task, using: &random)
    #expect(examples.count == 5)
    #expect(examples.prefix(3).allSatisfy(task.seedQuestions.contains))
    #expect(Set(examples).count == 5)
  }

  @Test("a question like an earlier one is refused; of another task only the same words are")
  func refusesNearDuplicates() {
    var pool = InstructionPool()
    let seed = "Summarise the hospital course in three sentences."
    #expect(!pool.accepts(seed.uppercased(), task: .summarization))
    #expect(!pool.accepts("Summarise the hospital course in four sentences.", task: .summarization))
    pool.add("Which drugs were new at discharge?", task: .questionAnswering)
    // Six words of seven in order: ROUGE-L 2 * 6 / 13 = 0.92.
    #expect(!pool.accepts("Which drugs were new on discharge day?", task: .questionAnswering))
    #expect(pool.accepts("Which drugs were new on discharge?", task: .relationExtraction))
    #expect(!pool.accepts("which drugs were new, at discharge", task: .relationExtraction))
    #expect(pool.accepts("Did he fall?", task: .questionAnswering))
  }

  @Test(
    "rows that speak of a model, ask back or are empty are dropped, with the rule's name",
    arguments: [
      ("Which drugs?", "Aspirin.", nil as RowFilter?),
      ("Which drugs?", "As an AI, I cannot tell.", .speaksOfModel),
      ("Ask the Language Model", "Aspirin.", .speaksOfModel),
      ("Which drugs?", "Do you mean at home?  \n", .asksBack),
      ("Which drugs?", " \n", .emptyAnswer),
      ("", "Aspirin.", .emptyQuestion), ("Is it? ", "It is not known why? No.", nil),
    ])
  func filters(question: String, answer: String, rule: RowFilter?) {
    let pair = QuestionPair(task: .questionAnswering, question: question, answer: answer)
    #expect(RowFilter.verdict(on: pair, note: "N.") == rule)
    #expect(RowFilter.verdict(on: pair, note: "said ChatGPT") != nil)
    var record = PatientRecord(patientID: "p")
    record.note = "N."
    record.pairs = [pair, pair]
    let result = RowFilter.filtered(record)
    #expect(result.record.pairs.count == (rule == nil ? 2 : 0))
    #expect(result.counts == (rule.map { [$0: 2] } ?? [:]))
  }
}
