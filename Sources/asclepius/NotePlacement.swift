internal import Clinical
internal import Grounding
internal import Llama
internal import Tokenization

/// Where the sentences of a note lie among the tokens of a prompt.
struct NotePlacement: Sendable {
  /// The prompt's tokens.
  let tokens: [TokenID]
  /// Positions of each sentence; empty for one that the prompt does not have.
  let ranges: [Range<Int>]

  /// Looks for `note` in the tokens of `prompt`.
  ///
  /// - Parameter note: The note's text and what `index` was made of.
  init(_ prompt: Prompt, note: String, index: NoteIndex, tokenizer: Tokenizer) {
    tokens = tokenizer.encode(prompt)
    var bytes: [UInt8] = []
    // Where each token's bytes begin, and the end of all.
    var starts: [Int] = []
    for token in tokens {
      starts.append(bytes.count)
      bytes += tokenizer.bytes(of: token)
    }
    starts.append(bytes.count)
    let scalars = Array(note.unicodeScalars)
    // Templates leave out blanks around a note, some more than others.
    let blanks: Set<Unicode.Scalar> = [" ", "\t", "\r", "\n"]
    let low = scalars.firstIndex { !blanks.contains($0) } ?? 0
    let high = (scalars.lastIndex { !blanks.contains($0) } ?? -1) + 1
    var offsets = [0]
    var text: [UInt8] = []
    for scalar in scalars[low..<max(low, high)] {
      text += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      offsets.append(text.count)
    }
    guard let place = Self.place(of: text, in: bytes) else {
      ranges = index.sentences.map { _ in 0..<0 }
      return
    }
    var next = 0
    ranges = index.sentences.map { sentence in
      let range = sentence.range.clamped(to: low..<max(low, high))
      guard !range.isEmpty else { return 0..<0 }
      let first = place + offsets[range.lowerBound - low]
      let last = place + offsets[range.upperBound - low]
      while next + 1 < starts.count - 1, starts[next + 1] <= first { next += 1 }
      var end = next
      while end < starts.count - 1, starts[end] < last { end += 1 }
      return next..<end
    }
  }

  private static func place(of text: [UInt8], in bytes: [UInt8]) -> Int? {
    guard let first = text.first, text.count <= bytes.count else { return nil }
    return (0...bytes.count - text.count).first { start in
      bytes[start] == first && bytes[start..<start + text.count].elementsEqual(text)
    }
  }
}
