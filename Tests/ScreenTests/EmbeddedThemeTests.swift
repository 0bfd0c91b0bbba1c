import Testing

@testable import Screen

/// The themes that come with the program.
@Suite struct EmbeddedThemeTests {
  /// Roles that differ only in what state something is in. Each group has to be told apart.
  private static let states: [[Role]] = [
    [.border, .borderFocused],
    [.title, .titleFocused],
    [.tab, .tabActive],
    [.status, .statusProblem],
    [.notice, .warning, .error],
    [.text, .selection, .match, .uncertain],
    [.supportFound, .supportLooked, .supportNone],
    [.text, .heading],
    [.dim, .you, .model],
    [.hint, .banner],
  ]

  @Test func allOfThemAreThere() throws {
    #expect(
      ThemeLibrary.embeddedNames == [
        "system", "dark", "light", "contrast-dark", "contrast-light", "cvd-dark", "cvd-light",
        "mono", "console8",
      ])
    for name in ThemeLibrary.embeddedNames {
      #expect(try ThemeLibrary.embedded.theme(named: name).name == name)
    }
    #expect(try ThemeLibrary.embedded.theme(named: "system") == .system)
    #expect(try ThemeLibrary.embedded.theme(named: "mono") == .mono)
  }

  /// At every depth: what differs in true colour may be one and the same by name.
  @Test(arguments: ThemeLibrary.embeddedNames)
  func statesAreToldApart(name: String) throws {
    let theme = try ThemeLibrary.embedded.theme(named: name)
    for group in Self.states {
      for kind in 0..<shownKinds {
        let looks = group.map { role -> [UInt32] in
          let style = theme[role]
          let colors = [style.foreground, style.background].map { color in
            color.map { shownColors($0)[kind] } ?? .max
          }
          return colors + [UInt32(style.attributes.rawValue)]
        }
        #expect(Set(looks).count == group.count, "\(group), terminal kind \(kind)")
      }
    }
  }

  @Test func withoutColorStatesAreToldApartByWhatEveryTerminalHas() {
    for theme in [Theme.mono, .system] {
      for role in Role.allCases {
        #expect(theme[role].foreground == nil && theme[role].background == nil)
      }
      let everywhere: TextAttributes = [.bold, .underline, .reverse]
      for group in Self.states {
        let shown = Set(group.map { theme[$0].attributes.intersection(everywhere) })
        #expect(shown.count == group.count, "\(group)")
      }
    }
  }

  @Test(arguments: [
    "dark", "light", "contrast-dark", "contrast-light", "cvd-dark", "cvd-light", "console8",
  ])
  func textCanBeRead(name: String) throws {
    let theme = try ThemeLibrary.embedded.theme(named: name)
    for role in Role.allCases {
      let foreground = shownColors(try #require(theme[role].foreground, "\(role)"))
      let background = shownColors(
        try #require(theme[role].background, "\(role)"), isBehind: true)
      for (kind, pair) in zip(foreground, background).enumerated() {
        let ratio = contrast(pair.0, pair.1)
        let least = Self.leastContrast(of: role, in: name)
        #expect(ratio >= least, "\(role) of terminal kind \(kind): \(ratio)")
      }
    }
    #expect(theme.contrastFaults.isEmpty)
  }

  /// 7:1 for notes and answers and for the themes of high contrast, 4.5:1 for all other text, 3:1
  /// for lines.
  private static func leastContrast(of role: Role, in name: String) -> Double {
    switch role {
    case .border, .borderFocused: 3
    case .text, .heading, .you: 7
    default: name.hasPrefix("contrast") ? 7 : 4.5
    }
  }

  @Test func contrastIsThatOfTheGuidelines() {
    #expect(abs(contrast(0xFFFFFF, 0x000000) - 21) < 1e-9)
    // Values that the guidelines' authors and their readers quote.
    #expect(abs(contrast(0x767676, 0xFFFFFF) - 4.54) < 0.005)
    #expect(abs(contrast(0xFFFFFF, 0x0000FF) - 8.59) < 0.005)
    var source = SeededSource(seed: 3)
    for _ in 0..<200 {
      let first = UInt32.random(in: 0...0xFFFFFF, using: &source)
      let second = UInt32.random(in: 0...0xFFFFFF, using: &source)
      #expect(abs(Contrast.ratio(first, second) - contrast(first, second)) < 1e-9)
    }
  }
}
