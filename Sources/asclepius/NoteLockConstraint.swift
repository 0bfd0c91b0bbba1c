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
    private typealias Lettered = (letters: [UInt8], token: TokenID)

    private let lock: NoteLock
    private let bytes: [[UInt8]]
    private let ends: Set<TokenID>
    /// Tokens that begin with a letter, by their first letters in small ones.
    private let lettered: [Lettered]
    /// Those of them that hold the end of a medicine's name or begin with a whole one: they may do
    /// behind one word what they may not behind another.
    private let suspects: [TokenID]
    /// Tokens that begin with what can stand in a number.
    private let numeric: [TokenID]
    /// Tokens that begin with anything else, or with nothing.
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
      var lettered: [Lettered] = []
      var numeric: [TokenID] = []
      var others: [TokenID] = []
      for token in 0..<size where !ends.contains(TokenID(token)) {
        let letters = bytes[token].prefix(while: NoteLock.isLetter).map(NoteLock.small)
        if !letters.isEmpty {
          lettered.append((letters, TokenID(token)))
        } else if bytes[token].first.map(NoteLock.isNumeric) == true {
          numeric.append(TokenID(token))
        } else {
          others.append(TokenID(token))
        }
      }
      lettered.sort { $0.letters.lexicographicallyPrecedes($1.letters) }
      self.lettered = lettered
      self.numeric = numeric
      self.others = others
      var suspects = lettered.filter { lock.holdsEnding($0.letters) }.map(\.token)
      for name in lock.suspiciousEnds(of: []) { suspects += Self.tokens(lettered, from: name) }
      self.suspects = suspects
    }

    /// The tokens whose first letters begin with `start`.
    private static func tokens(_ lettered: [Lettered], from start: [UInt8]) -> [TokenID] {
      let low = lettered.partitioningIndex { !$0.letters.lexicographicallyPrecedes(start) }
      return lettered[low...].prefix { $0.letters.starts(with: start) }.map(\.token)
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
      let mask = state == NoteLock.State() ? walked() : corrected(state)
      masks.withLock { $0[state] = mask }
      return mask
    }

    /// The mask behind neither a number nor a word: every token is tried, once an answer.
    private func walked() -> TokenMask {
      var mask = TokenMask(vocabularySize: bytes.count)
      for token in bytes.indices where state(after: TokenID(token), NoteLock.State()) != nil {
        mask.insert(TokenID(token))
      }
      return mask
    }

    /// The mask behind an open number or word from that behind none: only tokens that could make the
    /// two differ are tried.
    private func corrected(_ state: NoteLock.State) -> TokenMask {
      var mask = self.mask(NoteLock.State())
      // A number is open where no word is.
      let isNumber = state.word.isEmpty
      if !lock.mayEnd(state) {
        // Only what goes on with it is left.
        for token in others { mask.remove(token) }
        for end in ends { mask.remove(end) }
        if isNumber {
          for (_, token) in lettered { mask.remove(token) }
        } else {
          for token in numeric { mask.remove(token) }
        }
      }
      if isNumber {
        for token in numeric { settle(token, state, &mask) }
        return mask
      }
      for token in suspects { settle(token, state, &mask) }
      for end in lock.suspiciousEnds(of: state.word) {
        for token in Self.tokens(lettered, from: end) { settle(token, state, &mask) }
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
