internal import Clinical

/// Makes a grammar of a schema: a rule for each kind of value, JSON's marks between them.
struct SchemaCompiler {
  private let schema: JSONSchema
  private let source: VerbatimSource?
  private var network = ByteGrammar()
  /// Rules of what is referred to, and of what many places have in common.
  private var references: [String: Int32] = [:]
  private var texts: [TextKey: Int32] = [:]
  private var anyRule: Int32?

  private static let positionLimit = 1_000_000
  /// Lists and strings without a lower limit of their own end here at the latest.
  private static let greatestCount = 1000

  private struct TextKey: Hashable {
    var minimum: Int
    var maximum: Int?
    var pattern: String?
    var isVerbatim: Bool
  }

  init(_ schema: JSONSchema, source: VerbatimSource?) {
    self.schema = schema
    self.source = source
  }

  mutating func grammar() throws(SchemaError) -> ByteGrammar {
    let (_, entry) = network.newRule()
    network.setEnd(try add(schema.root, from: entry))
    network.findClosings()
    guard network.closing[Int(entry)] != nil else {
      throw .unsatisfiable(path: "/", reason: "every value would need another one within it")
    }
    return network
  }

  private func checkSize(adding count: Int = 0) throws(SchemaError) {
    let total = network.positions.count + count
    guard total <= Self.positionLimit else {
      throw .tooLarge(positionCount: total, limit: Self.positionLimit)
    }
  }

  /// Adds a value and returns the position behind it.
  private mutating func add(
    _ node: JSONSchema.Node, from: Int32
  ) throws(SchemaError) -> Int32 {
    try checkSize()
    let end = network.newPosition()
    switch node {
    case .null: join(["null"], from, end)
    case .boolean: join(["true", "false"], from, end)
    case .values(let values): join(values.map(\.line), from, end)
    case .choice(let nodes):
      for node in nodes { network.addEmpty(from: try add(node, from: from), to: end) }
    case .any, .integer, .number, .string, .array, .object, .reference:
      network.addCall(try rule(node), from: from, to: end)
    }
    return end
  }

  private mutating func join(_ texts: [String], _ from: Int32, _ end: Int32) {
    for text in texts {
      network.addEmpty(from: network.addLiteral(text.utf8, from: from), to: end)
    }
  }

  /// A rule for a value.
  private mutating func rule(_ node: JSONSchema.Node) throws(SchemaError) -> Int32 {
    switch node {
    case .any: return try anyValue()
    case .integer: return number(hasFraction: false)
    case .number: return number(hasFraction: true)
    case .string(let text): return try string(text)
    case .array(let sequence):
      let (rule, entry) = network.newRule()
      try addArray(sequence, from: entry)
      return rule
    case .object(let members):
      let (rule, entry) = network.newRule()
      try addObject(members, from: entry)
      return rule
    case .reference(let reference, let path):
      if let known = references[reference] { return known }
      let (rule, entry) = network.newRule()
      references[reference] = rule
      network.setEnd(try add(try schema.node(at: reference, from: path), from: entry))
      return rule
    case .null, .boolean, .values, .choice:
      let (rule, entry) = network.newRule()
      network.setEnd(try add(node, from: entry))
      return rule
    }
  }

  /// A rule for any JSON value, which stands within itself.
  private mutating func anyValue() throws(SchemaError) -> Int32 {
    if let anyRule { return anyRule }
    let (rule, entry) = network.newRule()
    anyRule = rule
    let kinds: [JSONSchema.Node] = [
      .null, .boolean, .number, .string(JSONSchema.Text(path: "/")),
      .array(JSONSchema.Sequence(items: .any)),
      .object(JSONSchema.Members(named: [], others: .any)),
    ]
    network.setEnd(try add(.choice(kinds), from: entry))
    return rule
  }

  // MARK: Numbers and strings

  /// Digits that every reader of JSON gives back as they were.
  private static let digitCount = 15

  private mutating func number(hasFraction: Bool) -> Int32 {
    let (rule, entry) = network.newRule()
    let (digits, end) = (network.newPosition(), network.newPosition())
    network.addBytes(0x2D...0x2D, from: entry, to: digits)
    network.addEmpty(from: entry, to: digits)
    network.addBytes(0x30...0x30, from: digits, to: end)
    network.setEnd(end)
    var ends = [end]
    var place = digits
    for index in 0..<(hasFraction ? Self.digitCount - 5 : Self.digitCount) {
      let next = network.newPosition()
      network.addBytes(index == 0 ? 0x31...0x39 : 0x30...0x39, from: place, to: next)
      network.setEnd(next)
      ends.append(next)
      place = next
    }
    guard hasFraction else { return rule }
    place = network.newPosition()
    for end in ends { network.addBytes(0x2E...0x2E, from: end, to: place) }
    for _ in 0..<5 {
      let next = network.newPosition()
      network.addBytes(0x30...0x39, from: place, to: next)
      network.setEnd(next)
      place = next
    }
    return rule
  }

  private mutating func string(_ text: JSONSchema.Text) throws(SchemaError) -> Int32 {
    let key = TextKey(
      minimum: text.minimumLength, maximum: text.maximumLength, pattern: text.pattern,
      isVerbatim: text.isVerbatim)
    if let known = texts[key] { return known }
    let (rule, entry) = network.newRule()
    texts[key] = rule
    let (open, close) = (network.newPosition(), network.newPosition())
    network.addBytes(0x22...0x22, from: entry, to: open)
    if text.isVerbatim {
      guard let source else { throw .missingSource(path: text.path) }
      try checkSize(adding: source.positionCount(maximumLength: text.maximumLength))
      let strings = network.addStrings(of: source, maximumLength: text.maximumLength)
      network.addCall(strings, from: open, to: close)
      if text.minimumLength == 0 { network.addEmpty(from: open, to: close) }
    } else {
      try addCharacters(text, from: open, to: close)
    }
    let end = network.newPosition()
    network.addBytes(0x22...0x22, from: close, to: end)
    network.setEnd(end)
    return rule
  }

  /// What strings may hold: no control codes but tabs and line ends.
  private static let characters = ScalarRanges([0x09...0x0A, 0x20...0x10FFFF])

  /// Adds the texts of a pattern whose characters are counted as far as a limit asks for it.
  private mutating func addCharacters(
    _ text: JSONSchema.Text, from: Int32, to: Int32
  ) throws(SchemaError) {
    let pattern: ScalarPattern
    do {
      pattern = try text.pattern.map(ScalarPattern.init) ?? ScalarPattern()
    } catch {
      throw .badPattern(path: text.path, offset: error.offset, reason: error.reason)
    }
    let minimum = text.minimumLength
    let maximum = text.maximumLength.map { min($0, max(minimum, Self.greatestCount)) }
    let counts = 0...(maximum ?? minimum)
    try checkSize(adding: counts.count * pattern.places.count)
    var grid: [[Int32]] = []
    for _ in counts { grid.append(pattern.places.map { _ in network.newPosition() }) }
    network.addEmpty(from: from, to: grid[0][pattern.first])
    for count in counts {
      if count >= minimum { network.addEmpty(from: grid[count][pattern.last], to: to) }
      let isLast = count == counts.upperBound
      for (place, here) in zip(pattern.places, grid[count]) {
        for target in place.empty { network.addEmpty(from: here, to: grid[count][target]) }
        if isLast && maximum != nil { continue }
        for step in place.steps {
          let next = grid[isLast ? count : count + 1][step.target]
          network.addScalars(step.set.intersection(Self.characters), from: here, to: next)
        }
        if text.pattern == nil {
          network.setFree(here, scalarCount: maximum.map { $0 - count } ?? Int.max)
        }
      }
      try checkSize()
    }
  }

  // MARK: Arrays and objects

  private mutating func addArray(
    _ sequence: JSONSchema.Sequence, from: Int32
  ) throws(SchemaError) {
    var items: [Int32] = []
    for item in sequence.first { items.append(try rule(item)) }
    let end = network.newPosition()
    network.setEnd(end)
    var place = network.addLiteral("[".utf8, from: from)
    if sequence.minimumCount == 0 { network.addBytes(0x5D...0x5D, from: place, to: end) }
    let minimum = sequence.minimumCount
    let maximum = sequence.maximumCount.map { min($0, max(minimum, Self.greatestCount)) }
    let count = maximum ?? max(minimum, sequence.first.count, 1)
    let others = count > items.count || maximum == nil ? try rule(sequence.items) : nil
    try checkSize(adding: 4 * count)
    for index in 0..<count {
      let start = index == 0 ? place : network.addLiteral(", ".utf8, from: place)
      place = network.newPosition()
      guard let item = index < items.count ? items[index] : others else { continue }
      network.addCall(item, from: start, to: place)
      if index + 1 >= minimum { network.addBytes(0x5D...0x5D, from: place, to: end) }
    }
    guard maximum == nil, let others else { return }
    network.addCall(others, from: network.addLiteral(", ".utf8, from: place), to: place)
  }

  private mutating func addObject(
    _ members: JSONSchema.Members, from: Int32
  ) throws(SchemaError) {
    let end = network.newPosition()
    network.setEnd(end)
    // Behind no member, and behind some: a comma is due then.
    var (none, some): (Int32?, Int32?) = (network.addLiteral("{".utf8, from: from), nil)
    for member in members.named {
      let name = JSONValue.string(member.name).line + ": "
      let (value, next) = (network.newPosition(), network.newPosition())
      if let none { network.addEmpty(from: network.addLiteral(name.utf8, from: none), to: value) }
      if let some {
        network.addEmpty(from: network.addLiteral((", " + name).utf8, from: some), to: value)
      }
      network.addEmpty(from: try add(member.value, from: value), to: next)
      if member.isRequired {
        none = nil
      } else if let some {
        network.addEmpty(from: some, to: next)
      }
      some = next
    }
    if let others = members.others {
      let names = members.named.map(\.name)
      some = try addOthers(others, names, none: none, some: some ?? network.newPosition())
    }
    if let none { network.addBytes(0x7D...0x7D, from: none, to: end) }
    if let some { network.addBytes(0x7D...0x7D, from: some, to: end) }
  }

  /// Adds any number of members with other names and returns the position behind them.
  private mutating func addOthers(
    _ value: JSONSchema.Node, _ names: [String], none: Int32?, some: Int32
  ) throws(SchemaError) -> Int32 {
    let (start, behind) = (network.newPosition(), network.newPosition())
    let name = otherName(names)
    if let none { network.addEmpty(from: none, to: start) }
    network.addEmpty(from: network.addLiteral(", ".utf8, from: some), to: start)
    let end = network.newPosition()
    network.addCall(name, from: start, to: end)
    let place = network.addLiteral(": ".utf8, from: end)
    network.addEmpty(from: try add(value, from: place), to: behind)
    network.addEmpty(from: network.addLiteral(", ".utf8, from: behind), to: start)
    network.addEmpty(from: some, to: behind)
    return behind
  }

  /// A rule for names of printable ASCII that are none of `names`.
  private mutating func otherName(_ names: [String]) -> Int32 {
    let (rule, entry) = network.newRule()
    let (rest, end) = (network.newPosition(), network.newPosition())
    network.setEnd(end)
    let open = network.newPosition()
    network.addBytes(0x22...0x22, from: entry, to: open)
    addNames(names.map { Array($0.utf8)[...] }, from: open, rest: rest, end: end, isFirst: true)
    for range in Self.nameBytes { network.addBytes(range, from: rest, to: rest) }
    network.addBytes(0x22...0x22, from: rest, to: end)
    return rule
  }

  private static let nameBytes: [ClosedRange<UInt8>] = [0x20...0x21, 0x23...0x5B, 0x5D...0x7E]

  /// Adds the ways of all names that begin like some of `names`, of which the rests are given.
  private mutating func addNames(
    _ names: [ArraySlice<UInt8>], from: Int32, rest: Int32, end: Int32, isFirst: Bool
  ) {
    if !isFirst, !names.contains(where: \.isEmpty) {
      network.addBytes(0x22...0x22, from: from, to: end)
    }
    let taken = Dictionary(grouping: names.filter { !$0.isEmpty }) { $0.first ?? 0 }
    for byte in Self.nameBytes.flatMap(Array.init) {
      if let rests = taken[byte] {
        let next = network.newPosition()
        network.addBytes(byte...byte, from: from, to: next)
        let rests = rests.map { $0.dropFirst() }
        addNames(rests, from: next, rest: rest, end: end, isFirst: false)
      } else {
        network.addBytes(byte...byte, from: from, to: rest)
      }
    }
  }
}
