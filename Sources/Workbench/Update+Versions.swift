import Grounding
import Screen

extension WorkbenchState {
  /// The place among the answers that keys act on; nil where nothing was asked.
  var chosenPlace: Int? {
    let last = transcript.shown.count - 1
    guard last >= 0 else { return nil }
    return min(selectedPlace ?? last, last)
  }

  /// The exchange that is shown at that place.
  var chosenExchange: Int? { chosenPlace.map { transcript.shown[$0] } }

  /// Goes to the answer that is shown for the exchange at `index`.
  mutating func showPlace(ofExchange index: Int) {
    let last = transcript.shown.count - 1
    guard let place = transcript.place(of: index), place < last else {
      selectedPlace = nil
      transcript.scroll = PaneScroll(followsEnd: true)
      return
    }
    selectedPlace = place
    showChosenPlace()
  }

  private mutating func showChosenPlace() {
    guard let place = chosenPlace else { return }
    transcript.scroll.go(
      to: transcript.firstRow(ofPlace: place), rowCount: transcript.rowCount,
      height: WorkbenchLayout(self).answer.rows, attaches: true)
  }

  /// Chooses the question `step` places further.
  mutating func choosePlace(by step: Int) {
    guard let place = chosenPlace else { return }
    let last = transcript.shown.count - 1
    let target = min(max(0, place + step), last)
    selectedPlace = target == last ? nil : target
    showChosenPlace()
  }

  /// Shows the version `step` further of the chosen answer.
  mutating func showVersion(by step: Int) {
    guard let chosen = chosenExchange else { return }
    let versions = transcript.versions(of: chosen)
    guard step != 0 else { return }
    guard versions.count > 1 else {
      let again = keyMap.label(of: .again).map { " \($0) makes another." } ?? ""
      notice = Notice(.information, "There is one version of this answer.\(again)")
      return
    }
    let position = (versions.firstIndex(of: chosen) ?? 0) + step
    guard versions.indices.contains(position) else {
      notice = Notice(.information, "This is the \(step > 0 ? "last" : "first") version.")
      return
    }
    transcript.show(versions[position])
    if var found = search, found.target == .answer {
      found.find(in: self)
      search = found
    }
    showChosenPlace()
  }

  /// Lists the versions of the chosen answer.
  mutating func openBranches() {
    guard let chosen = chosenExchange else {
      notice = Notice(.information, "There is no answer yet.")
      return
    }
    let versions = transcript.versions(of: chosen)
    overlay = .branches(selected: versions.firstIndex(of: chosen) ?? 0)
  }

  mutating func performInBranches(_ action: Action, selected: Int) {
    guard let chosen = chosenExchange else { return }
    let versions = transcript.versions(of: chosen)
    guard action == .accept else {
      overlay = action.target(from: selected, page: 10, last: versions.count - 1)
        .map { .branches(selected: $0) }
      return
    }
    overlay = nil
    guard versions.indices.contains(selected) else { return }
    showVersion(by: selected - (versions.firstIndex(of: chosen) ?? 0))
  }

  /// What a version came of, in a few words.
  func origin(of exchange: Int) -> String {
    let entry = transcript.entries[exchange]
    if entry.givenTokenCount > 0 {
      return "branched at token \(grouped(entry.givenTokenCount))"
    }
    guard entry.versionOf != nil else {
      return entry.editedFrom == nil ? "asked" : "edited question"
    }
    return "asked again"
  }

  /// Goes on from what the note supports to words that the model was unsure of, then to no marks.
  mutating func switchMarks() {
    let text: String
    switch answerMarks {
    case .support:
      answerMarks = .uncertainty
      text = "Underlined: words whose probability was below 0.5."
    case .uncertainty:
      answerMarks = .none
      text = "Nothing is marked any more."
    case .none:
      answerMarks = .support
      text = "Marked: the note's line for each sentence (=), or that it is not found there (?)."
    }
    notice = Notice(.information, text)
  }

  /// Shows the note that an exchange was about, and opens it where it is not.
  mutating func showNote(of entry: TranscriptEntry) {
    if note?.document.text == entry.note { return }
    if let index = notes.firstIndex(where: { $0.document.text == entry.note }) {
      showNote(by: index - noteIndex)
      return
    }
    notes.append(NotePane(NoteDocument(name: entry.noteName, text: entry.note), columns: 80))
    showNote(by: notes.count - 1 - noteIndex)
  }

  /// Takes the chosen question into the instruction, to be sent as a new one about the same note.
  mutating func editQuestion() {
    guard let chosen = chosenExchange else {
      notice = Notice(.information, "There is no question yet.")
      return
    }
    let entry = transcript.entries[chosen]
    if !question.isEmpty { history.add(question) }
    showNote(of: entry)
    replaceInstruction(by: entry.question)
    task = entry.task
    editedFrom = chosen
    focus = .instruction
    notice = Notice(
      .information, "Change the question and send it: the answer to the old one stays.")
  }

  /// Hands the chosen answer to the clipboard as it was written, where that is allowed.
  mutating func copyAnswer() -> [Effect] {
    guard let chosen = chosenExchange else {
      notice = Notice(.information, "There is no answer yet.")
      return []
    }
    guard clipboard == .osc52 else {
      notice = Notice(
        .information,
        "Copying is off. clipboard = \"osc52\" in the configuration file allows it; :bare shows"
          + " plain text to select, w writes a file.")
      return []
    }
    let answer = transcript.entries[chosen].answer
    return [.copy(redact == .on ? RedactedText(answer).text : answer)]
  }
}
