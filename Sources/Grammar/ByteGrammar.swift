/// A context-free language over bytes: rules, each a network of positions that byte ranges, calls of
/// rules and empty steps lead through.
///
/// The room's purpose: what an answer is held to. A JSON schema becomes a grammar, a machine follows
/// it byte by byte, and a constraint says for each place which tokens of a vocabulary keep to it.
/// What holds:
/// - what is written is valid JSON of the schema, whatever the model prefers and wherever tokens cut
///   characters;
/// - from every place the end can be reached, in a number of tokens that is known, so that a limit
///   never cuts a text open.
///
/// Why so: the schema is compiled at once, without a grammar language between, since schemas are
/// what people have. The language is followed as a set of stacks, as llama.cpp does for GBNF, so
/// alternatives need no common decision; over bytes rather than characters, since tokens cut those;
/// and sets, steps and masks are kept by number, so that after a while a token costs a table look-up,
/// as in llguidance and XGrammar. It does no I/O and knows no note but the one it is given.
struct ByteGrammar: Sendable {
  /// A place in a rule.
  struct Position: Sendable {
    var bytes: [ByteStep] = []
    var empty: [Int32] = []
    var calls: [Call] = []
    /// Whether the rule may end here.
    var isEnd = false
    /// At the border of two characters of free text: how many more may come; -1 elsewhere.
    var freeScalarCount: Int32 = -1
  }

  /// A step by any byte of a range.
  struct ByteStep: Sendable {
    var first: UInt8
    var last: UInt8
    var target: Int32
  }

  /// A step by a whole text of a rule.
  struct Call: Sendable {
    var rule: Int32
    var target: Int32
  }

  /// The first step of the shortest way to the end of a rule.
  enum ClosingStep: Sendable {
    case byte(UInt8, Int32)
    case empty(Int32)
    case call(rule: Int32, Int32)
    case end
  }

  private(set) var positions: [Position] = []
  /// The first position of each rule; rule 0 is the whole text.
  private(set) var entries: [Int32] = []
  /// By position; nil where no end can be reached.
  private(set) var closing: [ClosingStep?] = []
  /// Bytes of the shortest way from a position to the end of its rule.
  private(set) var closingByteCounts: [Int] = []
  /// Rules within rules on that way.
  private(set) var closingDepths: [Int] = []

  static let unreachable = Int.max / 4

  /// A new position without steps.
  mutating func newPosition() -> Int32 {
    positions.append(Position())
    return Int32(positions.count - 1)
  }

  /// A new rule and its first position.
  mutating func newRule() -> (rule: Int32, entry: Int32) {
    let entry = newPosition()
    entries.append(entry)
    return (Int32(entries.count - 1), entry)
  }

  mutating func addBytes(_ range: ClosedRange<UInt8>, from: Int32, to: Int32) {
    positions[Int(from)].bytes.append(
      ByteStep(first: range.lowerBound, last: range.upperBound, target: to))
  }

  mutating func addEmpty(from: Int32, to: Int32) {
    positions[Int(from)].empty.append(to)
  }

  mutating func addCall(_ rule: Int32, from: Int32, to: Int32) {
    positions[Int(from)].calls.append(Call(rule: rule, target: to))
  }

  mutating func setEnd(_ position: Int32) {
    positions[Int(position)].isEnd = true
  }

  mutating func setFree(_ position: Int32, scalarCount: Int) {
    positions[Int(position)].freeScalarCount = Int32(clamping: scalarCount)
  }

  /// Adds a way along `bytes` and returns its last position.
  mutating func addLiteral(_ bytes: some Sequence<UInt8>, from: Int32) -> Int32 {
    var place = from
    for byte in bytes {
      let next = newPosition()
      addBytes(byte...byte, from: place, to: next)
      place = next
    }
    return place
  }

  /// Finds the shortest way from every position to the end of its rule; to be called when all is
  /// added.
  ///
  /// Positions are looked at again, the last first, until nothing gets shorter: ways mostly lead
  /// from lower to higher numbers, so a few rounds do.
  mutating func findClosings() {
    closing = Array(repeating: nil, count: positions.count)
    closingByteCounts = Array(repeating: Self.unreachable, count: positions.count)
    closingDepths = Array(repeating: 0, count: positions.count)
    var isChanged = true
    while isChanged {
      isChanged = false
      for index in positions.indices.reversed() where improve(index) { isChanged = true }
    }
  }

  private mutating func improve(_ index: Int) -> Bool {
    let position = positions[index]
    var best = (byteCount: closingByteCounts[index], depth: 0, step: ClosingStep?.none)
    func consider(_ byteCount: Int, _ depth: Int, _ step: ClosingStep) {
      if byteCount < best.byteCount { best = (byteCount, depth, step) }
    }
    if position.isEnd { consider(0, 0, .end) }
    for step in position.bytes {
      let target = Int(step.target)
      consider(
        closingByteCounts[target] + 1, closingDepths[target], .byte(step.first, step.target))
    }
    for target in position.empty {
      consider(closingByteCounts[Int(target)], closingDepths[Int(target)], .empty(target))
    }
    for call in position.calls {
      let (entry, target) = (Int(entries[Int(call.rule)]), Int(call.target))
      let sum = min(closingByteCounts[entry] + closingByteCounts[target], Self.unreachable)
      let depth = max(closingDepths[entry] + 1, closingDepths[target])
      consider(sum, depth, .call(rule: call.rule, call.target))
    }
    guard let step = best.step else { return false }
    closingByteCounts[index] = best.byteCount
    closingDepths[index] = best.depth
    closing[index] = step
    return true
  }
}
