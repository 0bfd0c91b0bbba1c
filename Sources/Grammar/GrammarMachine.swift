/// Follows a grammar byte by byte.
///
/// A place in a text is a set of stacks, since several readings can be open at once; a stack is a
/// position and the places that the rules under way return to. Stacks, sets and the steps between
/// sets are numbered when they are first met, so that what was met before is one look-up.
struct GrammarMachine: Sendable {
  /// A position, and the stack below it: where the rule's end leads.
  struct Stack: Sendable {
    var position: Int32
    /// 0: there is none, the text ends with the rule.
    var parent: Int32
    var depth: Int32
    /// Tokens that surely suffice to close it; see `closingCost`.
    var cost: Int32
  }

  let grammar: ByteGrammar
  /// By number; 0 stands for the end of the text.
  private(set) var stacks = [Stack(position: -1, parent: 0, depth: 0, cost: 0)]
  private var stackNumbers: [UInt64: Int32] = [:]
  /// Sets of stacks in order, by number; set 0 is empty.
  private(set) var sets: [[Int32]] = [[]]
  private var setNumbers: [[Int32]: Int32] = [[]: 0]
  /// For each set the tokens that surely suffice to close the text.
  private(set) var costs: [Int32] = [Self.endless]
  /// For each set the place of its row in `steps`; -1: not made yet.
  private var rows: [Int32] = [0]
  private var steps = [Int32](repeating: 0, count: 256)
  private var positionCosts: ClosingCosts

  /// A cost that no limit has room for.
  static let endless: Int32 = 1 << 20
  /// Rules within rules; a JSON reader has a limit too.
  private static let greatestDepth = 100

  /// A machine whose costs count the tokens of `vocabulary`.
  init(_ grammar: ByteGrammar, _ vocabulary: TokenBytes) {
    self.grammar = grammar
    positionCosts = ClosingCosts(grammar: grammar, vocabulary: vocabulary)
  }

  /// The set before the first byte.
  mutating func start() -> Int32 {
    var found: Set<Int32> = []
    var seen: Set<UInt64> = []
    close(grammar.entries[0], parent: 0, &found, &seen)
    return number(of: found)
  }

  /// The set at a position of a rule that nothing called.
  mutating func local(_ position: Int32) -> Int32 {
    number(of: [stack(position, parent: 0)])
  }

  /// The set behind the end of the rule that a stack's parent called.
  mutating func behind(_ stack: Int32) -> Int32 {
    var found: Set<Int32> = []
    var seen: Set<UInt64> = []
    let place = stacks[Int(stack)]
    close(place.position, parent: place.parent, &found, &seen)
    return number(of: found)
  }

  /// Whether the text may end here.
  func accepts(_ set: Int32) -> Bool { sets[Int(set)].first == 0 }

  /// Whether it must.
  func isComplete(_ set: Int32) -> Bool { sets[Int(set)] == [0] }

  /// The set behind a byte; 0 where it may not come.
  mutating func next(_ set: Int32, _ byte: UInt8) -> Int32 {
    if rows[Int(set)] < 0 { makeRow(set) }
    let known = steps[Int(rows[Int(set)]) &+ Int(byte)]
    return known >= 0 ? known : makeStep(set, byte)
  }

  /// The set behind several bytes.
  mutating func next(_ set: Int32, _ bytes: some Sequence<UInt8>) -> Int32 {
    var set = set
    for byte in bytes where set != 0 { set = next(set, byte) }
    return set
  }

  /// The byte that alone may come; nil where there are several, or the text may end.
  mutating func onlyByte(_ set: Int32) -> UInt8? {
    guard set != 0, !accepts(set) else { return nil }
    if rows[Int(set)] < 0 { makeRow(set) }
    // A byte whose step is not made yet may well come.
    let row = steps[Int(rows[Int(set)])..<Int(rows[Int(set)]) + 256]
    guard let first = row.firstIndex(where: { $0 != 0 }), row[first] > 0,
      !row[(first + 1)...].contains(where: { $0 != 0 })
    else { return nil }
    return UInt8(first - row.startIndex)
  }

  // MARK: Numbers

  private mutating func stack(_ position: Int32, parent: Int32) -> Int32 {
    let key = UInt64(UInt32(position)) << 32 | UInt64(UInt32(parent))
    if let known = stackNumbers[key] { return known }
    let below = stacks[Int(parent)]
    stacks.append(
      Stack(
        position: position, parent: parent, depth: below.depth + 1,
        cost: min(positionCosts.cost(position) + below.cost, Self.endless)))
    let number = Int32(stacks.count - 1)
    stackNumbers[key] = number
    return number
  }

  private mutating func number(of stacks: Set<Int32>) -> Int32 {
    let sorted = stacks.sorted()
    if let known = setNumbers[sorted] { return known }
    sets.append(sorted)
    costs.append(sorted.map { self.stacks[Int($0)].cost }.min() ?? Self.endless)
    rows.append(-1)
    let number = Int32(sets.count - 1)
    setNumbers[sorted] = number
    return number
  }

  // MARK: Steps

  /// Follows empty steps, calls and ends from a position to all stacks that wait for a byte.
  private mutating func close(
    _ position: Int32, parent: Int32, _ found: inout Set<Int32>, _ seen: inout Set<UInt64>
  ) {
    guard grammar.closing[Int(position)] != nil,
      seen.insert(UInt64(UInt32(position)) << 32 | UInt64(UInt32(parent))).inserted
    else { return }
    let place = grammar.positions[Int(position)]
    if !place.bytes.isEmpty { found.insert(stack(position, parent: parent)) }
    for target in place.empty { close(target, parent: parent, &found, &seen) }
    for call in place.calls where grammar.closing[Int(call.target)] != nil {
      let entry = grammar.entries[Int(call.rule)]
      let depth = Int(stacks[Int(parent)].depth) + 1 + grammar.closingDepths[Int(entry)]
      guard depth <= Self.greatestDepth else { continue }
      close(entry, parent: stack(call.target, parent: parent), &found, &seen)
    }
    guard place.isEnd else { return }
    if parent == 0 {
      found.insert(0)
    } else {
      let below = stacks[Int(parent)]
      close(below.position, parent: below.parent, &found, &seen)
    }
  }

  /// The ways out of a set by bytes.
  private func ways(
    _ set: Int32
  ) -> [(first: Int, end: Int, target: Int32, parent: Int32)] {
    sets[Int(set)].flatMap { number -> [(first: Int, end: Int, target: Int32, parent: Int32)] in
      guard number != 0 else { return [] }
      let stack = stacks[Int(number)]
      return grammar.positions[Int(stack.position)].bytes.map {
        (Int($0.first), Int($0.last) + 1, $0.target, stack.parent)
      }
    }
  }

  /// Ways up to which all of a set's steps are made at once.
  private static let fewWays = 16

  /// Computes where each byte leads from a set, or where there are many ways, makes room for that.
  private mutating func makeRow(_ set: Int32) {
    let ways = ways(set)
    let row = steps.count
    rows[Int(set)] = Int32(row)
    let isLazy = ways.count > Self.fewWays
    steps.append(contentsOf: repeatElement(isLazy ? -1 : 0, count: 256))
    guard !isLazy else { return }
    let cuts = Set(ways.flatMap { [$0.first, $0.end] }).sorted()
    for (first, end) in zip(cuts, cuts.dropFirst()) {
      let next = target(of: ways.filter { $0.first <= first && $0.end >= end })
      for byte in first..<end { steps[row + byte] = next }
    }
  }

  /// Computes where one byte leads.
  private mutating func makeStep(_ set: Int32, _ byte: UInt8) -> Int32 {
    let byte = Int(byte)
    let next = target(of: ways(set).filter { $0.first <= byte && byte < $0.end })
    steps[Int(rows[Int(set)]) + byte] = next
    return next
  }

  private mutating func target(
    of ways: [(first: Int, end: Int, target: Int32, parent: Int32)]
  ) -> Int32 {
    var found: Set<Int32> = []
    var seen: Set<UInt64> = []
    for way in ways { close(way.target, parent: way.parent, &found, &seen) }
    return number(of: found)
  }
}

/// How many tokens surely suffice from a position to the end of its rule.
///
/// Counted along the shortest way, by the longest token each time that stays within one rule. So the
/// costs of a stack add up, and a token that goes this way makes what is left cheaper by one: who
/// has room for the cost can always close.
private struct ClosingCosts: Sendable {
  let grammar: ByteGrammar
  let vocabulary: TokenBytes
  private var known: [Int32]

  init(grammar: ByteGrammar, vocabulary: TokenBytes) {
    self.grammar = grammar
    self.vocabulary = vocabulary
    known = Array(repeating: -1, count: grammar.positions.count)
  }

  mutating func cost(_ position: Int32) -> Int32 {
    if known[Int(position)] >= 0 { return known[Int(position)] }
    let cost = min(compute(position), GrammarMachine.endless)
    known[Int(position)] = cost
    return cost
  }

  private mutating func compute(_ position: Int32) -> Int32 {
    var place = position
    var (bytes, targets): ([UInt8], [Int32]) = ([], [])
    while bytes.count < 64 {
      switch grammar.closing[Int(place)] {
      case nil: return GrammarMachine.endless
      case .end where bytes.isEmpty: return 0
      case .call(let rule, let target) where bytes.isEmpty:
        return cost(grammar.entries[Int(rule)]) + cost(target)
      case .end, .call:
        return step(bytes, targets)
      case .empty(let target):
        place = target
      case .byte(let byte, let target):
        bytes.append(byte)
        targets.append(target)
        place = target
      }
    }
    return step(bytes, targets)
  }

  private mutating func step(_ bytes: [UInt8], _ targets: [Int32]) -> Int32 {
    guard let token = vocabulary.longestToken(bytes[...]) else { return GrammarMachine.endless }
    return 1 + cost(targets[token.byteCount - 1])
  }
}
