import Foundation
import Kernels
import Screen
import TOMLKit
import Workbench

/// What the person's configuration file says.
///
/// A fault in it is told and the rest still counts: a typing error should not keep anyone from
/// their work.
struct WorkbenchConfiguration: Equatable, Sendable {
  var theme: String?
  var model: String?
  var clipboard = WorkbenchState.Clipboard.off
  var link = WorkbenchOptions.Link.fast
  /// What is kept of keys and values; nil leaves it to the command line.
  var keyValueType: KeyValueType?
  var mouse = WorkbenchState.Switch.off
  var keyMap = KeyMap.standard
  /// What is wrong, in the order of the file.
  var problems: [Problem] = []

  /// A fault and where it is.
  struct Problem: Error, Equatable, CustomStringConvertible {
    /// From 1; nil where the line is not known.
    var line: Int?
    /// What is wrong and what would be right.
    var text: String

    var description: String { (line.map { "line \($0): " } ?? "") + text }
  }

  static let knownKeys = ["theme", "model", "clipboard", "slow_link", "mouse", "kv", "keys"]

  /// Where the file is looked for; nil where the environment names no home.
  static func path(environment: [String: String]) -> String? {
    let nonempty = { (key: String) in environment[key].flatMap { $0.isEmpty ? nil : $0 } }
    let folder = nonempty("XDG_CONFIG_HOME") ?? nonempty("HOME").map { $0 + "/.config" }
    return folder.map { $0 + "/asclepius/config.toml" }
  }

  /// Says nothing: everything is as the program comes.
  init() {}

  /// Reads a configuration from the text of its file.
  init(toml text: String) {
    let lines = ConfigurationLines(text)
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      problems = [Problem(line: error.source.begin.line, text: error.description)]
      return
    } catch {
      problems = [Problem(line: nil, text: "\(error)")]
      return
    }
    for key in table.keys {
      guard let value = table[key] else { continue }
      do throws(Problem) {
        try read(key, value, lines: lines)
      } catch {
        problems.append(error)
      }
    }
    problems.sort { ($0.line ?? 0) < ($1.line ?? 0) }
  }

  private mutating func read(
    _ key: String, _ value: any TOMLValueConvertible, lines: ConfigurationLines
  ) throws(Problem) {
    let line = lines.line(of: key, in: "")
    switch key {
    case "theme": theme = try Self.string(value, key, line)
    case "model": model = try Self.string(value, key, line)
    case "clipboard":
      let name = try Self.string(value, key, line)
      guard let found = WorkbenchState.Clipboard(rawValue: name) else {
        let known = WorkbenchState.Clipboard.allCases.map { "\"\($0.rawValue)\"" }
        throw Problem(
          line: line,
          text: "clipboard is \"\(name)\", but can be \(known.joined(separator: " or "))")
      }
      clipboard = found
    case "slow_link": link = try Self.truth(value, key, line) ? .slow : .fast
    case "mouse": mouse = try Self.truth(value, key, line) ? .on : .off
    case "kv":
      let name = try Self.string(value, key, line)
      guard let type = KeyValueType(rawValue: name) else {
        let known = KeyValueType.allCases.map { "\"\($0.rawValue)\"" }
        throw Problem(
          line: line, text: "kv is \"\(name)\", but can be \(known.joined(separator: " or "))")
      }
      keyValueType = type
    case "keys":
      guard let contexts = value.table else {
        throw Problem(line: line, text: "keys wants sections, such as [keys.note]")
      }
      for context in contexts.keys { readKeys(in: context, contexts[context], lines: lines) }
    default:
      throw Problem(
        line: line,
        text: "there is no key \(key); known are \(Self.knownKeys.joined(separator: " "))")
    }
  }

  private static func truth(
    _ value: any TOMLValueConvertible, _ key: String, _ line: Int?
  ) throws(Problem) -> Bool {
    guard let truth = value.bool else {
      throw Problem(
        line: line, text: "\(key) is \(value.debugDescription), but can be true or false")
    }
    return truth
  }

  private static func string(
    _ value: any TOMLValueConvertible, _ key: String, _ line: Int?
  ) throws(Problem) -> String {
    guard let text = value.string, !text.isEmpty else {
      throw Problem(
        line: line, text: "\(key) is \(value.debugDescription), but must be text in quotes")
    }
    return text
  }

  // MARK: Keys

  private mutating func readKeys(
    in name: String, _ value: (any TOMLValueConvertible)?, lines: ConfigurationLines
  ) {
    guard let context = KeyMap.Context(rawValue: name), let bindings = value?.table else {
      let known = KeyMap.Context.allCases.map(\.rawValue).joined(separator: " ")
      problems.append(
        Problem(
          line: lines.line(of: name, in: "keys"),
          text: "there is no place keys.\(name); known are \(known)"))
      return
    }
    for key in bindings.keys {
      do throws(Problem) {
        try bind(key, bindings[key], in: context, line: lines.line(of: key, in: "keys.\(name)"))
      } catch {
        problems.append(error)
      }
    }
  }

  private mutating func bind(
    _ name: String, _ value: (any TOMLValueConvertible)?, in context: KeyMap.Context, line: Int?
  ) throws(Problem) {
    let words = name.split(separator: " ").map(String.init)
    let keys = words.compactMap { WorkbenchScript.key(named: $0) }
    guard keys.count == words.count, !keys.isEmpty else {
      throw Problem(
        line: line,
        text: "there is no key \"\(name)\"; write x, ^x, alt-x, f5, enter, space or \"g q\"")
    }
    guard let action = value?.string else {
      throw Problem(line: line, text: "\"\(name)\" wants the name of an action in quotes")
    }
    if action == "none" {
      keyMap.bind(keys, to: nil, in: context)
      return
    }
    guard let known = Action(rawValue: action) else {
      let names = (["none"] + Action.allCases.map(\.rawValue)).joined(separator: " ")
      throw Problem(line: line, text: "there is no action \(action); known are \(names)")
    }
    keyMap.bind(keys, to: known, in: context)
  }
}

/// Finds the lines of keys, which the reader of TOML does not keep.
struct ConfigurationLines {
  /// Section and key that each line sets; nil where it sets none.
  private var places: [(section: String, key: String)?] = []

  init(_ text: String) {
    var section = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.trimmingCharacters(in: .whitespaces)
      if content.hasPrefix("[") {
        section = String(content.dropFirst().prefix { $0 != "]" }).filter { !" \"".contains($0) }
        let parts = section.split(separator: ".").map(String.init)
        places.append((parts.dropLast().joined(separator: "."), parts.last ?? ""))
      } else {
        places.append(Self.key(of: content).map { (section, $0) })
      }
    }
  }

  /// The key before the equals sign; one in quotes may hold one itself.
  private static func key(of line: String) -> String? {
    guard let first = line.first, first != "#" else { return nil }
    if first == "\"" || first == "'" {
      var isEscaped = false
      var key = ""
      for character in line.dropFirst() {
        if character == first, !isEscaped { return key }
        isEscaped = character == "\\" && !isEscaped && first == "\""
        if !isEscaped { key.append(character) }
      }
      return nil
    }
    guard let equals = line.firstIndex(of: "=") else { return nil }
    return line[..<equals].trimmingCharacters(in: .whitespaces)
  }

  /// The line of `key` in `section`, from 1.
  func line(of key: String, in section: String) -> Int? {
    let exact = places.firstIndex { $0?.section == section && $0?.key == key }
    if let exact { return exact + 1 }
    // A section that is only written with one of those below it: `keys` in `[keys.note]`.
    let whole = section.isEmpty ? key : section + "." + key
    return places.firstIndex { place in
      guard let place else { return false }
      let written = place.section.isEmpty ? place.key : place.section + "." + place.key
      return written == whole || written.hasPrefix(whole + ".")
    }.map { $0 + 1 }
  }
}

extension WorkbenchConfiguration {
  /// The configuration in the file at its usual place, or the one that the program comes with.
  static func read(
    environment: [String: String], contents: (String) -> Data?
  ) -> WorkbenchConfiguration {
    guard let path = path(environment: environment), let bytes = contents(path) else {
      return WorkbenchConfiguration()
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      var configuration = WorkbenchConfiguration()
      configuration.problems = [Problem(line: nil, text: "the file is not UTF-8")]
      return configuration
    }
    return WorkbenchConfiguration(toml: text)
  }

  /// One line for the person; nil where nothing is wrong.
  var complaint: String? {
    guard let first = problems.first else { return nil }
    let more = problems.count > 1 ? "  (and \(problems.count - 1) more)" : ""
    return "config.toml, \(first)\(more)"
  }
}
