import Kernels
import Tensors
import Testing

@Suite struct InstructionSetTests {
  @Test("the portable kernels are always there, after all others")
  func portableIsLast() {
    #expect(KernelTable.available.last?.name == ScalarKernels.table.name)
    #expect(Set(KernelTable.available.map(\.name)).count == KernelTable.available.count)
  }

  @Test("without a request the first that runs here is chosen", arguments: [nil, ""])
  func fastestIsChosen(_ request: String?) {
    let choice = InstructionSet.chosen(request)
    #expect(choice.set.table?.name == KernelTable.available.first?.name)
    #expect(choice.problem == nil)
  }

  @Test("every set is chosen by its name where it runs", arguments: InstructionSet.allCases)
  func namedSetIsChosen(_ set: InstructionSet) {
    let choice = InstructionSet.chosen(set.rawValue)
    #expect((choice.set == set) == (set.table != nil))
    #expect((choice.problem == nil) == (set.table != nil))
  }

  @Test("an unknown name changes nothing, and the message says what can be asked for")
  func unknownNameIsReported() {
    let choice = InstructionSet.chosen("avx1024")
    #expect(choice.set == InstructionSet.chosen(nil).set)
    let problem = choice.problem ?? ""
    #expect(problem.contains("ASCLEPIUS_KERNELS=avx1024") && problem.contains("portable"))
  }
}
