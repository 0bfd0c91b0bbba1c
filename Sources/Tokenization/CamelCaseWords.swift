/// The words of Tekken and GPT-4o, which also end where small letters are followed by a capital.
///
/// - Source: llama.cpp's expressions, where only ASCII letters have a case: every other letter
///   counts both as a capital and as a small one.
struct CamelCaseWords: WordScanner {
  let window: ScalarWindow
  let longestNumber: Int
  /// Whether `'s` and its like belong to the word before them.
  let contractions: Bool

  func wordEnd(from start: Int) -> Int {
    if let end = letterWordEnd(from: start) { return end }
    if isClass(.number, start) {
      let end = window.end(from: start) { isClass(.number, $0) }
      return min(end, start + longestNumber)
    }
    let body = window.contains(" ", at: start) ? start + 1 : start
    if isSymbol(body) {
      let end = window.end(from: body, while: isSymbol)
      return window.end(from: end) { isLineEnd(window.scalar($0)) || window.contains("/", at: $0) }
    }
    return lineEndingSpaceEnd(from: start) ?? spaceEnd(from: start)
  }

  /// `[^\r\n\p{L}\p{N}]?` before capitals, small letters, or both.
  private func letterWordEnd(from start: Int) -> Int? {
    let first = window.scalarClass(start)
    let mayLead = first != .letter && first != .number && !isLineEnd(window.scalar(start))
    let body = mayLead ? start + 1 : start
    guard isClass(.letter, body) else { return nil }
    let end = caseRunEnd(from: body)
    guard contractions else { return end }
    return contractionEnd(from: end, ignoringCase: true) ?? end
  }

  /// `U*L+|U+L*`, where a letter without case is both U and L.
  private func caseRunEnd(from start: Int) -> Int {
    let capitals = window.end(from: start) { isClass(.letter, $0) && !isSmall($0) }
    let small = window.end(from: capitals) { isClass(.letter, $0) && !isCapital($0) }
    guard small == capitals else { return small }
    // No small letter follows, so `U*` gives back letters until one of them can be `L+`.
    var last = capitals
    while last > start, isCapital(last - 1) { last -= 1 }
    return last > start ? last : capitals
  }

  private func isSmall(_ index: Int) -> Bool {
    window.scalar(index).map { (0x61...0x7A).contains($0) } ?? false
  }

  private func isCapital(_ index: Int) -> Bool {
    window.scalar(index).map { (0x41...0x5A).contains($0) } ?? false
  }
}
