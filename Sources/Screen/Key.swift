/// One thing that was typed.
public enum Key: Hashable, Sendable {
  /// A character that writes itself.
  case character(Character)
  /// The Enter key.
  case enter
  /// ^J: a new line in a text.
  case newline
  case tab
  /// Shift and Tab.
  case backTab
  case up
  case down
  case left
  case right
  case home
  case end
  case pageUp
  case pageDown
  case backspace
  case delete
  case escape
  /// A function key, from 1.
  case function(Int)
  /// Control and a letter in lower case, or one of ` \ ] ^ _` and the blank.
  case control(Character)
  /// Alt, or Escape shortly before, and a character.
  case alt(Character)
  /// A text that was pasted, all of it; its lines end in `\n`.
  case paste(String)
  /// The mouse, where it is asked for.
  case pointer(PointerEvent)
}

/// Something that was done with the mouse.
public struct PointerEvent: Hashable, Sendable {
  /// What was done.
  public enum Kind: Hashable, Sendable {
    /// The first button was pressed.
    case press
    case wheelUp
    case wheelDown
  }

  /// What was done.
  public var kind: Kind
  /// Where on the screen.
  public var place: Point

  /// Makes an event.
  public init(_ kind: Kind, at place: Point) {
    self.kind = kind
    self.place = place
  }
}
