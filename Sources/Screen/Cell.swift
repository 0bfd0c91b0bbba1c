/// One column of one row.
public struct Cell: Hashable, Sendable {
  /// One grapheme cluster, or empty where the cluster to the left covers this column too.
  public var text: String
  /// What the cell is for.
  public var role: Role

  /// Makes a cell.
  public init(text: String, role: Role) {
    self.text = text
    self.role = role
  }

  /// An empty place.
  public static let blank = Cell(text: " ", role: .text)

  /// True where the cluster to the left covers this column too.
  public var isContinuation: Bool { text.isEmpty }
}
