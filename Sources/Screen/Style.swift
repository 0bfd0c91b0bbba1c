/// One of the sixteen colours that terminals have by name; the raw value is its number.
public enum NamedColor: Int, CaseIterable, Hashable, Sendable {
  case black, red, green, yellow, blue, magenta, cyan, white
  case brightBlack, brightRed, brightGreen, brightYellow
  case brightBlue, brightMagenta, brightCyan, brightWhite

  /// The name in a theme: `bright-red`.
  public var name: String {
    let names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    return rawValue < 8 ? names[rawValue] : "bright-" + names[rawValue - 8]
  }

  /// The colour of this name.
  init?(name: String) {
    guard let color = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = color
  }
}

/// A colour, said once for each kind of terminal.
public struct PaletteColor: Hashable, Sendable {
  /// Red, green and blue in one number, `0xRRGGBB`.
  public var trueColor: UInt32
  /// Number in the table of 256.
  public var index: UInt8
  /// The nearest of sixteen.
  public var named: NamedColor

  /// Makes a colour.
  public init(trueColor: UInt32, index: UInt8, named: NamedColor) {
    self.trueColor = trueColor
    self.index = index
    self.named = named
  }
}

/// What a terminal shows beside colour.
public struct TextAttributes: OptionSet, Hashable, Sendable {
  /// One bit for each attribute.
  public let rawValue: UInt8

  /// Makes a set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Strong, or bright on old terminals.
  public static let bold = TextAttributes(rawValue: 1)
  /// Faint; not every terminal shows it.
  public static let dim = TextAttributes(rawValue: 2)
  /// Slanted; not every terminal shows it.
  public static let italic = TextAttributes(rawValue: 4)
  /// With a line below.
  public static let underline = TextAttributes(rawValue: 8)
  /// Foreground and background exchanged.
  public static let reverse = TextAttributes(rawValue: 16)

  /// Names in a theme.
  static let named: [(name: String, attribute: TextAttributes)] = [
    ("bold", .bold), ("dim", .dim), ("italic", .italic), ("underline", .underline),
    ("reverse", .reverse),
  ]
}

/// How a role looks.
public struct Style: Hashable, Sendable {
  /// Colour of the text; nil is the terminal's own.
  public var foreground: PaletteColor?
  /// Colour behind the text; nil is the terminal's own.
  public var background: PaletteColor?
  /// What is shown beside colour.
  public var attributes: TextAttributes

  /// Makes a style.
  public init(
    foreground: PaletteColor? = nil, background: PaletteColor? = nil,
    attributes: TextAttributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}
