extension Frame {
  /// What stands in a horizontal rule.
  public struct RuleTitle: Hashable, Sendable {
    /// Near the left end; cut where it is too long.
    public var left: String
    /// Near the right end; left out where there is no room for both.
    public var right: String
    /// Role of the line itself.
    public var lineRole: Role
    /// Role of the title near the left end.
    public var leftRole: Role
    /// Role of the title near the right end.
    public var rightRole: Role

    /// Makes a title.
    public init(
      left: String, right: String = "", lineRole: Role = .border, leftRole: Role = .title,
      rightRole: Role = .title
    ) {
      self.left = left
      self.right = right
      self.lineRole = lineRole
      self.leftRole = leftRole
      self.rightRole = rightRole
    }
  }

  /// Draws a rule of `columns` columns with a title: `-- left ------- right --`.
  public mutating func horizontalRule(
    _ title: RuleTitle, at place: Point, columns: Int, chrome: Chrome
  ) {
    fill(
      Rect(x: place.x, y: place.y, columns: columns, rows: 1), with: chrome.horizontal,
      role: title.lineRole)
    var used = 0
    if !title.left.isEmpty {
      used = put(
        " \(title.left) ", x: place.x + 2, y: place.y, role: title.leftRole,
        maxColumns: columns - 4)
    }
    guard !title.right.isEmpty else { return }
    let suffix = " \(title.right) "
    let suffixColumns = TextWidth.columns(of: suffix)
    guard used + suffixColumns + 6 <= columns else { return }
    put(
      suffix, x: place.x + columns - suffixColumns - 2, y: place.y, role: title.rightRole,
      maxColumns: suffixColumns)
  }

  /// Draws a rule of `rows` rows downwards from `place`.
  public mutating func verticalRule(
    at place: Point, rows: Int, role: Role = .border, chrome: Chrome
  ) {
    fill(Rect(x: place.x, y: place.y, columns: 1, rows: rows), with: chrome.vertical, role: role)
  }
}
