extension TextEditor {
  /// Does what `key` means in a text; false where it means nothing or changes nothing, so that the
  /// caller can use it: Enter, Up in the first line, Down in the last.
  ///
  /// Besides the keys with names these work as in a shell: ^A ^E ^B ^F ^H ^D ^W ^U ^K, and Alt with
  /// b, f, d.
  public mutating func handle(_ key: Key) -> Bool {
    let before = self
    switch key {
    case .character(let character): insert(String(character))
    case .paste(let pasted): insert(pasted)
    case .newline: insert("\n")
    case .up: return moveUp()
    case .down: return moveDown()
    case .left, .control("b"): moveLeft()
    case .right, .control("f"): moveRight()
    case .home, .control("a"): moveToLineStart()
    case .end, .control("e"): moveToLineEnd()
    case .alt("b"): moveWordLeft()
    case .alt("f"): moveWordRight()
    case .backspace, .control("h"): deleteLeft()
    case .delete, .control("d"): deleteRight()
    case .control("w"): deleteWordLeft()
    case .alt("d"): deleteWordRight()
    case .control("u"): deleteToLineStart()
    case .control("k"): deleteToLineEnd()
    default: return false
    }
    return self != before
  }
}
