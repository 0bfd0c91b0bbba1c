import Screen

/// The line after `:` or `/` while it is typed.
struct LineInput: Equatable, Sendable {
  var editor: TextEditor
  /// The ways to complete it that are shown; nil until they are asked for.
  var completion: Completion?

  init(_ text: String = "") {
    editor = TextEditor(text: text)
  }

  /// What is typed. Line ends that were pasted are blanks.
  var text: String { editor.text }

  /// Writes a character, or a text that was pasted as one line.
  mutating func write(_ key: Key) {
    completion = nil
    if case .paste(let text) = key {
      editor.insert(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    } else {
      _ = editor.write(key)
    }
  }

  mutating func replace(by text: String) {
    editor = TextEditor(text: text)
  }
}

/// Ways to complete a line, and the one that is chosen.
struct Completion: Equatable, Sendable {
  /// What stays of the line before what is completed.
  var stem: String
  /// What can follow it.
  var candidates: [String]
  /// Index of the one that the line shows; nil before one was chosen.
  var chosen: Int?

  /// A candidate as it is listed: of a path only what is behind the folder.
  func shownName(of candidate: String) -> String {
    let isFolder = candidate.hasSuffix("/")
    let name = candidate.dropLast(isFolder ? 1 : 0).split(separator: "/").last ?? ""
    return isFolder ? name + "/" : String(name)
  }

  /// What all candidates begin with.
  var commonStart: String {
    guard var start = candidates.first else { return "" }
    for candidate in candidates {
      while !candidate.hasPrefix(start) { start.removeLast() }
    }
    return start
  }

  /// Chooses the candidate `step` further, round and round, and returns the line with it.
  mutating func choose(by step: Int) -> String {
    let count = candidates.count
    let index = chosen.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1)
    chosen = index
    return stem + candidates[index]
  }
}
