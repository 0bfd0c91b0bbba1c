import Clinical
import Screen

/// How many tokens a text takes, as far as that is known.
enum TextCost: Equatable, Sendable {
  case requested
  case known(Int)
  case unavailable
}

extension NoteDocument {
  /// Several notes as one, each under a line that says which it is.
  static func joined(_ parts: [NoteDocument]) -> NoteDocument {
    let texts = parts.enumerated().map { index, part in
      "# Note \(index + 1) of \(parts.count): \(part.name)\n\n\(part.text)"
    }
    return NoteDocument(
      name: parts.map(\.name).joined(separator: " + "),
      text: texts.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined(separator: "\n"),
      problem: parts.lazy.compactMap(\.problem).first)
  }
}

extension WorkbenchState {
  /// Takes notes that were read into the list and shows the first of them. One that is there as it
  /// was read stays as it is, with its place and what was left out of it.
  mutating func add(_ documents: [NoteDocument]) {
    guard let first = documents.first else { return }
    for document in documents where !notes.contains(where: { $0.document == document }) {
      notes.append(NotePane(document, columns: 80))
    }
    mode = .query
    let index = notes.firstIndex { $0.document == first } ?? noteIndex
    showNote(by: index - noteIndex)
    guard documents.count > 1 else { return }
    let list = keyMap.label(of: .notes).map { "\($0) or :notes" } ?? ":notes"
    notice = Notice(
      .information, "\(grouped(documents.count)) notes are open; \(list) lists them.")
  }

  mutating func openNoteList() {
    guard !notes.isEmpty else {
      notice = Notice(.information, "No note is open. :open FILE or FOLDER opens some.")
      return
    }
    mode = .query
    overlay = .notes(selected: noteIndex)
  }

  mutating func performInNotes(_ action: Action, selected: Int) {
    guard notes.indices.contains(selected) else {
      overlay = nil
      return
    }
    switch action {
    case .accept:
      overlay = nil
      showNote(by: selected - noteIndex)
    case .markNote:
      if markedNotes.remove(selected) == nil { markedNotes.insert(selected) }
    case .askTogether:
      guard markedNotes.count > 1 else {
        let mark = keyMap.label(of: .markNote).map { " \($0) marks one." } ?? ""
        notice = Notice(.information, "Mark two notes or more first.\(mark)")
        return
      }
      overlay = nil
      join(markedNotes.sorted())
    default:
      overlay = action.target(
        from: selected, page: NoteBox.rows(in: size), last: notes.count - 1
      ).map { .notes(selected: $0) }
    }
  }

  /// Opens the notes that `wanted` names together: their numbers, or all.
  mutating func openTogether(_ wanted: Command.NoteChoice) {
    switch wanted {
    case .ask:
      openNoteList()
    case .all:
      join(notes.indices.filter { !notes[$0].isJoined })
    case .numbers(let numbers):
      if let wrong = numbers.first(where: { !notes.indices.contains($0 - 1) }) {
        notice = Notice(
          .warning,
          "There is no note \(wrong); \(grouped(notes.count)) are open. :notes lists them.")
        return
      }
      join(numbers.map { $0 - 1 })
    }
  }

  /// Shows the notes at `indices` as one, so that questions are about all of them.
  private mutating func join(_ indices: [Int]) {
    guard indices.count > 1 else {
      notice = Notice(.information, "That takes two notes or more. :open FILE opens another.")
      return
    }
    let document = NoteDocument.joined(indices.map { notes[$0].document })
    markedNotes = []
    if !notes.contains(where: { $0.document == document }) {
      var pane = NotePane(document, columns: 80)
      pane.isJoined = true
      pane.problemAccepted = indices.allSatisfy { index in
        notes[index].problemAccepted || notes[index].document.problem == nil
      }
      notes.append(pane)
    }
    mode = .query
    showNote(by: (notes.firstIndex { $0.document == document } ?? noteIndex) - noteIndex)
    notice = Notice(
      .information, "Questions are about these \(grouped(indices.count)) notes together now.")
  }

  /// The notes that are marked, as they would be asked about; nil for fewer than two.
  var markedTogether: NoteDocument? {
    markedNotes.count > 1
      ? NoteDocument.joined(markedNotes.sorted().map { notes[$0].document }) : nil
  }

  /// Asks for the cost of each note in the list, and of those that are marked, while it is shown.
  mutating func countNotesIfNeeded() -> [Effect] {
    guard case .notes = overlay, model.description != nil else { return [] }
    let texts = notes.map(\.document.text) + [markedTogether?.text].compactMap { $0 }
    var effects: [Effect] = []
    for text in texts where textCosts[text] == nil {
      textCosts[text] = .requested
      effects.append(.countText(text))
    }
    return effects
  }
}
