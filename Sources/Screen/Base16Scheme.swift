import Yams

/// A scheme of sixteen colours, as hundreds of them are shared: `base00` to `base07` from background
/// to brightest text, `base08` to `base0F` the accents.
///
/// Read are the older form, with the colours at the top and `scheme:` as the name, and the newer one,
/// with `palette:` and `name:`.
///
/// - Source: the styling guidelines of tinted-theming/home.
public struct Base16Scheme: Hashable, Sendable {
  /// What it is called.
  public var name: String
  /// Who made it; empty where that is not said.
  public var author: String
  /// Sixteen colours, `0xRRGGBB`.
  public var colors: [UInt32]

  private static let largestByteCount = 1 << 16

  /// Reads a scheme from its file's text; `place` is for errors.
  ///
  /// - Throws: `ThemeError` with the line at fault.
  public init(yaml text: String, from place: String) throws(ThemeError) {
    guard text.utf8.count <= Self.largestByteCount else {
      throw ThemeError(theme: place, line: nil, reason: .noScheme("it is longer than any scheme"))
    }
    let root: Node.Mapping
    do {
      guard let mapping = try Yams.compose(yaml: text)?.mapping else {
        throw ThemeError(
          theme: place, line: 1, reason: .noScheme("it is no list of keys and values"))
      }
      root = mapping
    } catch let error as ThemeError {
      throw error
    } catch {
      throw ThemeError(theme: place, line: Self.line(of: error), reason: .noScheme("no YAML"))
    }
    let table = root["palette"]?.mapping ?? root
    colors = []
    for index in 0..<16 {
      let digit = String(index, radix: 16, uppercase: true)
      let key = "base0\(digit)"
      guard let node = table[Node(key)] ?? table[Node(key.lowercased())] else {
        throw ThemeError(theme: place, line: nil, reason: .missing(key: key))
      }
      guard let color = Self.color(node.scalar?.string ?? "") else {
        throw ThemeError(
          theme: place, line: node.mark?.line,
          reason: .badValue(
            key: key, found: node.scalar.map { "\"\($0.string)\"" } ?? "no text",
            expected: "a color as in \"#e69f00\""))
      }
      colors.append(color)
    }
    let names = [root["name"], root["scheme"]].compactMap { $0?.scalar?.string }
    guard let name = names.first(where: { !$0.isEmpty }) else {
      throw ThemeError(theme: place, line: nil, reason: .missing(key: "name"))
    }
    self.name = DisplayText.sanitize(name)
    author = DisplayText.sanitize(root["author"]?.scalar?.string ?? "")
  }

  private static func color(_ text: String) -> UInt32? {
    let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
    guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit) else { return nil }
    return UInt32(digits, radix: 16)
  }

  private static func line(of error: any Error) -> Int? {
    switch error {
    case YamlError.scanner(_, _, let mark, _), YamlError.parser(_, _, let mark, _),
      YamlError.composer(_, _, let mark, _):
      mark.line
    case YamlError.duplicatedKeysInMapping(_, let context): context.mark.line
    default: nil
    }
  }

  /// The name as a file can have it: small letters, digits and hyphens.
  public var fileName: String {
    let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.isEmpty ? "base16" : words.joined(separator: "-")
  }
}
