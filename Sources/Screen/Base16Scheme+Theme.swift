extension Base16Scheme {
  /// The text of a theme in these colours.
  ///
  /// True colours are the scheme's own: for each use the first of its candidates that can be read
  /// on the background, or the one that can best where none can. The colours of the other depths
  /// are the nearest ones that can be read there.
  public var themeTOML: String {
    let background = palette(for: colors[0])
    var lines = [
      "# Made from the base16 scheme \"\(name)\"" + (author.isEmpty ? "." : " by \(author)."),
      "name = \"\(fileName)\"",
      "inherits = \"dark\"",
      "",
      "[palette]",
      line("base", background),
    ]
    let panel = panelColor(on: background)
    lines.append(line("panel", panel))
    for use in Self.uses {
      lines.append(
        line(use.name, color(for: use, on: [background] + (use.isOnPanel ? [panel] : []))))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What a colour of the theme is for.
  private struct Use {
    var name: String
    /// Indices in the scheme, the one that is meant for it first.
    var candidates: [Int]
    var least: Double
    /// True where it also stands on the panel.
    var isOnPanel = false
    /// True where it is a background for text of the background's colour.
    var isBehind = false
  }

  /// Comments' grey, `base03`, is too weak for text in nearly all schemes: it is for lines alone.
  private static let uses: [Use] = [
    Use(name: "text", candidates: [5, 6, 7], least: 7, isOnPanel: true),
    Use(name: "dim", candidates: [4, 5, 6], least: 4.5),
    Use(name: "line", candidates: [3, 4, 5], least: 3),
    Use(name: "heading", candidates: [7, 6, 5], least: 7),
    Use(
      name: "focus", candidates: [0xD, 0xC, 0xE, 5], least: 4.5, isOnPanel: true, isBehind: true),
    Use(name: "good", candidates: [0xB, 0xC, 5], least: 4.5),
    Use(name: "warn", candidates: [0xA, 9, 0xF, 5], least: 4.5),
    Use(name: "warn-back", candidates: [0xA, 9, 5], least: 4.5, isBehind: true),
    Use(name: "bad", candidates: [8, 0xF, 9, 5], least: 4.5, isBehind: true),
    Use(name: "looked", candidates: [0xE, 0xD, 5], least: 4.5),
  ]

  private func line(_ name: String, _ color: PaletteColor) -> String {
    let hex = String(color.trueColor, radix: 16)
    let digits = String(repeating: "0", count: 6 - hex.count) + hex
    return "\(name) = [\"#\(digits)\", \(color.index), \"\(color.named.name)\"]"
  }

  /// The background: nearest colours, black or white by name.
  private func palette(for background: UInt32) -> PaletteColor {
    let isDark = Contrast.ratio(background, 0xFFFFFF) > Contrast.ratio(background, 0)
    return PaletteColor(
      trueColor: background, index: Self.nearestIndex(to: background) { _ in true },
      named: isDark ? .black : .brightWhite)
  }

  /// The lighter background, or the background again where the text cannot be read on it.
  private func panelColor(on background: PaletteColor) -> PaletteColor {
    let canBeRead = [5, 6, 7].contains { Contrast.ratio(colors[$0], colors[1]) >= 7 }
    guard canBeRead else { return background }
    var panel = palette(for: colors[1])
    panel.named = background.named
    return panel
  }

  private func color(for use: Use, on backgrounds: [PaletteColor]) -> PaletteColor {
    func ratio(_ color: UInt32) -> Double {
      backgrounds.map { Contrast.ratio(color, $0.trueColor) }.min() ?? 1
    }
    let candidates = use.candidates.map { colors[$0] }
    let chosen =
      candidates.first { ratio($0) >= use.least } ?? candidates.max { ratio($0) < ratio($1) } ?? 0
    let index = Self.nearestIndex(to: chosen) { index in
      backgrounds.allSatisfy {
        Contrast.ratio(TerminalColors.table(index), TerminalColors.table($0.index)) >= use.least
      }
    }
    return PaletteColor(
      trueColor: chosen, index: index, named: Self.name(for: chosen, use, on: backgrounds))
  }

  /// The colour by name that is nearest among those that can be read with sixteen and with eight.
  private static func name(
    for color: UInt32, _ use: Use, on backgrounds: [PaletteColor]
  ) -> NamedColor {
    let readable = NamedColor.allCases.filter { name in
      backgrounds.allSatisfy { background in
        let shown = PaletteColor(trueColor: 0, index: 0, named: name)
        // Behind text a bright colour shows as a plain one where there are eight.
        let ways =
          use.isBehind
          ? [(shown, background), (background, shown)] : [(shown, background)]
        return ways.allSatisfy { foreground, behind in
          [.sixteen, .eight].allSatisfy {
            Contrast.ratio(of: foreground, on: behind, at: $0) >= use.least
          }
        }
      }
    }
    let isDark = backgrounds.first?.named == .black
    return readable.min { first, second in
      distance(color, TerminalColors.named[0][first.rawValue])
        < distance(color, TerminalColors.named[0][second.rawValue])
    } ?? (isDark ? .brightWhite : .black)
  }

  /// The number of 16 to 255 that is nearest to `color` among those that `isReadable` allows.
  private static func nearestIndex(to color: UInt32, isReadable: (UInt8) -> Bool) -> UInt8 {
    let all = (16...255).map { UInt8($0) }
    let readable = all.filter(isReadable)
    return (readable.isEmpty ? all : readable).min { first, second in
      distance(color, TerminalColors.table(first)) < distance(color, TerminalColors.table(second))
    } ?? 16
  }

  /// How different two colours look: the square of the distance, weighted by how the eye sees red.
  ///
  /// - Source: T. Riemersma, "Colour metric", compuphase.com (the "redmean" approximation).
  private static func distance(_ first: UInt32, _ second: UInt32) -> Int {
    func part(_ color: UInt32, _ shift: UInt32) -> Int { Int(color >> shift & 0xFF) }
    let red = part(first, 16) - part(second, 16)
    let green = part(first, 8) - part(second, 8)
    let blue = part(first, 0) - part(second, 0)
    let mean = (part(first, 16) + part(second, 16)) / 2
    return ((512 + mean) * red * red) >> 8 + 4 * green * green + ((767 - mean) * blue * blue) >> 8
  }
}
