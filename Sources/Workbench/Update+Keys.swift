import Screen

extension WorkbenchState {
  mutating func press(_ key: Key) -> [Effect] {
    if isBlank {
      isBlank = false
      return []
    }
    if case .pointer(let event) = key { return point(event) }
    let keys = pendingKeys + [key]
    pendingKeys = []
    switch keyMap.match(keys, in: contexts) {
    case .action(let action):
      return overlay == nil ? perform(action) : performInOverlay(action)
    case .prefix:
      pendingKeys = keys
      return []
    case .nothing:
      if keys.count > 1 { return press(key) }
      return overlay == nil ? input(key) : inputInOverlay(key)
    }
  }

  /// Where bindings are looked for now, the most special place first.
  var contexts: [KeyMap.Context] {
    if let overlay { return overlay.contexts }
    switch deskKind {
    case .rating where sheet?.marking != nil: return [.marking, .everywhere]
    case .rating: return [.grading, .panes, .everywhere]
    case .comparison: return [.comparing, .panes, .everywhere]
    case nil: break
    }
    switch (mode, focus) {
    case (.rating, _): return [.qa, .panes, .everywhere]
    case (.compare, _): return [.compare, .panes, .everywhere]
    case (.jobs, _): return [.jobs, .panes, .everywhere]
    case (.query, .instruction): return [.instruction, .editing, .everywhere]
    case (.query, .outline): return [.outline, .panes, .everywhere]
    case (.query, .note): return [.note, .panes, .everywhere]
    case (.query, .answer) where isInspecting: return [.tokens, .answer, .panes, .everywhere]
    case (.query, .answer): return [.answer, .panes, .everywhere]
    }
  }

  /// A key that is bound to nothing: text for the instruction, or a hint.
  private mutating func input(_ key: Key) -> [Effect] {
    if mode == .query, focus == .instruction { return write(key) }
    switch key {
    case .paste where mode == .query:
      focus = .instruction
      return write(key)
    case .character(let character):
      let leave = mode == .query ? keyMap.label(of: .focusNext).map { " \($0) goes on." } : nil
      notice = Notice(.information, "\(character) does nothing here.\(leave ?? "")")
    default:
      break
    }
    return []
  }

  private mutating func write(_ key: Key) -> [Effect] {
    if let action = commandOfEmptyInstruction(key) { return perform(action) }
    if editor.write(key) { notice = nil }
    return []
  }

  /// `?`, `/` and `:` are commands where no instruction has been begun; everything else is text.
  private func commandOfEmptyInstruction(_ key: Key) -> Action? {
    guard editor.text.isEmpty, case .action(let action) = keyMap.match([key], in: [.panes]),
      [.help, .find, .command].contains(action)
    else { return nil }
    return action
  }

  /// Changes the instruction. In an empty one the end is that of the answers.
  mutating func edit(_ edit: TextEditor.Edit) {
    if editor.text.isEmpty {
      if edit == .moveToLineEnd { scroll(by: .max / 4) }
      return
    }
    if editor.perform(edit) { notice = nil }
    if editor.text.isEmpty { editedFrom = nil }
  }
}

extension Overlay {
  /// Where bindings are looked for while it is there.
  var contexts: [KeyMap.Context] {
    switch self {
    case .help, .bare: [.page]
    case .outline: [.outline, .panes, .everywhere]
    case .tasks, .branches, .models, .harm: [.choice]
    case .notes: [.notes, .choice]
    case .settings: [.settings, .choice]
    case .historySearch, .sessionSearch: [.choice, .editing]
    case .commandLine, .findLine, .branchLine, .commentLine: [.line, .editing]
    case .confirm: [.question]
    }
  }
}
