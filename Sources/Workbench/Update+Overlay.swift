import Clinical
import Screen

extension WorkbenchState {
  mutating func pressInOverlay(_ key: Key) -> [Effect] {
    switch overlay {
    case .help(let top):
      scrollHelp(key, top: top)
      return []
    case .bare(let top):
      scrollBareText(key, top: top)
      return []
    case .outline:
      return pressInOutline(key)
    case .tasks(let selected):
      pressInTasks(key, selected: selected)
      return []
    case .historySearch(let query, let selected):
      pressInHistory(key, query: query, selected: selected)
      return []
    case .commandLine(let line):
      return pressInLine(key, line, to: { .commandLine($0) }, enter: { $0.run($1) })
    case .findLine(let line):
      return pressInLine(key, line, to: { .findLine($0) }, enter: { $0.find($1) })
    case .confirm(let confirmation):
      return answer(confirmation, with: key)
    case nil:
      return []
    }
  }

  private mutating func scrollHelp(_ key: Key, top: Int) {
    let page = max(1, size.rows - 8)
    let last = max(0, helpLines.count - HelpBox.rows(in: size))
    let target: Int
    switch key {
    case .up: target = top - 1
    case .down: target = top + 1
    case .pageUp: target = top - page
    case .pageDown, .character(" "): target = top + page
    case .home: target = 0
    case .end: target = last
    default:
      overlay = nil
      return
    }
    overlay = .help(top: min(max(0, target), last))
  }

  private mutating func pressInTasks(_ key: Key, selected: Int) {
    let tasks = ClinicalTask.allCases
    switch key {
    case .up, .backTab:
      overlay = .tasks(selected: (selected + tasks.count - 1) % tasks.count)
    case .down, .tab:
      overlay = .tasks(selected: (selected + 1) % tasks.count)
    case .enter:
      choose(tasks[selected])
    case .character(let character):
      if let number = character.wholeNumberValue, (1...tasks.count).contains(number) {
        choose(tasks[number - 1])
      }
    case .escape, .control:
      overlay = nil
    default:
      break
    }
  }

  /// Writes the template of `task` into the instruction; a text already begun stays before it.
  private mutating func choose(_ chosen: ClinicalTask) {
    overlay = nil
    mode = .query
    focus = .instruction
    let earlierTemplate = task?.instructionTemplate
    if question.isEmpty || editor.text == earlierTemplate { editor = TextEditor() }
    editor.insert(chosen.instructionTemplate)
    task = chosen
  }

  private mutating func pressInHistory(_ key: Key, query: String, selected: Int) {
    let count = history.matches(query).count
    switch key {
    case .up, .control("r"):
      overlay = .historySearch(query: query, selected: min(selected + 1, max(0, count - 1)))
    case .down:
      overlay = .historySearch(query: query, selected: max(0, selected - 1))
    case .enter:
      let matches = history.matches(query)
      overlay = nil
      guard matches.indices.contains(selected) else { return }
      focus = .instruction
      replaceInstruction(by: matches[selected])
    case .escape, .control:
      overlay = nil
    default:
      guard let edited = edited(query, by: key) else { return }
      overlay = .historySearch(query: edited, selected: 0)
    }
  }

  private mutating func pressInLine(
    _ key: Key, _ line: String, to overlay: (String) -> Overlay,
    enter: (inout WorkbenchState, String) -> [Effect]
  ) -> [Effect] {
    switch key {
    case .enter:
      self.overlay = nil
      return enter(&self, line)
    case .escape, .control("c"):
      self.overlay = nil
    case .backspace where line.isEmpty:
      self.overlay = nil
    default:
      if let edited = edited(line, by: key) { self.overlay = overlay(edited) }
    }
    return []
  }

  /// A line after a key that changes it; nil for any other key.
  private func edited(_ line: String, by key: Key) -> String? {
    switch key {
    case .character(let character): line + String(character)
    case .paste(let text): line + text.split(whereSeparator: \.isNewline).joined(separator: " ")
    case .backspace: String(line.dropLast())
    case .control("u"): ""
    default: nil
    }
  }

  private mutating func answer(_ confirmation: Confirmation, with key: Key) -> [Effect] {
    switch key {
    case .character("y"), .character("Y"):
      overlay = nil
      return confirm(confirmation)
    case .control("c") where confirmation == .quit:
      overlay = nil
      return confirm(confirmation)
    case .character("n"), .character("N"), .escape, .control("c"):
      overlay = nil
      if case .resume(let offer) = confirmation { return [.dismissSession(offer)] }
      return []
    default:
      return []
    }
  }

  private mutating func confirm(_ confirmation: Confirmation) -> [Effect] {
    switch confirmation {
    case .quit:
      return stopGeneration() + [.quit(.chosen)]
    case .resume(let offer):
      isRestoring = true
      return [.resumeSession(offer)]
    case .overwrite(let path, let contents):
      return [.overwriteFile(path: path, contents: contents)]
    case .download:
      model = .downloading(done: 0, total: 0)
      return [.downloadModel]
    case .sendNote:
      if notes.indices.contains(noteIndex) { notes[noteIndex].problemAccepted = true }
      return send()
    }
  }
}
