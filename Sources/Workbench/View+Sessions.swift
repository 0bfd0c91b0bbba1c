import Screen

/// The box that the sessions that were found stand in.
enum SessionBox {
  /// Hits, of two rows each, that it shows on a screen of `size`.
  static func hits(in size: Size) -> Int { max(1, min(10, (size.rows - 10) / 2)) }
}

extension WorkbenchState {
  func drawSessions(_ search: SessionSearch, on frame: inout Frame) {
    let hits = search.hits ?? []
    let room = SessionBox.hits(in: size)
    let first = max(0, min(search.selected - room + 1, hits.count - room))
    var rows = [PopUpRow(text: "search: \(DisplayText.sanitize(search.query.text))", role: .prompt)]
    if search.hits == nil {
      rows.append(PopUpRow(text: "  looking", role: .dim))
    } else if hits.isEmpty {
      let text =
        search.query.text.isEmpty ? "no session was kept yet" : "no session has all these words"
      rows.append(PopUpRow(text: "  \(text)", role: .dim))
    }
    for (index, hit) in hits.enumerated().dropFirst(first).prefix(room) {
      let isChosen = index == search.selected
      rows.append(
        PopUpRow(
          text: "\(isChosen ? ">" : " ") \(hit.startedAt)  \(Self.line(of: hit))",
          role: isChosen ? .selection : .text))
      rows.append(PopUpRow(text: "     \(Self.oneLine(hit.excerpt))", role: .dim))
    }
    let columns = min(110, max(40, size.columns - 6))
    let place = hits.isEmpty ? "" : "\(search.selected + 1)/\(hits.count)  "
    drawBox(
      search.query.text.isEmpty ? "Newest sessions" : "Search in all sessions",
      right: "\(place)Enter: open it", rows: rows, columns: columns, on: &frame)
  }

  private static func line(of hit: SessionHit) -> String {
    oneLine(hit.note) + (hit.question.map { ": \(oneLine($0))" } ?? "")
  }

  private static func oneLine(_ text: String) -> String {
    let joined = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return DisplayText.sanitize(String(joined.prefix(240)))
  }
}
