import Testing

@testable import Grounding

struct DecisionTreesTests {
  /// Expected values: 1 / (1 + exp(-x)) for x = 0.5 + 0.25 and x = 0.5 - 0.75 - 1.
  @Test func leavesAddUpToAProbability() throws {
    let table = "# two trees\n= kind\n0.5 0.4\n0 1.5 1 2 -1 0.25 -1 -0.75\n1 0 1 2 -1 0 -1 -1\n"
    let trees = try #require(DecisionTrees.all(in: Array(table.utf8))["kind"])
    #expect(trees.threshold == 0.4)
    #expect(abs(trees.probability([1, 0]) - 0.679_178_699_2) < 1e-8)
    #expect(abs(trees.probability([2, 1]) - 0.222_700_138_8) < 1e-8)
  }

  @Test func everyKindOfDetailHasItsTrees() {
    for kind in Fact.Kind.allCases {
      #expect(Lexicon.shared.trees[kind.rawValue] != nil)
    }
    #expect(Lexicon.shared.trees["evidence"] != nil)
  }
}
