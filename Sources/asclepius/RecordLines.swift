internal import Clinical
internal import Foundation

/// The rows of a JSON Lines file. A line that is no object is named on standard error and left out.
struct RecordLines {
  /// An object and the number of its line, from 1.
  struct Row {
    let line: Int
    let object: JSONObject

    /// The member `key`, which has to be a string.
    func string(_ key: String) throws(RecordError) -> String {
      switch object[key] {
      case .string(let text): return text
      case nil: throw RecordError(line: line, reason: .missing(key: key))
      case let value?:
        throw RecordError(
          line: line, reason: .wrongType(key: key, expected: "a string", found: value.kind))
      }
    }
  }

  let path: String
  private(set) var rows: [Row] = []
  /// Lines that hold no object.
  private(set) var strayLineCount = 0

  /// Reads a file, or standard input for `-`. Empty lines are passed over.
  ///
  /// - Throws: `TextInputError.unreadable`.
  init(path: String) throws {
    self.init(path: path, bytes: try Self.read(path))
  }

  /// The rows of `bytes`, which `path` holds.
  init(path: String, bytes: Data) {
    self.path = path
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.allSatisfy(Self.isBlank) {
      do throws(RecordError) {
        rows.append(try Self.row(line, index + 1))
      } catch {
        strayLineCount += 1
        leaveOut(error)
      }
    }
  }

  /// Says on standard error that a row is left out, and why.
  func leaveOut(_ error: RecordError) {
    leaveOut(error.description)
  }

  /// Says on standard error that a row is left out; `reason` names its line.
  func leaveOut(_ reason: String) {
    FileHandle.standardError.write(Data("asclepius: \(path): \(reason); left out\n".utf8))
  }

  /// The bytes of a file, or of standard input for `-`.
  ///
  /// - Throws: `TextInputError.unreadable`.
  static func read(_ path: String) throws -> Data {
    if path == "-" { return FileHandle.standardInput.readDataToEndOfFile() }
    do {
      return try Data(contentsOf: URL(filePath: path))
    } catch {
      throw TextInputError.unreadable(path: path, reason: describe(error))
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
  }

  private static func row(_ line: Data, _ number: Int) throws(RecordError) -> Row {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: line)
    } catch {
      throw RecordError(line: number, reason: .notJSON(error))
    }
    guard let object = value.object else {
      throw RecordError(line: number, reason: .notObject(found: value.kind))
    }
    return Row(line: number, object: object)
  }
}
