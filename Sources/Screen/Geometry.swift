/// Columns and rows of a screen or of a part of it.
public struct Size: Hashable, Sendable {
  /// Columns, at least 0.
  public var columns: Int
  /// Rows, at least 0.
  public var rows: Int

  /// Makes a size; negative counts become 0.
  public init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }
}

/// A cell's place: `x` columns from the left edge, `y` rows from the top, both from 0.
public struct Point: Hashable, Sendable {
  /// Columns from the left edge.
  public var x: Int
  /// Rows from the top.
  public var y: Int

  /// Makes a point.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A part of a screen.
public struct Rect: Hashable, Sendable {
  /// Left edge.
  public var x: Int
  /// Top edge.
  public var y: Int
  /// Columns, at least 0.
  public var columns: Int
  /// Rows, at least 0.
  public var rows: Int

  /// Makes a part of a screen; negative counts become 0.
  public init(x: Int, y: Int, columns: Int, rows: Int) {
    self.x = x
    self.y = y
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }

  /// The whole of a screen of `size`.
  public init(_ size: Size) {
    self.init(x: 0, y: 0, columns: size.columns, rows: size.rows)
  }

  /// The column right of the last one.
  public var endX: Int { x + columns }

  /// The row below the last one.
  public var endY: Int { y + rows }

  /// True where no cell is inside.
  public var isEmpty: Bool { columns == 0 || rows == 0 }

  /// Takes `count` rows off the top, or as many as there are, and returns them.
  public mutating func removeTop(_ count: Int) -> Rect {
    let taken = min(max(0, count), rows)
    defer {
      y += taken
      rows -= taken
    }
    return Rect(x: x, y: y, columns: columns, rows: taken)
  }

  /// Takes `count` rows off the bottom, or as many as there are, and returns them.
  public mutating func removeBottom(_ count: Int) -> Rect {
    let taken = min(max(0, count), rows)
    rows -= taken
    return Rect(x: x, y: endY, columns: columns, rows: taken)
  }

  /// Takes `count` columns off the left, or as many as there are, and returns them.
  public mutating func removeLeft(_ count: Int) -> Rect {
    let taken = min(max(0, count), columns)
    defer {
      x += taken
      columns -= taken
    }
    return Rect(x: x, y: y, columns: taken, rows: rows)
  }

  /// Takes `count` columns off the right, or as many as there are, and returns them.
  public mutating func removeRight(_ count: Int) -> Rect {
    let taken = min(max(0, count), columns)
    columns -= taken
    return Rect(x: endX, y: y, columns: taken, rows: rows)
  }

  /// The cells that lie in both.
  public func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(
      x: left, y: top, columns: min(endX, other.endX) - left, rows: min(endY, other.endY) - top)
  }
}
