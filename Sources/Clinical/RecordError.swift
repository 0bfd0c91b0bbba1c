/// Why a line of a data set is no record. Names places and types, never what the line says.
public struct RecordError: Error, Hashable, CustomStringConvertible {
  /// The line's number in its file, from 1.
  public var line: Int
  /// What is wrong with it.
  public var reason: Reason

  /// What can be wrong with a line.
  public enum Reason: Error, Hashable, Sendable {
    /// It is not JSON.
    case notJSON(JSONError)
    /// It is JSON, but no object.
    case notObject(found: String)
    /// A member that every record has is not there.
    case missing(key: String)
    /// A member is of another type than it should be.
    case wrongType(key: String, expected: String, found: String)
  }

  /// Makes the error.
  public init(line: Int, reason: Reason) {
    self.line = line
    self.reason = reason
  }

  /// The line, the fault, and what would be right.
  public var description: String {
    switch reason {
    case .notJSON(let error): "line \(line): \(error)"
    case .notObject(let found): "line \(line): expected a JSON object, found \(found)"
    case .missing(let key): "line \(line): the member '\(key)' is missing"
    case .wrongType(let key, let expected, let found):
      "line \(line): '\(key)' has to be \(expected), but is \(found)"
    }
  }
}
