import Glibc

/// How many colours a terminal shows.
public enum ColorDepth: CaseIterable, Hashable, Sendable {
  /// Red, green and blue.
  case trueColor
  /// The table of 256.
  case indexed
  case sixteen
  /// Bright colours only as bold text, never behind it.
  case eight

  /// The name for a person.
  public var name: String {
    switch self {
    case .trueColor: "true color"
    case .indexed: "256 colors"
    case .sixteen: "16 colors"
    case .eight: "8 colors"
    }
  }
}

/// How well a text can be read on what is behind it.
///
/// - Source: Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".
public enum Contrast {
  /// From 1, the same colour, to 21, black on white. Colours are `0xRRGGBB`.
  public static func ratio(_ first: UInt32, _ second: UInt32) -> Double {
    let (a, b) = (luminance(of: first), luminance(of: second))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  /// From 0, black, to 1, white.
  public static func luminance(of color: UInt32) -> Double {
    func linear(_ shift: UInt32) -> Double {
      let value = Double(color >> shift & 0xFF) / 255
      return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
  }

  /// The least ratio that a terminal of `depth` shows for a text: named colours look different on
  /// different terminals, of which xterm and the Linux console are the two that are counted.
  static func ratio(
    of foreground: PaletteColor, on background: PaletteColor, at depth: ColorDepth
  ) -> Double {
    switch depth {
    case .trueColor: ratio(foreground.trueColor, background.trueColor)
    case .indexed:
      ratio(TerminalColors.table(foreground.index), TerminalColors.table(background.index))
    case .sixteen: named(foreground.named, background.named)
    case .eight: named(foreground.named, background.named.plain)
    }
  }

  private static func named(_ foreground: NamedColor, _ background: NamedColor) -> Double {
    TerminalColors.named.map { ratio($0[foreground.rawValue], $0[background.rawValue]) }.min() ?? 1
  }
}

/// What terminals show for the colours that they number.
enum TerminalColors {
  /// The sixteen by name, on xterm and on the Linux console.
  ///
  /// - Source: XTerm-col.ad; the kernel's `default_red`, `default_grn` and `default_blu`.
  static let named: [[UInt32]] = [
    [
      0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
      0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
    ],
    [
      0x000000, 0xAA0000, 0x00AA00, 0xAA5500, 0x0000AA, 0xAA00AA, 0x00AAAA, 0xAAAAAA,
      0x555555, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5555FF, 0xFF55FF, 0x55FFFF, 0xFFFFFF,
    ],
  ]

  /// The table of 256.
  ///
  /// - Source: xterm's 256colres.pl: sixteen by name, a cube of 6 x 6 x 6, 24 greys.
  static func table(_ index: UInt8) -> UInt32 {
    let number = Int(index)
    if number < 16 { return named[0][number] }
    if number >= 232 { return UInt32(8 + 10 * (number - 232)) * 0x010101 }
    let levels: [UInt32] = [0, 95, 135, 175, 215, 255]
    let place = number - 16
    return levels[place / 36] << 16 | levels[place / 6 % 6] << 8 | levels[place % 6]
  }
}

extension NamedColor {
  /// The one of the first eight that it is a bright form of.
  var plain: NamedColor { NamedColor(rawValue: rawValue & 7) ?? self }
}
