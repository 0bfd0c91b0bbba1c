/// Instructions that were sent before, and the way through them.
struct InstructionHistory: Equatable, Sendable {
  /// Oldest first, without repeats next to each other.
  private(set) var instructions: [String] = []
  /// Index of the one that is shown; nil while the person's own draft is.
  private(set) var position: Int?
  private var draft = ""

  private static let limit = 1000

  /// Adds an instruction that was sent and ends the walk.
  mutating func add(_ instruction: String) {
    position = nil
    draft = ""
    guard !instruction.isEmpty, instructions.last != instruction else { return }
    instructions.append(instruction)
    if instructions.count > Self.limit {
      instructions.removeFirst(instructions.count - Self.limit)
    }
  }

  /// Puts older instructions before those of this session.
  mutating func prepend(_ older: [String]) {
    instructions = Array((older + instructions).suffix(Self.limit))
    position = nil
  }

  /// The instruction before the one shown, or nil at the oldest. `current` is kept as the draft.
  mutating func older(than current: String) -> String? {
    let next = (position ?? instructions.count) - 1
    guard next >= 0 else { return nil }
    if position == nil { draft = current }
    position = next
    return instructions[next]
  }

  /// The instruction after the one shown, the draft at the end, or nil if the draft is shown.
  mutating func newer() -> String? {
    guard let current = position else { return nil }
    guard current + 1 < instructions.count else {
      position = nil
      return draft
    }
    position = current + 1
    return instructions[current + 1]
  }

  /// Instructions that contain `query`, newest first, each once, capitals not told apart.
  func matches(_ query: String) -> [String] {
    let wanted = query.lowercased()
    var seen: Set<String> = []
    return instructions.reversed().filter { instruction in
      (wanted.isEmpty || instruction.lowercased().contains(wanted))
        && seen.insert(instruction).inserted
    }
  }
}
