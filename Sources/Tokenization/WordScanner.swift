/// What the scanners for words have in common: a window that they walk through, and a rule that
/// finds the end of the word at a place.
protocol WordScanner {
  var window: ScalarWindow { get }
  /// End of the word that starts at `start`, which lies in the window; greater than `start`.
  func wordEnd(from start: Int) -> Int
}

extension WordScanner {
  func cut(into parts: inout [Range<Int>]) {
    var start = window.range.lowerBound
    while start < window.range.upperBound {
      let end = wordEnd(from: start)
      parts.append(start..<end)
      start = end
    }
  }

  func isClass(_ wanted: ScalarClass, _ index: Int) -> Bool {
    window.scalarClass(index) == wanted
  }

  /// Neither white space nor letter nor number, and inside the window.
  func isSymbol(_ index: Int) -> Bool {
    switch window.scalarClass(index) {
    case .punctuation, .other: true
    case .outside, .letter, .number, .space: false
    }
  }

  /// End of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll`; nil if none of them is at `start`.
  func contractionEnd(from start: Int, ignoringCase: Bool) -> Int? {
    guard window.contains("'", at: start) else { return nil }
    func letter(_ index: Int) -> UInt32? {
      let scalar = window.scalar(index)
      guard ignoringCase, let scalar, (0x41...0x5A).contains(scalar) else { return scalar }
      return scalar + 0x20
    }
    switch (letter(start + 1), letter(start + 2)) {
    case (0x73, _), (0x74, _), (0x6D, _), (0x64, _): return start + 2  // s t m d
    case (0x72, 0x65), (0x76, 0x65), (0x6C, 0x6C): return start + 3  // re ve ll
    default: return nil
    }
  }

  /// `\s+(?!\S)|\s+`: white space, of which the last goes with a word that follows.
  func spaceEnd(from start: Int) -> Int {
    let end = window.end(from: start) { isClass(.space, $0) }
    return end - start > 1 && end < window.range.upperBound ? end - 1 : max(end, start + 1)
  }

  /// `\s*[\r\n]+`: white space up to its last line end; nil if it has none.
  func lineEndingSpaceEnd(from start: Int) -> Int? {
    var last: Int?
    _ = window.end(from: start) { index in
      if isLineEnd(window.scalar(index)) { last = index + 1 }
      return isClass(.space, index)
    }
    return last
  }
}

/// GPT-2's words. White space at the end stays together.
struct EnglishWords: WordScanner {
  let window: ScalarWindow

  func wordEnd(from start: Int) -> Int {
    if let end = contractionEnd(from: start, ignoringCase: false) { return end }
    let body = window.contains(" ", at: start) ? start + 1 : start
    switch window.scalarClass(body) {
    case .letter: return window.end(from: body) { isClass(.letter, $0) }
    case .number: return window.end(from: body) { isClass(.number, $0) }
    case .punctuation, .other: return window.end(from: body, while: isSymbol)
    case .outside, .space: return spaceEnd(from: start)
    }
  }
}

/// The words of Llama 3 and Qwen 2, which differ in how many digits go together.
struct CasedWords: WordScanner {
  let window: ScalarWindow
  let longestNumber: Int

  func wordEnd(from start: Int) -> Int {
    if let end = contractionEnd(from: start, ignoringCase: true) { return end }
    let first = window.scalarClass(start)
    if first == .letter { return window.end(from: start) { isClass(.letter, $0) } }
    if first == .number {
      let end = window.end(from: start) { isClass(.number, $0) }
      return min(end, start + longestNumber)
    }
    if isClass(.letter, start + 1), !isLineEnd(window.scalar(start)) {
      return window.end(from: start + 1) { isClass(.letter, $0) }
    }
    let body = window.contains(" ", at: start) ? start + 1 : start
    if isSymbol(body) {
      let end = window.end(from: body, while: isSymbol)
      return window.end(from: end) { isLineEnd(window.scalar($0)) }
    }
    return lineEndingSpaceEnd(from: start) ?? spaceEnd(from: start)
  }
}
