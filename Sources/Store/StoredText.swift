import Foundation
import GRDB

// Texts travel as bytes, with a CAST to TEXT in the statement: a bound String would end at its first
// zero byte, and both notes and models' answers can hold one.

extension String {
  /// The text for a statement that says `CAST(? AS TEXT)`.
  var stored: Data { Data(utf8) }
}

extension Row {
  /// The text of a column that the statement gives as `CAST(... AS BLOB)`.
  func text(_ column: String) -> String {
    String(decoding: self[column] as Data, as: UTF8.self)
  }
}
