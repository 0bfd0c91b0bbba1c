import Clinical
import Screen

extension WorkbenchState {
  /// Does what a bound key means to what lies over the panes.
  mutating func performInOverlay(_ action: Action) -> [Effect] {
    switch overlay {
    case .help(let top):
      scrollHelp(action, top: top)
      return []
    case .bare(let top):
      scrollBareText(action, top: top)
      return []
    case .outline:
      return performInOutline(action)
    case .tasks(let selected):
      performInTasks(action, selected: selected)
      return []
    case .notes(let selected):
      performInNotes(action, selected: selected)
      return []
    case .historySearch(let query, let selected):
      performInHistory(action, query: query, selected: selected)
      return []
    case .models(let items, let selected):
      return performInModels(action, items, selected: selected)
    case .settings(let panel):
      performInSettings(action, panel)
      return []
    case .sessionSearch(let search):
      return performInSessions(action, search)
    case .commandLine(let line):
      return performInCommandLine(action, line)
    case .findLine(let line):
      return performInFindLine(action, line)
    case .branchLine(let line):
      return performInBranchLine(action, line)
    case .commentLine(let line):
      return performInComment(action, line)
    case .harm(let selected):
      return performInHarm(action, selected: selected)
    case .branches(let selected):
      performInBranches(action, selected: selected)
      return []
    case .confirm(let confirmation):
      return answer(confirmation, with: action)
    case nil:
      return []
    }
  }

  /// Takes a key that is bound to nothing while something lies over the panes.
  mutating func inputInOverlay(_ key: Key) -> [Effect] {
    switch overlay {
    case .tasks:
      chooseTask(numbered: key)
    case .historySearch(var query, _):
      if query.write(key) { overlay = .historySearch(query: query, selected: 0) }
    case .settings(let panel):
      type(key, into: panel)
    case .sessionSearch(var search):
      if search.query.write(key) { return look(search) }
    case .commandLine(var line):
      line.write(key)
      overlay = .commandLine(line)
    case .findLine(var line):
      line.write(key)
      overlay = .findLine(line)
    case .branchLine(var line):
      line.write(key)
      overlay = .branchLine(line)
    case .commentLine(var line):
      line.write(key)
      overlay = .commentLine(line)
    case .harm:
      return chooseHarm(numbered: key)
    case .help, .bare, .outline, .branches, .notes, .models, .confirm, nil:
      break
    }
    return []
  }

  private mutating func scrollHelp(_ action: Action, top: Int) {
    let last = max(0, helpLines.count - HelpBox.rows(in: size))
    overlay = action.target(from: top, page: max(1, size.rows - 8), last: last)
      .map { .help(top: $0) }
  }

  // MARK: Lists

  private mutating func performInTasks(_ action: Action, selected: Int) {
    let tasks = ClinicalTask.allCases
    switch action {
    case .lineUp:
      overlay = .tasks(selected: (selected + tasks.count - 1) % tasks.count)
    case .lineDown:
      overlay = .tasks(selected: (selected + 1) % tasks.count)
    case .pageUp:
      overlay = .tasks(selected: 0)
    case .pageDown:
      overlay = .tasks(selected: tasks.count - 1)
    case .accept:
      choose(tasks[selected])
    default:
      overlay = nil
    }
  }

  /// Each task bears its number.
  private mutating func chooseTask(numbered key: Key) {
    let tasks = ClinicalTask.allCases
    guard case .character(let character) = key, let number = character.wholeNumberValue,
      (1...tasks.count).contains(number)
    else { return }
    choose(tasks[number - 1])
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

  private mutating func performInHistory(
    _ action: Action, query: TextEditor, selected: Int
  ) {
    let matches = history.matches(query.text)
    let page = HistoryBox.rows(in: size)
    if let edit = action.edit {
      var edited = query
      let isChanged = edited.perform(edit) && edited.text != query.text
      overlay = .historySearch(query: edited, selected: isChanged ? 0 : selected)
    } else if action == .accept {
      overlay = nil
      guard matches.indices.contains(selected) else { return }
      focus = .instruction
      replaceInstruction(by: matches[selected])
    } else {
      overlay = action.target(from: selected, page: page, last: max(0, matches.count - 1))
        .map { .historySearch(query: query, selected: $0) }
    }
  }

  // MARK: Lines

  private mutating func performInCommandLine(_ action: Action, _ line: LineInput) -> [Effect] {
    var line = line
    switch action {
    case .accept:
      overlay = nil
      commandHistory.add(line.text)
      return run(line.text)
    case .complete, .completePrevious:
      return complete(line, by: action == .complete ? 1 : -1)
    case .historyOlder:
      if let earlier = commandHistory.older(than: line.text) { line.replace(by: earlier) }
      overlay = .commandLine(line)
    case .historyNewer:
      if let later = commandHistory.newer() { line.replace(by: later) }
      overlay = .commandLine(line)
    default:
      overlay = edited(line, by: action).map { .commandLine($0) }
    }
    return []
  }

  private mutating func performInFindLine(_ action: Action, _ line: LineInput) -> [Effect] {
    switch action {
    case .accept:
      overlay = nil
      return find(line.text)
    case .complete, .completePrevious, .historyOlder, .historyNewer:
      break
    default:
      overlay = edited(line, by: action).map { .findLine($0) }
    }
    return []
  }

  private mutating func performInBranchLine(_ action: Action, _ line: LineInput) -> [Effect] {
    switch action {
    case .accept:
      overlay = nil
      return branch(with: line.text)
    case .complete, .completePrevious, .historyOlder, .historyNewer:
      break
    default:
      overlay = edited(line, by: action).map { .branchLine($0) }
    }
    return []
  }

  /// A line after an action that edits it; nil where it is closed, as by deleting in an empty one.
  func edited(_ line: LineInput, by action: Action) -> LineInput? {
    guard let edit = action.edit, !(edit == .deleteLeft && line.text.isEmpty) else { return nil }
    var line = line
    line.completion = nil
    _ = line.editor.perform(edit)
    return line
  }

  // MARK: Questions

  private mutating func answer(_ confirmation: Confirmation, with action: Action) -> [Effect] {
    // ^C twice is what people press who want to leave.
    let isYes = action == .yes || (action == .stop && confirmation == .quit)
    guard isYes || [.no, .stop].contains(action) else { return [] }
    overlay = nil
    if isYes { return confirm(confirmation) }
    if case .resume(let offer) = confirmation { return [.dismissSession(offer)] }
    return []
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
    case .keepGrade:
      return submitAsSaid()
    case .download(let offer):
      downloadOffer = offer
      model = .downloading(done: 0, total: 0)
      return [.downloadModel]
    case .sendNote:
      if notes.indices.contains(noteIndex) { notes[noteIndex].problemAccepted = true }
      return send()
    }
  }
}

extension Action {
  /// Where moving from `position` leads in a list or text of `last + 1` places; nil for what is no
  /// movement.
  func target(from position: Int, page: Int, last: Int) -> Int? {
    let target: Int
    switch self {
    case .lineUp: target = position - 1
    case .lineDown: target = position + 1
    case .pageUp: target = position - page
    case .pageDown: target = position + page
    case .top: target = 0
    case .end: target = last
    default: return nil
    }
    return min(max(0, target), last)
  }
}
