import Screen

/// A text in which a rater marks words: what was read, and what is shown of it with brackets and
/// hints put in.
struct RatedText: Equatable, Sendable {
  /// Something that is shown in the text and is no part of it.
  struct Insertion: Equatable, Sendable {
    /// Before which Unicode scalar of the text it stands.
    var offset: Int
    var text: String
    /// True for what belongs to the words behind it, not to those before it.
    var opens: Bool
  }

  let source: [Unicode.Scalar]
  /// The words, without the signs around them, in Unicode scalars of the source.
  let words: [Range<Int>]
  private(set) var insertions: [Insertion] = []
  /// What is shown, before it is broken into rows.
  private(set) var shown: [Unicode.Scalar]
  private(set) var wrapped: WrappedText
  var scroll = PaneScroll(followsEnd: false)

  init(_ text: String) {
    source = Array(text.unicodeScalars)
    words = Self.words(of: source)
    shown = source
    wrapped = WrappedText(text, columns: 80)
  }

  /// Puts `insertions` in, in place of those that were there.
  mutating func show(_ insertions: [Insertion]) {
    // Of those at one place, what closes comes first.
    let sorted = insertions.enumerated().sorted { one, other in
      (one.element.offset, one.element.opens ? 1 : 0, one.offset)
        < (other.element.offset, other.element.opens ? 1 : 0, other.offset)
    }.map(\.element)
    guard sorted != self.insertions else { return }
    self.insertions = sorted
    shown = []
    var done = 0
    for insertion in sorted {
      let end = min(max(done, insertion.offset), source.count)
      shown += source[done..<end] + Array(insertion.text.unicodeScalars)
      done = end
    }
    shown += source[done...]
    wrapped = WrappedText(text, columns: wrapped.columns)
  }

  mutating func layOut(columns: Int) {
    guard columns != wrapped.columns else { return }
    wrapped = WrappedText(text, columns: columns)
  }

  private var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: shown)
    return String(view)
  }

  /// Where a range of the source stands in what is shown.
  func shownRange(of range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    for insertion in insertions {
      let length = insertion.text.unicodeScalars.count
      if insertion.offset <= range.lowerBound { start += length }
      if insertion.offset < range.upperBound { end += length }
    }
    return start..<max(start, end)
  }

  /// The parts of rows that show a range of the source.
  func parts(of range: Range<Int>) -> [(row: Int, characters: Range<Int>)] {
    wrapped.parts(of: shownRange(of: range), in: shown)
  }

  /// The first row that shows the word at `index`.
  func row(ofWord index: Int) -> Int { parts(of: words[index]).first?.row ?? 0 }

  /// The first word at or below `row`; nil where there is none.
  func word(atRow row: Int) -> Int? {
    // Words stand in the order of rows, and each look reads the text up to the word.
    var (low, high) = (0, words.count)
    while low < high {
      let middle = (low + high) / 2
      if self.row(ofWord: middle) < row { low = middle + 1 } else { high = middle }
    }
    return low < words.count ? low : nil
  }

  private static func words(of scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start: Int?
    for index in 0...scalars.count {
      let isBlank = index == scalars.count || scalars[index].properties.isWhitespace
      if !isBlank {
        start = start ?? index
      } else if let first = start {
        words.append(trimmed(first..<index, scalars))
        start = nil
      }
    }
    return words
  }

  /// A word without the signs at its ends; of signs alone, all of them.
  private static func trimmed(_ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> Range<Int> {
    func isPart(_ index: Int) -> Bool {
      let properties = scalars[index].properties
      return properties.isAlphabetic || properties.numericType != nil || scalars[index] == "%"
    }
    guard let first = range.first(where: isPart), let last = range.last(where: isPart) else {
      return range
    }
    return first..<last + 1
  }
}

/// Words that are being marked.
struct WordMarking: Equatable, Sendable {
  /// The word that the marking began at, once it has; nil while the start is looked for.
  var anchor: Int?
  /// The word that it has come to.
  var head: Int

  /// Indices of the words.
  var words: ClosedRange<Int> { min(anchor ?? head, head)...max(anchor ?? head, head) }
}
