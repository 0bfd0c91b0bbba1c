internal import Clinical
internal import Foundation
internal import Workbench

/// The receipts in a file: one JSON object, or one a line.
struct ReceiptFile {
  let path: String
  let receipts: [Receipt]

  /// Reads a file, or standard input for `-`.
  ///
  /// - Throws: `TextInputError`, and `ReceiptError.notAReceipt` with the line.
  init(path: String) throws {
    self.path = path
    let text = try TextInput.read(path)
    if let whole = try? JSONDecoder().decode(Receipt.self, from: Data(text.utf8)) {
      receipts = [whole]
      return
    }
    var receipts: [Receipt] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      do {
        receipts.append(try JSONDecoder().decode(Receipt.self, from: Data(line.utf8)))
      } catch {
        throw ReceiptError.notAReceipt(path: path, line: index + 1, reason: Self.reason(error))
      }
    }
    guard !receipts.isEmpty else { throw TextInputError.empty(path: path) }
    self.receipts = receipts
  }

  /// What is wrong with a line, without any of its text.
  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" is not what it should be"
    default: "this is not a JSON object"
    }
  }
}

/// Why a receipt cannot be replayed, or was not written.
enum ReceiptError: Error, Equatable, CustomStringConvertible {
  case fileExists(path: String)
  case notAReceipt(path: String, line: Int, reason: String)
  case unfinished(AnswerState)
  case noNote
  case otherNote(expected: String, found: String)
  case noModelDigest
  case otherModel(name: String, expected: String, path: String, found: String)
  case otherAdapter(expected: String?, found: String?)
  case otherTemplate(name: String)

  var description: String {
    switch self {
    case .fileExists(let path):
      "\(path) is there already and is not overwritten; name a new file for the receipt"
    case .notAReceipt(let path, let line, let reason):
      "\(path), line \(line): no receipt: \(reason). `asclepius ask --write-receipt FILE` writes one"
    case .unfinished(let state):
      "the answer of this receipt never came to an end (\(state.rawValue)); there is nothing to replay"
    case .noNote: "the receipt does not say where its note lies; name it with --note FILE"
    case .otherNote(let expected, let found):
      "this is not the note of the receipt: its SHA-256 is \(Self.short(found)), the receipt says "
        + "\(Self.short(expected)); name the right one with --note FILE"
    case .noModelDigest: "the receipt does not say which file its model was; it cannot be verified"
    case .otherModel(let name, let expected, let path, let found):
      "\(path) is not the model of the receipt, \(name): its SHA-256 is \(Self.short(found)), the "
        + "receipt says \(Self.short(expected)); name the right one with --model"
    case .otherAdapter(let expected, let found):
      "the receipt was made with \(Self.adapter(expected)), and this is \(Self.adapter(found)); "
        + "name the right one with --adapter"
    case .otherTemplate(let name):
      "the template \(name) reads differently in this version of the program; the answer cannot be "
        + "made again"
    }
  }

  private static func short(_ digest: String) -> String { String(digest.prefix(16)) }

  private static func adapter(_ digest: String?) -> String {
    digest.map { "the adapter with the SHA-256 \(short($0))" } ?? "no adapter"
  }
}
