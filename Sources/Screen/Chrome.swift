/// The signs that lines are drawn with. Each is one column wide in every terminal.
public struct Chrome: Hashable, Sendable {
  /// A piece of a horizontal rule.
  public let horizontal: String
  /// A piece of a vertical rule.
  public let vertical: String
  /// Where rules meet.
  public let corner: String

  /// For terminals and locales that have no line drawing.
  public static let ascii = Chrome(horizontal: "-", vertical: "|", corner: "+")

  /// Light lines of Unicode's box drawing block.
  public static let unicode = Chrome(
    horizontal: "\u{2500}", vertical: "\u{2502}", corner: "\u{253C}")
}
