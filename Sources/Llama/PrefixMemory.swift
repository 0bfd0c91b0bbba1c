internal import Tokenization

/// What the engine keeps of the last few prompts. Pages are shared between entries, so the questions
/// on one note cost the note's pages once.
struct PrefixMemory {
  struct Entry: Sendable {
    /// The tokens that `sequence` remembers.
    var tokens: [TokenID]
    var sequence: KeyValueSequence
  }

  private var entries: [Entry] = []
  private let capacity = 4

  /// The longest computed prefix of `prompt` that leaves at least its last token to compute.
  mutating func longest(_ prompt: [TokenID], _ model: LlamaModel) -> Entry? {
    let lengths = entries.map { entry in
      zip(entry.tokens, prompt).prefix { $0 == $1 }.count
    }
    guard let index = lengths.indices.max(by: { lengths[$0] < lengths[$1] }) else { return nil }
    let length = min(lengths[index], prompt.count - 1)
    guard length > 0 else { return nil }
    var found = entries[index]
    // Used again: it moves to the end, which is forgotten last.
    entries.append(entries.remove(at: index))
    found.sequence.truncate(to: length)
    found.tokens.removeLast(found.tokens.count - length)
    return found
  }

  /// Keeps an entry and forgets the oldest beyond the capacity.
  mutating func keep(_ entry: Entry) {
    guard !entry.tokens.isEmpty else { return }
    // An entry that this one continues says nothing more.
    entries.removeAll { entry.tokens.starts(with: $0.tokens) }
    entries.append(entry)
    if entries.count > capacity { entries.removeFirst() }
  }
}
