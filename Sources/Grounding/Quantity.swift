/// A number of a text with the unit that stands beside it.
struct Quantity: Sendable {
  /// Index of the number among the tokens.
  var token: Int
  var value: Double
  var unit: Unit?
  /// Whether a word wrote it, as in "three reasons".
  var isWord: Bool
  /// Behind the last token of the number and its unit.
  var end: Int
}

/// A unit reduced to a dimension and a factor.
struct Unit: Sendable, Equatable {
  /// What it measures: `mass`, `time`, `month`, `day`, `mass/kg` ...
  var dimension: String
  /// How many base units it is.
  var factor: Double

  init(_ dimension: String, _ factor: Double = 1) {
    self.dimension = dimension
    self.factor = factor
  }

  static let named: [String: Unit] = {
    var table: [String: Unit] = [
      "kg": Unit("mass", 1000), "g": Unit("mass", 1), "gm": Unit("mass", 1),
      "gram": Unit("mass", 1), "grams": Unit("mass", 1), "mg": Unit("mass", 1e-3),
      "milligram": Unit("mass", 1e-3), "milligrams": Unit("mass", 1e-3),
      "mcg": Unit("mass", 1e-6), "ug": Unit("mass", 1e-6), "µg": Unit("mass", 1e-6),
      "μg": Unit("mass", 1e-6), "microgram": Unit("mass", 1e-6),
      "micrograms": Unit("mass", 1e-6), "ng": Unit("mass", 1e-9), "pg": Unit("mass", 1e-12),
      "ml": Unit("volume", 1), "mls": Unit("volume", 1), "cc": Unit("volume", 1),
      "l": Unit("volume", 1000), "litre": Unit("volume", 1000), "litres": Unit("volume", 1000),
      "liter": Unit("volume", 1000), "liters": Unit("volume", 1000), "dl": Unit("volume", 100),
      "mm": Unit("length", 1), "cm": Unit("length", 10),
      "second": Unit("time", 1 / 3600), "seconds": Unit("time", 1 / 3600),
      "sec": Unit("time", 1 / 3600), "secs": Unit("time", 1 / 3600),
      "minute": Unit("time", 1 / 60), "minutes": Unit("time", 1 / 60),
      "min": Unit("time", 1 / 60), "mins": Unit("time", 1 / 60),
      "h": Unit("time", 1), "hr": Unit("time", 1), "hrs": Unit("time", 1),
      "hour": Unit("time", 1), "hours": Unit("time", 1), "d": Unit("time", 24),
      "day": Unit("time", 24), "days": Unit("time", 24), "wk": Unit("time", 168),
      "wks": Unit("time", 168), "week": Unit("time", 168), "weeks": Unit("time", 168),
      "mo": Unit("month", 1), "mos": Unit("month", 1), "mth": Unit("month", 1),
      "mths": Unit("month", 1), "month": Unit("month", 1), "months": Unit("month", 1),
      "y": Unit("month", 12), "yr": Unit("month", 12), "yrs": Unit("month", 12),
      "year": Unit("month", 12), "years": Unit("month", 12), "yo": Unit("month", 12),
      "%": Unit("percent"), "percent": Unit("percent"), "unit": Unit("units"),
      "units": Unit("units"), "iu": Unit("units"), "mmol": Unit("amount", 1e-3),
      "umol": Unit("amount", 1e-6), "µmol": Unit("amount", 1e-6), "μmol": Unit("amount", 1e-6),
      "micromol": Unit("amount", 1e-6), "nmol": Unit("amount", 1e-9), "meq": Unit("meq"),
      "mmhg": Unit("mmhg"), "bpm": Unit("bpm"), "fr": Unit("fr"), "kpa": Unit("kpa"),
      "tab": Unit("tablet"), "tabs": Unit("tablet"), "tablet": Unit("tablet"),
      "tablets": Unit("tablet"), "puff": Unit("puff"), "puffs": Unit("puff"),
    ]
    for word in ["wk", "mo"] { table[word + "s"] = table[word] }
    return table
  }()

  /// Words before a number that make it a day of a course, and so no span of time.
  static let dayWords: Set<String> = ["day", "days", "d", "pod", "hd", "dol", "postop", "pd"]
}

extension Quantity {
  /// The numbers of a text with their units.
  static func all(in tokens: [Token]) -> [Quantity] {
    var found: [Quantity] = []
    for (index, token) in tokens.enumerated() {
      guard let value = token.value else { continue }
      if let span = slashSpan(index, tokens) {
        found.append(span)
        continue
      }
      let (unit, end) = Self.unit(of: index, in: tokens)
      found.append(
        Quantity(token: index, value: value, unit: unit, isWord: token.kind == .word, end: end))
    }
    return found
  }

  /// `3/52`, `2/7` and `6/12`: weeks, days and months in British notes.
  private static func slashSpan(_ index: Int, _ tokens: [Token]) -> Quantity? {
    guard index + 2 < tokens.count, tokens[index + 1].text == "/", let value = tokens[index].value,
      tokens[index].kind == .number, value < 32
    else { return nil }
    let unit: Unit? =
      switch tokens[index + 2].text {
      case "7": Unit("time", 24)
      case "52": Unit("time", 168)
      case "12": Unit("month", 1)
      default: nil
      }
    guard let unit else { return nil }
    return Quantity(token: index, value: value, unit: unit, isWord: false, end: index + 3)
  }

  /// The unit of a number, and where number and unit end.
  private static func unit(of index: Int, in tokens: [Token]) -> (Unit?, Int) {
    if index > 0, Unit.dayWords.contains(tokens[index - 1].text) {
      if tokens[index - 1].range.upperBound + 1 >= tokens[index].range.lowerBound {
        return (Unit("day"), index + 1)
      }
    }
    var next = index + 1
    if next < tokens.count, tokens[next].text == "-" || tokens[next].text == "–" {
      // "5-day", or the low end of "2-3 weeks", which bears the unit of the high end.
      next += 1
      if next + 1 < tokens.count, tokens[next].value != nil { next += 1 }
    } else if next + 2 < tokens.count, ["to", "or"].contains(tokens[next].text),
      tokens[next + 1].value != nil
    {
      next += 2
    }
    guard next < tokens.count, let unit = Unit.named[tokens[next].text] else {
      return (nil, index + 1)
    }
    // A "d" or "l" that stands apart in capitals is a name, not a unit.
    if tokens[next].isCapitals, tokens[next].text == "d" { return (nil, index + 1) }
    guard next + 2 < tokens.count, tokens[next + 1].text == "/",
      let per = Unit.named[tokens[next + 2].text]
    else { return (unit, next + 1) }
    if per.dimension == "time" || per.dimension == "month" { return (unit, next + 3) }
    if per.dimension == "volume" {
      return (Unit(unit.dimension + "/volume", unit.factor / per.factor), next + 3)
    }
    return (Unit(unit.dimension + "/" + per.dimension, unit.factor), next + 3)
  }

  /// Whether two quantities say the same; a missing unit agrees with any.
  func agrees(with other: Quantity) -> Bool {
    guard let unit, let otherUnit = other.unit, unit.dimension != "day",
      otherUnit.dimension != "day"
    else { return Self.close(value, other.value) }
    if unit.dimension != otherUnit.dimension {
      return Self.close(value, other.value) && Self.isShortForm(unit, otherUnit)
    }
    return Self.close(value * unit.factor, other.value * otherUnit.factor)
  }

  /// Whether one unit only leaves out what the other divides by, as `mg` for `mg/kg`.
  private static func isShortForm(_ left: Unit, _ right: Unit) -> Bool {
    let (a, b) = (left.dimension, right.dimension)
    guard a.hasPrefix(b + "/") || b.hasPrefix(a + "/") else { return false }
    return a.contains("volume") || b.contains("volume") || left.factor == right.factor
  }

  static func close(_ left: Double, _ right: Double) -> Bool {
    abs(left - right) <= 1e-6 * max(abs(left), abs(right))
  }
}
