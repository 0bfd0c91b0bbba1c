import TOMLKit

/// The text of a theme file, for the lines of errors.
struct ThemeSource {
  let text: String
  /// Name of the theme or path of its file.
  let place: String

  func table() throws(ThemeError) -> TOMLTable {
    do {
      return try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw ThemeError(
        theme: place, line: error.source.begin.line, reason: .syntax(error.description))
    } catch {
      throw ThemeError(theme: place, line: nil, reason: .syntax("\(error)"))
    }
  }

  func checkKeys(
    of table: TOMLTable, in section: String, allowed: [String]
  ) throws(ThemeError) {
    for key in table.keys where !allowed.contains(key) {
      throw error(.unknownKey(key, expected: allowed), key: key, in: section)
    }
  }

  func string(
    _ key: String, of table: TOMLTable, in section: String
  ) throws(ThemeError) -> String? {
    guard let value = table[key] else { return nil }
    guard let string = value.string, !string.isEmpty else {
      let reason = ThemeError.Reason.badValue(
        key: key, found: value.debugDescription, expected: "a name in quotes")
      throw error(reason, key: key, in: section)
    }
    return string
  }

  func subtable(_ key: String, of table: TOMLTable) throws(ThemeError) -> TOMLTable? {
    guard let value = table[key] else { return nil }
    guard let found = value.table else {
      let reason = ThemeError.Reason.badValue(
        key: key, found: value.debugDescription, expected: "[\(key)] and its keys below it")
      throw error(reason, key: key)
    }
    return found
  }

  func error(_ reason: ThemeError.Reason, key: String?, in section: String = "") -> ThemeError {
    ThemeError(theme: place, line: key.flatMap { line(of: $0, in: section) }, reason: reason)
  }

  /// The line of a key. The reader of TOML keeps none, but a theme has one key to a line.
  private func line(of key: String, in section: String) -> Int? {
    var current = ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let content = line.filter { $0 != " " && $0 != "\t" && $0 != "\r" && $0 != "\"" }
      if content.hasPrefix("[") {
        current = String(content.dropFirst().prefix { $0 != "]" })
        if section.isEmpty, current == key { return index + 1 }
        continue
      }
      let written = (current.isEmpty ? "" : current + ".") + content.prefix { $0 != "=" }
      let wanted = (section.isEmpty ? "" : section + ".") + key
      // What is wrong may stand deeper than the key that is known.
      if written == wanted || written.hasPrefix(wanted + ".") { return index + 1 }
    }
    return nil
  }
}
