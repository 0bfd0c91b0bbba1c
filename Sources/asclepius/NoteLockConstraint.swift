internal import Grounding
internal import Llama
internal import Synchronization
internal import Tokenization

/// Holds an answer to the numbers and medicines of its note, whatever tokens they are written in.
struct NoteLockConstraint: TokenConstraint {
  private let tables: Tables
  private var state = NoteLock.State()

  /// A lock on the note for a model's vocabulary.
  init(_ note: NoteIndex, _ model: LlamaModel) {
    tables = Tables(NoteLock(note), model)
  }

  mutating func allowed(remainingTokenCount: Int) -> TokenMask? {
    tables.mask(state)
  }

  mutating func accept(_ token: TokenID) {
    // What the caller has given may break the lock; it goes on from the next free place.
    state = tables.state(after: token, state) ?? NoteLock.State()
  }

  /// What all copies share: the tokens' bytes, and the masks of the states that came up.
  private final class Tables: Sendable {
    private let lock: NoteLock
    private let bytes: [[UInt8]]
    private let ends: Set<TokenID>
    /// Tokens that begin with a letter, by their first letters in small ones.
    private let lettered: [(letters: [UInt8], token: TokenID)]
    /// Those of them that hold the end of a medicine's name.
    private let suspects: [TokenID]
    /// Tokens that begin with anything else.
    private let others: [TokenID]
    private let masks = Mutex<[NoteLock.State: TokenMask]>([:])

    init(_ lock: NoteLock, _ model: LlamaModel) {
      self.lock = lock
      let tokenizer = model.tokenizer
      let size = model.configuration.vocabularySize
      let ends = tokenizer.endTokens
      self.ends = ends
      let bytes = (0..<size).map { $0 < tokenizer.count ? tokenizer.bytes(of: TokenID($0)) : [] }
      self.bytes = bytes
      var lettered: [(letters: [UInt8], token: TokenID)] = []
      var others: [TokenID] = []
      for token in 0..<size where !ends.contains(TokenID(token)) {
        let letters = bytes[token].prefix(while: NoteLock.isLetter).map(NoteLock.small)
        if letters.isEmpty {
          others.append(TokenID(token))
        } else {
          lettered.append((letters, TokenID(token)))
        }
      }
      lettered.sort { $0.letters.lexicographicallyPrecedes($1.letters) }
      self.others = others
      self.lettered = lettered
      suspects = lettered.filter { lock.holdsEnding($0.letters) }.map(\.token)
    }

    func state(after token: TokenID, _ state: NoteLock.State) -> NoteLock.State? {
      guard bytes.indices.contains(Int(token)), !ends.contains(token) else { return state }
      var state = state
      for byte in bytes[Int(token)] {
        guard let next = lock.state(after: byte, state) else { return nil }
        state = next
      }
      return state
    }

    func mask(_ state: NoteLock.State) -> TokenMask {
      if let known = masks.withLock({ $0[state] }) { return known }
      let isHarmless = state.word.isEmpty || state == .harmlessWord
      let mask = isHarmless ? walked(state) : corrected(state)
      masks.withLock { $0[state] = mask }
      return mask
    }

    /// Every token tried.
    private func walked(_ state: NoteLock.State) -> TokenMask {
      var mask = TokenMask(vocabularySize: bytes.count)
      for token in bytes.indices where self.state(after: TokenID(token), state) != nil {
        mask.insert(TokenID(token))
      }
      if !lock.mayEnd(state) { for end in ends { mask.remove(end) } }
      return mask
    }

    /// The mask behind a word from that behind a harmless one: only tokens that could make the two
    /// differ are tried.
    private func corrected(_ state: NoteLock.State) -> TokenMask {
      var mask = self.mask(.harmlessWord)
      if !lock.mayEnd(state) {
        for token in others { mask.remove(token) }
        for end in ends { mask.remove(end) }
      }
      for token in suspects { settle(token, state, &mask) }
      for end in lock.suspiciousEnds(of: state.word) {
        var low = lettered.partitioningIndex { !$0.letters.lexicographicallyPrecedes(end) }
        while low < lettered.count, lettered[low].letters.starts(with: end) {
          settle(lettered[low].token, state, &mask)
          low += 1
        }
      }
      return mask
    }

    private func settle(_ token: TokenID, _ state: NoteLock.State, _ mask: inout TokenMask) {
      if self.state(after: token, state) != nil {
        mask.insert(token)
      } else {
        mask.remove(token)
      }
    }
  }
}

extension Array {
  /// The first place from which on `belongs` holds, where it holds for a tail of the array.
  fileprivate func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if belongs(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
