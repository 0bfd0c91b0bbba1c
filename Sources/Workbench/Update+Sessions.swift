import Screen

extension WorkbenchState {
  /// Opens the search through all sessions with `words`.
  mutating func searchSessions(_ words: String) -> [Effect] {
    mode = .query
    return look(SessionSearch(query: TextEditor(text: words)))
  }

  /// Looks for what the search says now.
  mutating func look(_ search: SessionSearch) -> [Effect] {
    var search = search
    search.selected = 0
    overlay = .sessionSearch(search)
    sessionQuery = search.query.text
    return [.searchSessions(search.query.text)]
  }

  /// Takes in what was found, if it was for the words that stand there.
  mutating func take(_ hits: [SessionHit], for words: String) {
    guard sessionQuery == words else { return }
    sessionQuery = nil
    guard case .sessionSearch(var search) = overlay, search.query.text == words else { return }
    search.hits = hits
    overlay = .sessionSearch(search)
  }

  mutating func performInSessions(_ action: Action, _ search: SessionSearch) -> [Effect] {
    var search = search
    let hits = search.hits ?? []
    if let edit = action.edit {
      let before = search.query.text
      _ = search.query.perform(edit)
      if search.query.text != before { return look(search) }
      overlay = .sessionSearch(search)
      return []
    }
    if action == .accept {
      guard hits.indices.contains(search.selected) else { return [] }
      return open(hits[search.selected])
    }
    guard
      let target = action.target(
        from: search.selected, page: SessionBox.hits(in: size), last: max(0, hits.count - 1))
    else {
      overlay = nil
      return []
    }
    search.selected = target
    overlay = .sessionSearch(search)
    return []
  }

  private mutating func open(_ hit: SessionHit) -> [Effect] {
    guard generation == nil else {
      notice = Notice(.warning, "An answer is being written. ^C stops it.")
      return []
    }
    overlay = nil
    isRestoring = true
    return [.openSession(hit)]
  }

  /// Shows an earlier session at the answer that was found. The notes that are open stay open.
  mutating func open(_ session: OpenedSession) {
    isRestoring = false
    if let entries = session.entries {
      transcript = Transcript(columns: transcript.columns)
      selectedPlace = nil
      tokenCursor = nil
      editedFrom = nil
      search = nil
      places = PlaceState()
      takeUp(entries)
      notice = Notice(.information, "Opened. New questions join this session.")
    } else if session.exchange == nil {
      notice = Notice(.information, "That is the session on the screen.")
    }
    mode = .query
    let shown = session.exchange ?? transcript.entries.indices.last
    guard let shown, transcript.entries.indices.contains(shown) else { return }
    focus = .answer
    transcript.show(shown)
    showNote(of: transcript.entries[shown])
    showPlace(ofExchange: shown)
  }
}
