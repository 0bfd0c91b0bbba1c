/// How often a dose is taken, and the ways notes write it.
enum Frequency {
  /// The frequencies of a text: token range and canonical name (`2/day`, `night`, `needed` ...).
  static func all(in tokens: [Token]) -> [(range: Range<Int>, name: String)] {
    var found: [(range: Range<Int>, name: String)] = []
    var index = 0
    while index < tokens.count {
      if let (count, name) = match(at: index, tokens) {
        found.append((index..<index + count, name))
        index += count
      } else {
        index += 1
      }
    }
    return found
  }

  private static func match(at index: Int, _ tokens: [Token]) -> (Int, String)? {
    let first = tokens[index].text
    let second = index + 1 < tokens.count ? tokens[index + 1].text : ""
    let third = index + 2 < tokens.count ? tokens[index + 2].text : ""
    if let name = phrases[first + " " + second + " " + third] { return (3, name) }
    if first == "q", let hours = Int(second), third == "h" || third == "hr" || third == "hourly" {
      return (3, name(everyHours: hours))
    }
    if first == "every", let value = Int(second) ?? NumberWords.value[second].map(Int.init),
      third == "hour" || third == "hours" || third == "h"
    {
      return (3, name(everyHours: value))
    }
    if let hours = Int(first), second == "hourly" { return (2, name(everyHours: hours)) }
    if let name = phrases[first + " " + second] { return (2, name) }
    guard let name = words[first] else { return nil }
    let needsCapitals = ["od", "on", "om", "pm", "am"].contains(first)
    if needsCapitals, !tokens[index].isCapitals { return nil }
    return (1, name)
  }

  private static func name(everyHours hours: Int) -> String {
    switch hours {
    case 24: "1/day"
    case 12: "2/day"
    case 8: "3/day"
    case 6: "4/day"
    default: "\(hours)h"
    }
  }

  private static let words: [String: String] = [
    "bid": "2/day", "bd": "2/day", "tid": "3/day", "tds": "3/day", "qid": "4/day", "qds": "4/day",
    "daily": "1/day", "qd": "1/day", "od": "1/day", "nightly": "night", "nocte": "night",
    "qhs": "night", "hs": "night", "on": "night", "bedtime": "night", "prn": "needed",
    "qam": "morning", "mane": "morning", "om": "morning", "weekly": "1/week", "qod": "2d",
    "monthly": "1/month",
  ]

  private static let phrases: [String: String] = [
    "twice a day": "2/day", "twice daily": "2/day", "two times daily": "2/day",
    "three times daily": "3/day", "three times a": "3/day", "thrice daily": "3/day",
    "four times daily": "4/day", "four times a": "4/day", "once daily": "1/day",
    "once a day": "1/day", "every day": "1/day", "each day": "1/day", "a day": "1/day",
    "at night": "night", "at bedtime": "night", "each night": "night", "every night": "night",
    "as needed": "needed", "as required": "needed", "if needed": "needed",
    "every morning": "morning", "in the morning": "morning", "each morning": "morning",
    "once weekly": "1/week", "once a week": "1/week", "a week": "1/week", "per day": "1/day",
    "every other day": "2d", "alternate days": "2d", "twice weekly": "2/week",
    "twice a week": "2/week", "/ day": "1/day", "/ d": "1/day", "twice per day": "2/day",
    "every week": "1/week", "each week": "1/week",
  ]
}
