internal import Llama
internal import Synchronization
internal import Tokenization

/// What a grammar allows of a vocabulary, computed when it is first asked for and kept.
///
/// The mask of a set of stacks is put together of what each stack's top allows: within its rule, a
/// mask that all stacks with that top share; and where the rule can end within a token, the little
/// tree of what may follow there. So a mask is hardly ever computed by going through the vocabulary.
/// - Source: the split in what depends on the top alone and what depends on the rest is XGrammar's.
final class MaskTables: Sendable {
  private let tables: Mutex<Tables>
  /// The set before the first token.
  let start: Int32
  /// Tokens that surely suffice for a whole text.
  let leastTokenCount: Int

  init(_ grammar: ByteGrammar, _ vocabulary: TokenBytes) {
    var tables = Tables(vocabulary: vocabulary, machine: GrammarMachine(grammar, vocabulary))
    start = tables.machine.start()
    leastTokenCount = Int(tables.machine.costs[Int(start)])
    self.tables = Mutex(tables)
  }

  /// The tokens that may follow at a set, such that the text can be closed with those that remain.
  func allowed(_ set: Int32, remainingTokenCount: Int) -> TokenMask {
    tables.withLock { $0.allowed(set, remainingTokenCount: remainingTokenCount) }
  }

  /// The set behind a token; 0 where it may not follow.
  func next(_ set: Int32, _ token: TokenID) -> Int32 {
    tables.withLock { $0.next(set, token) }
  }

  func isComplete(_ set: Int32) -> Bool { tables.withLock { $0.machine.isComplete(set) } }

  func accepts(_ set: Int32) -> Bool { tables.withLock { $0.machine.accepts(set) } }

  /// Tokens of the text that alone may follow.
  func certain(_ set: Int32, limit: Int) -> [TokenID] {
    tables.withLock { $0.certain(set, limit: limit) }
  }
}

/// What `MaskTables` keeps.
private struct Tables {
  let vocabulary: TokenBytes
  var machine: GrammarMachine
  private var local: [Int32: Local] = [:]
  private var whole: [Int32: Whole] = [:]
  /// The sets behind a walk's last bytes, by depth.
  private var path: [Int32]

  /// What a stack's top allows within its rule.
  private struct Local {
    var mask: TokenMask
    /// The greatest cost of closing the rule behind a token of the mask.
    var greatestCost: Int32
    var exits: [Exit]
  }

  /// A place in a token where a rule may end.
  private struct Exit {
    var isPlain: Bool
    var node: Int
  }

  /// What a set allows where there is room for everything.
  private struct Whole {
    var mask: TokenMask
    /// The greatest cost of closing the text behind a token of the mask.
    var greatestCost: Int32
  }

  init(vocabulary: TokenBytes, machine: GrammarMachine) {
    self.vocabulary = vocabulary
    self.machine = machine
    let depth = max(vocabulary.plain.depth, vocabulary.special.depth)
    path = Array(repeating: 0, count: depth + 1)
  }

  mutating func next(_ set: Int32, _ token: TokenID) -> Int32 {
    if vocabulary.endTokens.contains(token) { return set }
    guard vocabulary.bytes.indices.contains(Int(token)) else { return 0 }
    let bytes = vocabulary.bytes[Int(token)]
    return bytes.isEmpty ? 0 : machine.next(set, bytes)
  }

  mutating func certain(_ set: Int32, limit: Int) -> [TokenID] {
    var bytes: [UInt8] = []
    var set = set
    while bytes.count < 4 * limit, let byte = machine.onlyByte(set) {
      bytes.append(byte)
      set = machine.next(set, byte)
    }
    var tokens: [TokenID] = []
    var rest = bytes[...]
    while tokens.count < limit, let (token, count) = vocabulary.longestToken(rest) {
      tokens.append(token)
      rest = rest.dropFirst(count)
    }
    return tokens
  }

  mutating func allowed(_ set: Int32, remainingTokenCount: Int) -> TokenMask {
    let whole = self.whole[set] ?? computeWhole(set)
    // Where even the end is out of reach, what is shortest comes nearest.
    let least = Int(machine.costs[Int(set)])
    let room = max(remainingTokenCount, least) - 1
    if room >= Int(whole.greatestCost) { return whole.mask }
    return compute(set, room: Int32(clamping: room)).mask
  }

  private mutating func computeWhole(_ set: Int32) -> Whole {
    let whole = compute(set, room: GrammarMachine.endless - 1)
    self.whole[set] = whole
    return whole
  }

  private mutating func compute(_ set: Int32, room: Int32) -> Whole {
    var mask = TokenMask(vocabularySize: vocabulary.vocabularySize)
    var greatest: Int32 = 0
    for number in machine.sets[Int(set)] where number != 0 {
      let stack = machine.stacks[Int(number)]
      let tail = stack.parent == 0 ? 0 : machine.stacks[Int(stack.parent)].cost
      let local = self.local[stack.position] ?? computeLocal(stack.position)
      if local.greatestCost + tail <= room {
        mask.formUnion(local.mask)
        greatest = max(greatest, local.greatestCost + tail)
      } else if room >= tail {
        _ = walk(from: stack.position, room: room - tail, &mask)
      }
      guard stack.parent != 0, !local.exits.isEmpty else { continue }
      let behind = machine.behind(stack.parent)
      for exit in local.exits {
        let trie = exit.isPlain ? vocabulary.plain : vocabulary.special
        let cost = walk(trie, exit.node, behind, room: room, &mask) { _ in }
        greatest = max(greatest, cost)
      }
    }
    if machine.accepts(set) { for token in vocabulary.endTokens { mask.insert(token) } }
    return Whole(mask: mask, greatestCost: greatest)
  }

  private mutating func computeLocal(_ position: Int32) -> Local {
    var mask = TokenMask(vocabularySize: vocabulary.vocabularySize)
    let (cost, exits) = walk(from: position, room: GrammarMachine.endless - 1, &mask)
    let local = Local(mask: mask, greatestCost: cost, exits: exits)
    self.local[position] = local
    return local
  }

  /// Marks the tokens that may follow at a position of a rule that nothing called.
  private mutating func walk(
    from position: Int32, room: Int32, _ mask: inout TokenMask
  ) -> (greatestCost: Int32, exits: [Exit]) {
    let set = machine.local(position)
    var exits: [Exit] = []
    var greatest = walk(vocabulary.special, 0, set, room: room, &mask) {
      exits.append(Exit(isPlain: false, node: $0))
    }
    let free = machine.grammar.positions[Int(position)].freeScalarCount
    if free >= vocabulary.longestPlainScalarCount, machine.costs[Int(set)] <= room {
      // Behind any of them the text is as easy to close as before, or easier.
      mask.formUnion(words: vocabulary.plainMask)
      greatest = max(greatest, machine.costs[Int(set)])
    } else {
      let cost = walk(vocabulary.plain, 0, set, room: room, &mask) {
        exits.append(Exit(isPlain: true, node: $0))
      }
      greatest = max(greatest, cost)
    }
    return (greatest, exits)
  }

  /// Marks the tokens below a node of a tree that may follow at a set.
  ///
  /// - Parameters:
  ///   - room: Tokens that may still come behind the marked one.
  ///   - visitEnd: Told each node behind which the text, or the rule, may end.
  /// - Returns: The greatest cost of closing behind a marked token.
  private mutating func walk(
    _ trie: VocabularyTrie, _ root: Int, _ start: Int32, room: Int32, _ mask: inout TokenMask,
    _ visitEnd: (Int) -> Void
  ) -> Int32 {
    var greatest: Int32 = 0
    path[Int(trie.depths[root])] = start
    var node = root + 1
    let end = Int(trie.skips[root])
    while node < end {
      let depth = Int(trie.depths[node])
      let set = machine.next(path[depth - 1], trie.bytes[node])
      guard set != 0 else {
        node = Int(trie.skips[node])
        continue
      }
      path[depth] = set
      let cost = machine.costs[Int(set)]
      if cost <= room {
        for token in trie.tokens(at: node) {
          mask.insert(token)
          greatest = max(greatest, cost)
        }
      }
      if machine.accepts(set) { visitEnd(node) }
      node += 1
    }
    return greatest
  }
}
