import Clinical
import Testing

@Suite("Clinical tasks")
struct ClinicalTaskTests {
  // The task names of the published data set's `task` column.
  @Test("are the eight of the data set")
  func areTheEight() {
    #expect(
      ClinicalTask.allCases.map(\.rawValue) == [
        "Named Entity Recognition", "Abbreviation Expansion", "Relation Extraction",
        "Temporal Information Extraction", "Coreference Resolution", "Paraphrasing",
        "Summarization", "Question Answering",
      ])
  }

  @Test("each has words of its own", arguments: ClinicalTask.allCases)
  func hasWords(task: ClinicalTask) {
    #expect(!task.about.isEmpty)
    #expect(task.instructionTemplate.contains("[") && task.instructionTemplate.contains("]"))
    #expect((2...3).contains(task.starters.count))
    #expect(Set(task.starters).count == task.starters.count)
    #expect(task.starters.allSatisfy { !$0.contains("[") })
    let others = ClinicalTask.allCases.filter { $0 != task }
    #expect(others.allSatisfy { $0.instructionTemplate != task.instructionTemplate })
  }
}
