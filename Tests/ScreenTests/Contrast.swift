import Screen

/// Contrast of two colours, from 1 (none) to 21 (black on white).
///
/// - Source: Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".
func contrast(_ first: UInt32, _ second: UInt32) -> Double {
  let luminances = [luminance(first), luminance(second)].sorted()
  return (luminances[1] + 0.05) / (luminances[0] + 0.05)
}

private func luminance(_ color: UInt32) -> Double {
  let channels = [16, 8, 0].map { shift -> Double in
    let value = Double(color >> UInt32(shift) & 0xFF) / 255
    guard value > 0.03928 else { return value / 12.92 }
    return power((value + 0.055) / 1.055)
  }
  return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
}

/// `base` to the power of 2.4, as the fifth root of its twelfth power, by Newton's method.
private func power(_ base: Double) -> Double {
  let target = (0..<12).reduce(1.0) { product, _ in product * base }
  var root = 1.0
  for _ in 0..<60 {
    let fourth = root * root * root * root
    root -= (root * fourth - target) / (5 * fourth)
  }
  return root
}

/// Kinds of terminal: true colour, 256, sixteen on xterm and on the Linux console, eight on both.
let shownKinds = 6

/// What each kind of terminal shows for a colour of a palette. With eight colours text is bright
/// where it is bold, but what is behind it never is.
func shownColors(_ color: PaletteColor, isBehind: Bool = false) -> [UInt32] {
  let name = color.named.rawValue
  let ofEight = isBehind ? name & 7 : name
  return [
    color.trueColor, tableColor(color.index), xtermColors[name], consoleColors[name],
    xtermColors[ofEight], consoleColors[ofEight],
  ]
}

/// - Source: xterm's 256colres.pl: sixteen by name, a cube of 6 x 6 x 6, 24 greys.
private func tableColor(_ index: UInt8) -> UInt32 {
  let number = Int(index)
  if number < 16 { return xtermColors[number] }
  if number >= 232 { return UInt32(8 + 10 * (number - 232)) * 0x010101 }
  let levels: [UInt32] = [0, 95, 135, 175, 215, 255]
  let place = number - 16
  return levels[place / 36] << 16 | levels[place / 6 % 6] << 8 | levels[place % 6]
}

/// - Source: xterm's defaults, XTerm-col.ad.
private let xtermColors: [UInt32] = [
  0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
  0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
]

/// - Source: drivers/tty/vt/vt.c, `default_red`, `default_grn`, `default_blu`.
private let consoleColors: [UInt32] = {
  let red: [UInt32] = [
    0, 0xAA, 0, 0xAA, 0, 0xAA, 0, 0xAA, 0x55, 0xFF, 0x55, 0xFF, 0x55, 0xFF, 0x55, 0xFF,
  ]
  let green: [UInt32] = [
    0, 0, 0xAA, 0x55, 0, 0, 0xAA, 0xAA, 0x55, 0x55, 0xFF, 0xFF, 0x55, 0x55, 0xFF, 0xFF,
  ]
  let blue: [UInt32] = [
    0, 0, 0, 0, 0xAA, 0xAA, 0xAA, 0xAA, 0x55, 0x55, 0x55, 0x55, 0xFF, 0xFF, 0xFF, 0xFF,
  ]
  return (0..<16).map { red[$0] << 16 | green[$0] << 8 | blue[$0] }
}()
