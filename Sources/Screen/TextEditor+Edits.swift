extension TextEditor {
  /// What a key can do in a text beside writing itself.
  public enum Edit: CaseIterable, Hashable, Sendable {
    case moveLeft, moveRight, moveWordLeft, moveWordRight, moveToLineStart, moveToLineEnd
    case deleteLeft, deleteRight, deleteWordLeft, deleteWordRight
    case deleteToLineStart, deleteToLineEnd
  }

  /// Does `edit`; false where it changes nothing, as at an end of the text.
  public mutating func perform(_ edit: Edit) -> Bool {
    let before = self
    switch edit {
    case .moveLeft: moveLeft()
    case .moveRight: moveRight()
    case .moveWordLeft: moveWordLeft()
    case .moveWordRight: moveWordRight()
    case .moveToLineStart: moveToLineStart()
    case .moveToLineEnd: moveToLineEnd()
    case .deleteLeft: deleteLeft()
    case .deleteRight: deleteRight()
    case .deleteWordLeft: deleteWordLeft()
    case .deleteWordRight: deleteWordRight()
    case .deleteToLineStart: deleteToLineStart()
    case .deleteToLineEnd: deleteToLineEnd()
    }
    return self != before
  }

  /// Writes what `key` stands for: a character, or a text that was pasted. False for other keys.
  public mutating func write(_ key: Key) -> Bool {
    switch key {
    case .character(let character): insert(String(character))
    case .paste(let pasted): insert(pasted)
    default: return false
    }
    return true
  }
}
