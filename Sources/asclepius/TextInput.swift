internal import Foundation

/// A text that a command was given, and why one could not be read.
enum TextInput {
  /// Reads a UTF-8 text from a file, or from standard input for `-`.
  ///
  /// - Throws: `TextInputError`.
  static func read(_ path: String) throws -> String {
    let data: Data
    if path == "-" {
      data = FileHandle.standardInput.readDataToEndOfFile()
    } else {
      do {
        data = try Data(contentsOf: URL(filePath: path))
      } catch {
        throw TextInputError.unreadable(path: path, reason: describe(error))
      }
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw TextInputError.notUTF8(path: path, offset: firstInvalidByte(data))
    }
    return text
  }

  private static func firstInvalidByte(_ data: Data) -> Int {
    var decoder = UTF8()
    var bytes = data.makeIterator()
    var valid = 0
    while case .scalarValue(let scalar) = decoder.decode(&bytes) {
      valid += UTF8.width(scalar)
    }
    return valid
  }
}

enum TextInputError: Error, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case notUTF8(path: String, offset: Int)
  case empty(path: String)

  var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notUTF8(let path, let offset):
      "\(path): not UTF-8 text: the byte at offset \(offset) fits no character; "
        + "convert the file, for instance with iconv -f WINDOWS-1252 -t UTF-8"
    case .empty(let path): "\(path): the text is empty"
    }
  }
}
