import Screen

/// A text that is looked for in a pane, and the places where it stands.
struct Search: Equatable, Sendable {
  /// The pane that is searched.
  enum Target: Equatable, Sendable {
    case note
    case answer
    /// The note of what is before a rater.
    case rated
  }

  /// One place, which may run over several rows.
  struct Match: Equatable, Sendable {
    /// A row and the characters of it that belong to the match.
    struct Piece: Equatable, Sendable {
      var row: Int
      var characters: Range<Int>
    }

    var pieces: [Piece]
    var row: Int { pieces.first?.row ?? 0 }
    var lastRow: Int { pieces.last?.row ?? 0 }
  }

  var query: String
  var target: Target
  private(set) var matches: [Match] = []
  /// Index of the match that was gone to last; nil before the first.
  var current: Int?
  /// What `matches` were found in.
  private var searched: Text?

  /// What tells a text that was searched from one that has changed since.
  private struct Text: Equatable, Sendable {
    var columns = 0
    var rowCount = 0
    /// Bytes of the note, or of all questions and answers that are shown.
    var byteCount = 0
  }

  init(query: String, target: Target) {
    self.query = query
    self.target = target
  }

  /// Looks again if the rows are not those that were searched.
  mutating func refresh(in state: WorkbenchState) {
    // While an answer streams in, the places already found stay true; n looks for new ones.
    let text = text(in: state)
    guard text.columns != searched?.columns || text.rowCount < searched?.rowCount ?? 0 else {
      return
    }
    find(in: state)
  }

  /// Looks again if there is more or other text than was searched.
  mutating func findNew(in state: WorkbenchState) {
    if text(in: state) != searched { find(in: state) }
  }

  /// Finds all places anew.
  mutating func find(in state: WorkbenchState) {
    switch target {
    case .note:
      matches = Self.matches(of: query, in: state.note?.text.rows ?? [], from: 0)
    case .rated:
      matches = Self.matches(of: query, in: state.sheet?.note.wrapped.rows ?? [], from: 0)
    case .answer:
      matches = []
      var start = 0
      for layout in state.transcript.shown.map({ state.transcript.layouts[$0] }) {
        matches += Self.matches(of: query, in: layout.question.rows, from: start)
        matches += Self.matches(
          of: query, in: layout.answer.rows, from: start + layout.answerStart)
        start += layout.rowCount
      }
    }
    searched = text(in: state)
    if let index = current, index >= matches.count { current = matches.isEmpty ? nil : 0 }
  }

  private func text(in state: WorkbenchState) -> Text {
    switch target {
    case .note:
      guard let note = state.note else { return Text() }
      return Text(
        columns: note.text.columns, rowCount: note.text.rows.count,
        byteCount: note.document.text.utf8.count)
    case .rated:
      guard let note = state.sheet?.note else { return Text() }
      return Text(
        columns: note.wrapped.columns, rowCount: note.wrapped.rows.count,
        byteCount: note.shown.count)
    case .answer:
      let transcript = state.transcript
      return Text(
        columns: transcript.columns, rowCount: transcript.rowCount,
        byteCount: transcript.shown.reduce(0) { sum, index in
          let entry = transcript.entries[index]
          return sum + entry.question.utf8.count + entry.answer.utf8.count
        })
    }
  }

  /// The characters of the row at `row` that belong to matches.
  func characters(inRow row: Int) -> [Range<Int>] {
    // Matches stand in the order of their rows, and a page of rows asks for few of very many.
    var low = 0
    var high = matches.count
    while low < high {
      let middle = (low + high) / 2
      if matches[middle].lastRow < row { low = middle + 1 } else { high = middle }
    }
    return matches[low...].prefix { $0.row <= row }
      .flatMap(\.pieces).filter { $0.row == row }.map(\.characters)
  }

  /// Places of `query` in `rows`, capitals not told apart, across the ends of rows that break a
  /// line. Row numbers count from `first`.
  static func matches(
    of query: String, in rows: [WrappedText.Row], from first: Int
  ) -> [Match] {
    let wanted = query.map { $0.lowercased() }
    guard !wanted.isEmpty else { return [] }
    var found: [Match] = []
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, rows[end].joint != nil { end += 1 }
      found += matches(of: wanted, inLine: rows[start..<end], from: first)
      start = end
    }
    return found
  }

  private static func matches(
    of wanted: [String], inLine rows: ArraySlice<WrappedText.Row>, from first: Int
  ) -> [Match] {
    var characters: [String] = []
    var places: [(row: Int, column: Int)] = []
    for (row, content) in zip(rows.indices, rows) {
      if let joint = content.joint, !joint.isEmpty, row > rows.startIndex {
        characters.append(joint)
        places.append((row, -1))
      }
      for (column, character) in content.text.enumerated() {
        characters.append(character.lowercased())
        places.append((row, column))
      }
    }
    var found: [Match] = []
    var index = 0
    while index + wanted.count <= characters.count {
      if characters[index..<index + wanted.count].elementsEqual(wanted) {
        let pieces = pieces(of: places[index..<index + wanted.count], from: first)
        if !pieces.isEmpty { found.append(Match(pieces: pieces)) }
        index += wanted.count
      } else {
        index += 1
      }
    }
    return found
  }

  private static func pieces(
    of places: ArraySlice<(row: Int, column: Int)>, from first: Int
  ) -> [Match.Piece] {
    var pieces: [Match.Piece] = []
    for place in places where place.column >= 0 {
      if let last = pieces.last, last.row == place.row + first {
        pieces[pieces.count - 1].characters = last.characters.lowerBound..<place.column + 1
      } else {
        pieces.append(
          Match.Piece(row: place.row + first, characters: place.column..<place.column + 1))
      }
    }
    return pieces
  }
}
