import Screen
import Testing

@testable import Workbench

/// The key map row by row, from the map itself: a new row without a description of what it does
/// fails, and so does a description that holds without its row.
@Suite struct KeyRowTests {
  @Test(arguments: KeyMap.standard.bindings.indices)
  func eachRowDoesWhatItSays(index: Int) throws {
    let binding = KeyMap.standard.bindings[index]
    let name = "\(KeyMap.label(binding.keys)), \(binding.action) in \(binding.context)"
    let row = try #require(
      KeyRow.row(of: binding.action, in: binding.context), "nobody says what it does: \(name)")
    for isBound in [true, false] {
      var bench = try row.setUp()
      if !isBound { bench.state.keyMap.bindings.removeAll { $0 == binding } }
      let effects = binding.keys.flatMap { bench.send(.key($0)) }
      #expect(row.holds(bench, effects) == isBound, "\(name), bound: \(isBound)")
    }
  }

  /// Every row can be given other keys, those of pop-ups too.
  @Test(arguments: KeyMap.standard.bindings.indices)
  func eachRowWorksWithOtherKeys(index: Int) throws {
    let binding = KeyMap.standard.bindings[index]
    let row = try #require(KeyRow.row(of: binding.action, in: binding.context))
    var bench = try row.setUp()
    bench.state.keyMap.bind([.function(9)], to: binding.action, in: binding.context)
    let effects = bench.send(.key(.function(9)))
    #expect(row.holds(bench, effects), "\(binding.action) in \(binding.context)")
  }

  /// Not every terminal sends F keys and Alt.
  @Test func nothingIsReachedByFunctionKeysAndAltAlone() {
    func isEverywhere(_ key: Key) -> Bool {
      switch key {
      case .function, .alt: false
      default: true
      }
    }
    // A command does the one, the cursor keys and the keys for lines do the others.
    let byOtherWays: Set<Action> = [.bare, .wordLeft, .wordRight, .deleteWordRight]
    for action in Action.allCases where !byOtherWays.contains(action) {
      let rows = KeyMap.standard.bindings.filter { $0.action == action }
      #expect(rows.contains { $0.keys.allSatisfy(isEverywhere) }, "\(action)")
    }
    #expect((try? Command.parse("bare")) == .bare)
  }
}
