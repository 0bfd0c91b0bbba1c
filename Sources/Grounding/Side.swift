/// A side of the body.
enum Side: String {
  case left, right, both

  init?(_ index: Int, in tokens: [Token]) {
    let token = tokens[index]
    switch token.text {
    case "left": self = .left
    case "right": self = .right
    case "bilateral", "bilaterally", "b/l", "bilat": self = .both
    case "l", "lt":
      guard token.isCapitals, index == 0 || tokens[index - 1].kind != .number else { return nil }
      self = .left
    case "r", "rt":
      guard token.isCapitals else { return nil }
      self = .right
    default: return nil
    }
    guard self != .both, index + 1 < tokens.count else { return }
    if token.text.utf8.count > 2, Self.notSides.contains(tokens[index + 1].text) { return nil }
    if index > 0,
      ["was", "is", "she", "he", "all", "be", "were", "and"].contains(tokens[index - 1].text),
      token.text == "left", Self.leavings.contains(tokens[index + 1].text)
    {
      return nil
    }
  }

  private static let notSides: Set<String> = [
    "away", "after", "now", "her", "him", "them", "without", "against", "hospital", "off", "over",
    "on", "alone", "out", "ama", "behind", "by", "hd", "before", "after",
  ]
  private static let leavings: Set<String> = ["with", "to", "in", "the", "at", "untreated"]

  var opposite: Side {
    switch self {
    case .left: .right
    case .right: .left
    case .both: .both
    }
  }
}
