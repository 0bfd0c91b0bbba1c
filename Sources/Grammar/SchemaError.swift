/// Why a schema cannot be used. Places are JSON pointers into the schema; `/` is its top.
public enum SchemaError: Error, Equatable, Sendable {
  /// The text is not JSON.
  case notJSON(line: Int, column: Int, expected: String)
  /// A keyword that this program does not hold answers to.
  case unsupportedKeyword(path: String, keyword: String)
  /// A keyword with a value of the wrong kind.
  case malformed(path: String, keyword: String, expected: String)
  /// A reference that leads nowhere within the schema.
  case unknownReference(path: String, reference: String)
  /// Nothing can fulfil what stands there.
  case unsatisfiable(path: String, reason: String)
  /// A pattern that cannot be read. `offset` counts its characters from 0.
  case badPattern(path: String, offset: Int, reason: String)
  /// Strings are to be taken from a text, and there is none.
  case missingSource(path: String)
  /// Too many places to follow.
  case tooLarge(positionCount: Int, limit: Int)
  /// The vocabulary has no tokens for a text of the schema.
  case cannotBeSpelled
}

extension SchemaError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notJSON(let line, let column, let expected):
      return "line \(line), column \(column): this is not JSON: expected \(expected)"
    case .unsupportedKeyword(let path, let keyword):
      return "at \(path): the keyword \"\(keyword)\" is not supported; take it out, or say it with "
        + JSONSchema.supportedKeywords.joined(separator: ", ")
    case .malformed(let path, let keyword, let expected):
      return "at \(path): \"\(keyword)\" must be \(expected)"
    case .unknownReference(let path, let reference):
      return "at \(path): \"$ref\" is \"\(reference)\", but must name a place in this schema, such "
        + "as \"#/$defs/name\""
    case .unsatisfiable(let path, let reason):
      return "at \(path): nothing can fulfil this: \(reason)"
    case .badPattern(let path, let offset, let reason):
      return "at \(path): \"pattern\", character \(offset + 1): \(reason)"
    case .missingSource(let path):
      return "at \(path): \"x-verbatim\" takes words from a note, and there is none"
    case .tooLarge(let count, let limit):
      return "the schema unfolds to \(count) places, but at most \(limit) are followed; lower its "
        + "\"maxLength\" and \"maxItems\""
    case .cannotBeSpelled:
      return "the model's vocabulary cannot spell a text of this schema; choose another model"
    }
  }
}
