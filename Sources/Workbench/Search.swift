import Screen

/// A text that is looked for in a pane, and the places where it stands.
struct Search: Equatable, Sendable {
  /// The pane that is searched.
  enum Target: Equatable, Sendable {
    case note
    case answer
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
  }

  var query: String
  var target: Target
  private(set) var matches: [Match] = []
  /// Index of the match that was gone to last; nil before the first.
  var current: Int?
  /// What `matches` were found in.
  private var searchedColumns = -1
  private var searchedRowCount = -1

  init(query: String, target: Target) {
    self.query = query
    self.target = target
  }

  /// Looks again if the rows are not those that were searched.
  mutating func refresh(in state: WorkbenchState) {
    let columns: Int
    let count: Int
    switch target {
    case .note:
      columns = state.note?.text.columns ?? 0
      count = state.note?.text.rows.count ?? 0
    case .answer:
      columns = state.transcript.columns
      count = state.transcript.rowCount
    }
    // While an answer streams in, the places already found stay true; n looks for new ones.
    guard columns != searchedColumns || count < searchedRowCount else { return }
    find(in: state)
  }

  /// Finds all places anew.
  mutating func find(in state: WorkbenchState) {
    switch target {
    case .note:
      matches = Self.matches(of: query, in: state.note?.text.rows ?? [], from: 0)
      searchedColumns = state.note?.text.columns ?? 0
      searchedRowCount = state.note?.text.rows.count ?? 0
    case .answer:
      matches = []
      var start = 0
      for layout in state.transcript.shown.map({ state.transcript.layouts[$0] }) {
        matches += Self.matches(of: query, in: layout.question.rows, from: start)
        matches += Self.matches(
          of: query, in: layout.answer.rows, from: start + layout.answerStart)
        start += layout.rowCount
      }
      searchedColumns = state.transcript.columns
      searchedRowCount = start
    }
    if let index = current, index >= matches.count { current = matches.isEmpty ? nil : 0 }
  }

  /// The characters of the row at `row` that belong to matches.
  func characters(inRow row: Int) -> [Range<Int>] {
    matches.lazy.filter { ($0.pieces.last?.row ?? 0) >= row && $0.row <= row }
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
