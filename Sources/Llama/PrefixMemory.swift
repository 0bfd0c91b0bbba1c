internal import Tokenization

/// What the engine keeps of the last few prompts. Pages are shared between entries, so the questions
/// on one note cost the note's pages once.
struct PrefixMemory {
  struct Entry: Sendable {
    /// The tokens that `sequence` remembers.
    var tokens: [TokenID]
    var sequence: KeyValueSequence

    /// What of it `prompt` begins with, at least the prompt's last token left to compute; nil where
    /// that is nothing.
    func shared(with prompt: [TokenID]) -> Entry? {
      let length = min(sharedTokenCount(prompt), prompt.count - 1)
      guard length > 0 else { return nil }
      var found = self
      found.sequence.truncate(to: length)
      found.tokens.removeLast(tokens.count - length)
      return found
    }

    func sharedTokenCount(_ prompt: [TokenID]) -> Int {
      zip(tokens, prompt).prefix { $0 == $1 }.count
    }
  }

  private var entries: [Entry] = []
  private let capacity: Int

  /// A memory of the last `capacity` prompts.
  init(capacity: Int) { self.capacity = capacity }

  /// Tokens at the start of `prompt` that are known.
  func sharedTokenCount(_ prompt: [TokenID]) -> Int {
    entries.map { $0.sharedTokenCount(prompt) }.max() ?? 0
  }

  /// The longest computed prefix of `prompt` that leaves at least its last token to compute.
  mutating func longest(_ prompt: [TokenID]) -> Entry? {
    let lengths = entries.map { $0.sharedTokenCount(prompt) }
    guard let index = lengths.indices.max(by: { lengths[$0] < lengths[$1] }),
      let found = entries[index].shared(with: prompt)
    else { return nil }
    // Used again: it moves to the end, which is forgotten last.
    entries.append(entries.remove(at: index))
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
