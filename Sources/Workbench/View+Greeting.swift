import Screen

/// A text that stands in the answer pane where there is no answer to show.
struct Greeting: Equatable, Sendable {
  /// A paragraph and how it is drawn.
  struct Paragraph: Equatable, Sendable {
    var text: String
    var role = Role.text
  }

  var paragraphs: [Paragraph]
}

extension WorkbenchState {
  /// What to say instead of answers; nil where there are answers to show.
  var greeting: Greeting? {
    switch model {
    case .missing(let offer):
      return missingModel(offer)
    case .downloading(let done, let total):
      return downloading(done: done, total: total)
    case .failed(let reason):
      return Greeting(paragraphs: [
        .init(text: "The model cannot be used.", role: .error),
        .init(text: reason),
        .init(
          text: ":model tries again. :models lists what is here. :download fetches the default"
            + " model.", role: .dim),
      ])
    case .starting, .loading, .ready:
      return transcript.entries.isEmpty ? invitation : nil
    }
  }

  private func missingModel(_ offer: ModelOffer) -> Greeting {
    Greeting(paragraphs: [
      .init(text: "No model is here yet.", role: .heading),
      .init(
        text: "Answers are written by a model that runs on this machine; "
          + "notes are never sent anywhere."),
      .init(
        text: "\(offer.name), \(megabytes(offer.byteCount)), license \(offer.license), "
          + "can be downloaded to \(offer.folder)."),
      .init(text: "Press Enter to download it.", role: .notice),
      .init(
        text: "Another model:  :model FILE.gguf  or  :models  for those that are here", role: .dim),
    ])
  }

  private func downloading(done: Int64, total: Int64) -> Greeting {
    let progress =
      total > 0
      ? "\(megabytes(done)) of \(megabytes(total)), \(percent(done, of: total))%"
      : "asking for it"
    return Greeting(paragraphs: [
      .init(text: "Downloading the model: \(progress)", role: .heading),
      .init(
        text: "You can write your question meanwhile; it stays here. A download that breaks off "
          + "is carried on the next time; \(keyMap.label(of: .peel) ?? "Esc") stops it."),
    ])
  }

  private var invitation: Greeting {
    var paragraphs: [Greeting.Paragraph] = []
    switch model {
    case .starting, .loading:
      paragraphs.append(
        .init(text: "The model is loading. You can write your question meanwhile.", role: .heading))
    default:
      paragraphs.append(.init(text: "Ask a question about the note.", role: .heading))
    }
    let tasks = keyMap.label(of: .tasks) ?? ":"
    let pane = keyMap.label(of: .focusNext) ?? "Tab"
    paragraphs += [
      .init(
        text: "Type it below and press Enter. \(tasks) offers eight tasks to start from, "
          + "\(pane) goes to the note."),
      .init(
        text: "Answers come from a language model and can be wrong. Check them against the note. "
          + "Not for clinical decisions.", role: .warning),
    ]
    return Greeting(paragraphs: paragraphs)
  }

  func draw(_ greeting: Greeting, in layout: WorkbenchLayout, on frame: inout Frame) {
    let pane = layout.answer
    let columns = max(1, min(72, pane.columns - WorkbenchLayout.margin - 2))
    let lines = greeting.paragraphs.map { paragraph in
      (WrappedText(paragraph.text, columns: columns).rows, paragraph.role)
    }
    let textRows = lines.reduce(0) { $0 + $1.0.count }
    // A blank row before each paragraph where there is room for it.
    let gap = textRows + lines.count <= pane.rows ? 1 : 0
    var y = pane.y + gap
    for (rows, role) in lines {
      for row in rows where y < pane.y + pane.rows {
        frame.put(
          row.text, x: pane.x + WorkbenchLayout.margin, y: y, role: role, maxColumns: columns)
        y += 1
      }
      y += gap
    }
  }
}

/// Whole per cent, 0 to 100.
func percent(_ done: Int64, of total: Int64) -> Int {
  guard total > 0 else { return 0 }
  return Int((Double(min(max(0, done), total)) / Double(total) * 100).rounded(.down))
}
