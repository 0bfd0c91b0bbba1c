/// A role of a theme that cannot be read well enough.
public struct ContrastFault: Hashable, Sendable {
  /// What is shown so.
  public var role: Role
  /// On which terminals.
  public var depth: ColorDepth
  /// What it has.
  public var ratio: Double
  /// What it should have at least.
  public var least: Double
}

extension ContrastFault: CustomStringConvertible {
  /// `dim: 3.1 of 4.5 with 256 colors`.
  public var description: String {
    let tenths = Int((ratio * 10).rounded(.down))
    let wanted = Int(least * 10)
    return "\(role.rawValue): \(tenths / 10).\(tenths % 10) of \(wanted / 10).\(wanted % 10)"
      + " with \(depth.name)"
  }
}

extension Role {
  /// The contrast that it needs: 7 for notes and answers, 4.5 for all other text, 3 for lines.
  ///
  /// - Source: Web Content Accessibility Guidelines 2.2, 1.4.3, 1.4.6 and 1.4.11.
  public var leastContrast: Double {
    switch self {
    case .border, .borderFocused: 3
    case .text, .heading, .you: 7
    default: 4.5
    }
  }
}

extension Theme {
  /// Where its contrast is too small. What is shown in the terminal's own colours is left out: only
  /// the terminal knows them.
  public var contrastFaults: [ContrastFault] {
    Role.allCases.flatMap { role -> [ContrastFault] in
      let style = self[role]
      guard let foreground = style.foreground, let background = style.background else { return [] }
      return ColorDepth.allCases.compactMap { depth in
        let ratio = Contrast.ratio(of: foreground, on: background, at: depth)
        guard ratio < role.leastContrast else { return nil }
        return ContrastFault(role: role, depth: depth, ratio: ratio, least: role.leastContrast)
      }
    }
  }
}
