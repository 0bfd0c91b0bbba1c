import Screen

extension WorkbenchState {
  mutating func press(_ key: Key) -> [Effect] {
    if isBlank {
      isBlank = false
      return []
    }
    if overlay != nil {
      pendingKeys = []
      return pressInOverlay(key)
    }
    let keys = pendingKeys + [key]
    switch keyMap.match(keys, in: contexts) {
    case .action(let action):
      pendingKeys = []
      return perform(action)
    case .prefix:
      pendingKeys = keys
      return []
    case .nothing:
      pendingKeys = []
      return keys.count > 1 ? press(key) : input(key)
    }
  }

  /// Where bindings are looked for now, the most special place first.
  var contexts: [KeyMap.Context] {
    guard mode == .query else { return [.everywhere, .panes] }
    switch focus {
    case .instruction: return [.instruction, .everywhere]
    case .outline: return [.outline, .panes, .everywhere]
    case .note: return [.note, .panes, .everywhere]
    case .answer: return [.answer, .panes, .everywhere]
    }
  }

  /// A key that is bound to nothing: text for the instruction, or a hint.
  private mutating func input(_ key: Key) -> [Effect] {
    guard mode == .query else { return [] }
    if focus == .instruction { return edit(with: key) }
    switch key {
    case .paste:
      focus = .instruction
      return edit(with: key)
    case .character(let character):
      notice = Notice(.information, "\(character) does nothing here. Tab goes to the next pane.")
    default:
      break
    }
    return []
  }

  private mutating func edit(with key: Key) -> [Effect] {
    if editor.text.isEmpty, let action = commandOfEmptyInstruction(key) { return perform(action) }
    if editor.handle(key) { notice = nil }
    if editor.text.isEmpty { editedFrom = nil }
    return []
  }

  /// `?`, `/` and `:` are commands where no instruction has been begun, and End goes to the end of
  /// the answers; everything else is text.
  private func commandOfEmptyInstruction(_ key: Key) -> Action? {
    if key == .end { return .end }
    if case .action(let action) = keyMap.match([key], in: [.panes]),
      [.help, .find, .command].contains(action)
    {
      return action
    }
    return nil
  }
}
