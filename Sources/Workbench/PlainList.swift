import Clinical
import Screen

/// A list over the panes as it is told in plain lines: numbers choose from it.
struct PlainList: Equatable, Sendable {
  /// What it is, and what a number does.
  var title: String
  /// What can be chosen, each in a line; the first one is number 1.
  var lines: [String]
  /// Index of the one that is chosen now.
  var selected: Int
  /// The key that takes what is chosen.
  var key: Key

  /// The keys that choose the line with this number; nil where there is none.
  func keys(choosing number: Int) -> [Key]? {
    guard (1...max(1, lines.count)).contains(number), !lines.isEmpty else { return nil }
    let steps = number - 1 - selected
    return Array(repeating: steps < 0 ? .up : .down, count: abs(steps)) + [key]
  }
}

extension WorkbenchState {
  /// The list that lies over the panes, once all of it is known; nil where there is none.
  var plainList: PlainList? {
    switch overlay {
    case .notes(let selected):
      guard !textCosts.values.contains(.requested) else { return nil }
      return PlainList(
        title: "Notes: a number shows one; :with 1 2 asks about several together.",
        lines: notes.map(plainLine), selected: selected, key: .enter)
    case .models(let items?, let selected):
      return PlainList(
        title: "Models: a number uses one.", lines: items.map(plainLine), selected: selected,
        key: .enter)
    case .sessionSearch(let search):
      guard sessionQuery == nil, let hits = search.hits else { return nil }
      return PlainList(
        title: "Sessions: a number opens one.",
        lines: hits.map { hit in
          let question = hit.question.map { " You: \($0)" } ?? ""
          return "\(hit.startedAt), \(hit.note).\(question) Found: \(hit.excerpt)"
        }, selected: search.selected, key: .enter)
    case .branches(let selected):
      guard let chosen = chosenExchange else { return nil }
      return PlainList(
        title: "Versions of this answer: a number shows one.",
        lines: transcript.versions(of: chosen).map { exchange in
          "\(origin(of: exchange)): \(transcript.entries[exchange].answer)"
        }, selected: selected, key: .enter)
    case .outline:
      guard let note, note.costs != .requested else { return nil }
      return PlainList(
        title: "Sections: a number leaves one out, or takes it in again.",
        lines: note.sections.indices.map { plainLine(ofSection: $0, of: note) },
        selected: note.selectedSection, key: .character(" "))
    case .settings(let panel):
      return PlainList(
        title: "Settings: :set NAME VALUE changes one.",
        lines: GenerationSetting.allCases.map { setting in
          "\(setting.rawValue) \(value(of: setting)); \(setting.bounds)."
            + " \(setting.explanation)"
        }, selected: panel.selected, key: .enter)
    default:
      return nil
    }
  }

  private func plainLine(_ note: NotePane) -> String {
    let cost =
      if case .known(let count) = textCosts[note.document.text] {
        ", \(grouped(count)) tokens"
      } else {
        ""
      }
    return "\(note.document.name), \(grouped(note.text.lineCount)) lines\(cost)"
  }

  private func plainLine(_ item: ModelItem) -> String {
    let kind =
      switch item.kind {
      case .model: item.type.isEmpty ? "" : ", \(item.type)"
      case .adapter: ", adapter"
      case .offer: ", not here, to be downloaded"
      }
    let context = item.contextLength.map { ", \(grouped($0)) tokens of context" } ?? ""
    return "\(item.name)\(kind), \(megabytes(item.byteCount))\(context)"
      + (item.isLoaded ? ", in use" : "")
  }

  private func plainLine(ofSection index: Int, of note: NotePane) -> String {
    var cost = ""
    if case .known(let counts) = note.costs { cost = ", \(grouped(counts[index])) tokens" }
    return note.title(ofSection: index) + cost
      + (note.leftOut.contains(index) ? ", left out" : "")
  }
}
