import CNcurses
import Screen

/// How many colours a terminal has, and how one of them is named to it.
enum ColorAbility: Hashable {
  /// Attributes alone.
  case none
  case eight
  case sixteen
  case indexed
  /// The table of 256 can be rewritten.
  case redefinable
  /// Colours are given as red, green and blue.
  case direct

  /// What the current terminal can do, by its description and by `COLORTERM`.
  ///
  /// Many terminals pass for one whose table can be rewritten and ignore the request; only one that
  /// names itself true colour is asked to.
  static func current(colorName: String) -> ColorAbility {
    guard has_colors() else { return .none }
    let count = curses_color_count()
    if count >= 1 << 24, tigetflag("RGB") > 0 { return .direct }
    if count >= 256 {
      let isTrueColor = colorName == "truecolor" || colorName == "24bit"
      return isTrueColor && can_change_color() ? .redefinable : .indexed
    }
    return count >= 16 ? .sixteen : count >= 8 ? .eight : .none
  }
}

/// Attributes and colour pair of a role, as ncurses takes them.
struct CellLook: Hashable {
  var attributes: attr_t
  var pair: Int32
}

/// The looks of a theme's roles on one terminal. Pairs are made when a role is first drawn.
struct Palette {
  /// A foreground and a background as the terminal counts them, -1 for its own.
  private struct Pair: Hashable {
    var foreground: Int32
    var background: Int32
  }

  private let theme: Theme
  private let ability: ColorAbility
  private let hasDefaultColors: Bool
  private var looks: [Role: CellLook] = [:]
  private var pairs: [Pair: Int32] = [:]
  /// What the numbers of the table were rewritten to.
  private var redefined: [Int32: UInt32] = [:]

  /// True once the terminal's table of colours is no longer its own.
  var hasRedefinedColors: Bool { !redefined.isEmpty }

  /// Makes the palette of `theme` for the current terminal.
  init(theme: Theme, ability: ColorAbility, hasDefaultColors: Bool) {
    self.theme = theme
    self.ability = ability
    self.hasDefaultColors = hasDefaultColors
  }

  /// How `role` is drawn.
  mutating func look(of role: Role) -> CellLook {
    if let look = looks[role] { return look }
    let look = makeLook(theme[role])
    looks[role] = look
    return look
  }

  private mutating func makeLook(_ style: Style) -> CellLook {
    var attributes = Self.attributes(style.attributes)
    guard ability != .none else { return CellLook(attributes: attributes, pair: 0) }
    // Eight colours have no bright ones: for text bold is what makes them so.
    if ability == .eight, let named = style.foreground?.named, named.rawValue >= 8 {
      attributes |= curses_attribute_bold()
    }
    let foreground = number(of: style.foreground, otherwise: NamedColor.white)
    let background = number(of: style.background, otherwise: NamedColor.black)
    return CellLook(
      attributes: attributes, pair: number(of: Pair(foreground: foreground, background: background))
    )
  }

  /// The terminal's number for a colour; a colour that is the terminal's own is -1 or, where that
  /// cannot be asked for, `otherwise`.
  private mutating func number(of color: PaletteColor?, otherwise: NamedColor) -> Int32 {
    guard let color else { return hasDefaultColors ? -1 : Int32(otherwise.rawValue) }
    switch ability {
    case .none: return -1
    case .eight: return Int32(color.named.rawValue & 7)
    case .sixteen: return Int32(color.named.rawValue)
    case .indexed: return Int32(color.index)
    case .redefinable:
      redefine(Int32(color.index), as: color.trueColor)
      return Int32(color.index)
    case .direct:
      // Direct terminals read the first eight numbers as colours by name.
      return color.trueColor < 8 ? 0 : Int32(color.trueColor)
    }
  }

  /// Gives a number of the table its exact colour. A terminal that ignores it shows the theme's own
  /// choice of 256; so does the second of two colours that share a number.
  private mutating func redefine(_ index: Int32, as color: UInt32) {
    guard index >= 16, redefined[index] == nil else { return }
    func share(_ shift: UInt32) -> Int32 { Int32((color >> shift & 0xFF) * 1000 / 255) }
    if init_extended_color(index, share(16), share(8), share(0)) == OK { redefined[index] = color }
  }

  /// The pair's number; 0, the terminal's own colours, where there are no more.
  private mutating func number(of pair: Pair) -> Int32 {
    if pair.foreground == -1, pair.background == -1 { return 0 }
    if let number = pairs[pair] { return number }
    let number = Int32(pairs.count) + 1
    guard number < curses_pair_count(),
      init_extended_pair(number, pair.foreground, pair.background) == OK
    else { return 0 }
    pairs[pair] = number
    return number
  }

  private static func attributes(_ attributes: TextAttributes) -> attr_t {
    var result: attr_t = 0
    if attributes.contains(.bold) { result |= curses_attribute_bold() }
    if attributes.contains(.dim) { result |= curses_attribute_dim() }
    if attributes.contains(.italic) { result |= curses_attribute_italic() }
    if attributes.contains(.underline) { result |= curses_attribute_underline() }
    if attributes.contains(.reverse) { result |= curses_attribute_reverse() }
    return result
  }
}
