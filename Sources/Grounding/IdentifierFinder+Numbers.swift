extension IdentifierFinder {
  // MARK: Dates and ages

  private static let months: Set<String> = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep",
    "sept", "oct", "nov", "dec",
  ]
  private static let beforeDates: Set<String> = [
    "on", "date", "dated", "since", "until", "till", "dob", "born", "birth", "doa", "dod",
    "admission", "admitted", "discharge", "discharged", "seen", "reviewed", "due", "appointment",
    "visit", "signed",
  ]

  /// Dates with a day or a month: `12/03/2024`, `2024-03-12`, `12 March`, `Mar 12th, 2024`, `3/14`.
  mutating func dates() {
    for index in tokens.indices {
      if isMonth(index) { monthDate(index) }
      guard isNumber(index, digits: 1...5), !touchesNumberMark(before: index) else { continue }
      numericDate(index)
    }
  }

  private func touchesNumberMark(before index: Int) -> Bool {
    index >= 2 && touches(index) && ["/", "-", "."].contains(text(index - 1))
      && isNumber(index - 2) && touches(index - 1)
  }

  private mutating func numericDate(_ index: Int) {
    let mark = text(index + 1)
    if scalars[tokens[index].range].contains(".") { return dottedDate(index) }
    guard ["/", "-", "."].contains(mark), touches(index + 1), isNumber(index + 2, digits: 1...4),
      touches(index + 2)
    else { return }
    guard text(index + 3) == mark, touches(index + 3), isNumber(index + 4, digits: 2...4),
      touches(index + 4)
    else { return dayAndMonth(index, mark) }
    guard let first = number(index), let second = number(index + 2),
      let third = number(index + 4)
    else { return }
    let isDayFirst = (1...31).contains(first) && (1...31).contains(second) && third <= 2100
    let isYearFirst = (1900...2100).contains(first) && (1...12).contains(second)
    guard isDayFirst || isYearFirst, min(first, second) <= 12 || isYearFirst else { return }
    add(.date, tokens: index...index + 4)
  }

  /// `12.03.2024`, which reads as a decimal number and another.
  private mutating func dottedDate(_ index: Int) {
    let parts = String(String.UnicodeScalarView(scalars[tokens[index].range]))
      .split(separator: ".").compactMap { Int($0) }
    guard parts.count == 2, (1...31).contains(parts[0]), (1...12).contains(parts[1]),
      text(index + 1) == ".", touches(index + 1), touches(index + 2),
      isNumber(index + 2, digits: 2...4)
    else { return }
    add(.date, tokens: index...index + 2)
  }

  /// `3/14` behind a word that a date follows; `3/52` and `4/5` are not dates.
  private mutating func dayAndMonth(_ index: Int, _ mark: String) {
    guard mark == "/", let first = number(index), let second = number(index + 2) else { return }
    let isPossible =
      (1...31).contains(first) && (1...31).contains(second) && min(first, second) <= 12
    guard isPossible, text(index + 3) != "/" || !touches(index + 3),
      !["52", "7"].contains(text(index + 2))
    else {
      return
    }
    var before = index - 1
    while before >= 0, [":", "(", "-"].contains(text(before)) { before -= 1 }
    guard Self.beforeDates.contains(text(before)) else { return }
    add(.date, tokens: index...index + 2)
  }

  private func isMonth(_ index: Int) -> Bool {
    Self.months.contains(text(index)) && isCapitalizedOrCapitals(index)
  }

  private func isCapitalizedOrCapitals(_ index: Int) -> Bool {
    scalars[tokens[index].range.lowerBound].properties.isUppercase
  }

  private func isYear(_ index: Int) -> Bool {
    number(index).map { (1900...2100).contains($0) } ?? false
  }

  private mutating func monthDate(_ index: Int) {
    var (low, high) = (index, index)
    // Before: "12", "12th", "12th of".
    var place = index - 1
    if ["of", "-", "/"].contains(text(place)) { place -= 1 }
    if ["st", "nd", "rd", "th"].contains(text(place)) { place -= 1 }
    if let day = number(place), (1...31).contains(day) { low = place }
    // Behind: "12", "12th", ", 2024".
    place = index + 1
    if [".", "-", "/"].contains(text(place)), isNumber(place + 1) { place += 1 }
    if low == index, let day = number(place), (1...31).contains(day) {
      high = place
      if ["st", "nd", "rd", "th"].contains(text(place + 1)) { high += 1 }
      place = high + 1
    }
    if [",", "-", "/", "'"].contains(text(place)) { place += 1 }
    if text(place) == "of" { place += 1 }
    if isYear(place) || (text(place - 1) == "'" && isNumber(place, digits: 2...2))
      || (low != index && ["-", "/"].contains(text(place - 1)) && isNumber(place, digits: 2...4))
    {
      high = place
    }
    let isAlone = low == index && high == index
    if isAlone {
      // A month alone is a date's part too, but "may" and "march" are verbs as well.
      let isVerb = ["may", "march", "mar", "sep", "dec", "jan"].contains(text(index))
      guard !isVerb,
        ["in", "since", "last", "until", "from", "early", "late", "mid", "of"].contains(
          text(index - 1))
      else { return }
    }
    add(.date, tokens: low...high)
  }

  /// Ages of 90 and more.
  mutating func ages() {
    for index in tokens.indices {
      guard let value = number(index), (90...125).contains(value) else { continue }
      var next = index + 1
      while ["-", "–", "\u{2011}"].contains(text(next)) { next += 1 }
      let isFollowed =
        ["year", "years", "yo", "y/o", "yr", "yrs", "y"].contains(text(next))
        || (["m", "f"].contains(text(next)) && touches(index + 1) && tokens[next].isCapitals)
      let isPreceded =
        ["aged", "age"].contains(text(index - 1))
        || (text(index - 1) == ":" && ["age", "aged"].contains(text(index - 2)))
      if isFollowed || isPreceded { add(.age, tokens: index...index) }
    }
  }

  // MARK: Telephones

  private static let phoneWords: Set<String> = [
    "phone", "tel", "telephone", "call", "cell", "mobile", "mob", "contact", "pager", "bleep", "ph",
    "ext", "extension", "fax", "facsimile", "number", "ring", "reach", "at", "home", "work", "on",
  ]

  /// Runs of digits, blanks, points, hyphens and brackets with seven to fifteen digits.
  mutating func phones() {
    var index = 0
    while index < tokens.count {
      guard isNumber(index) || ["+", "("].contains(text(index)) else {
        index += 1
        continue
      }
      let end = runEnd(from: index)
      if end > index { phone(index, end) }
      index = max(end, index + 1)
    }
  }

  /// Behind the last token of a run that may be a telephone number.
  private func runEnd(from index: Int) -> Int {
    var end = index
    var lastNumber = index
    while end < tokens.count {
      if isNumber(end) {
        // Another number after a wide gap or another word is another number.
        if end > index, tokens[end].range.lowerBound - tokens[end - 1].range.upperBound > 1 {
          break
        }
        lastNumber = end
      } else if !["+", "(", ")", "-", ".", "\u{2010}", "\u{2011}", "–"].contains(text(end)) {
        break
      } else if end > index,
        tokens[end].range.lowerBound - tokens[end - 1].range.upperBound > 1
          || (["-", "–"].contains(text(end)) && !touches(end) && !touches(end + 1))
      {
        break
      }
      end += 1
    }
    return lastNumber + 1
  }

  private mutating func phone(_ start: Int, _ end: Int) {
    let range = tokens[start].range.lowerBound..<tokens[end - 1].range.upperBound
    let digits = scalars[range].count { $0.isDigit }
    let groups = (start..<end).filter { isNumber($0) }.map { tokens[$0].range.count }
    let word = nearWord(before: start)
    if groups == [3, 2, 4], digits == 9 { return add(.socialSecurity, scalars: range) }
    let isShaped =
      (10...15).contains(digits) && groups.count >= 2
      && groups.allSatisfy { $0 >= 2 || digits > 10 }
      && (groups.contains { $0 >= 3 })
      || (text(start) == "+" && digits >= 8)
      || (digits == 11 && groups.count == 1 && scalars[range.lowerBound] == "0")
    let isNamed =
      (7...15).contains(digits) && Self.phoneWords.contains(word) && groups.max() ?? 0 >= 3
      && (groups.count >= 2 || digits >= 10)
    let isShort = groups == [3, 4] && text(start + 1) == "-"
    guard isShaped || isNamed || isShort else { return }
    add(word == "fax" || word == "facsimile" ? .fax : .phone, scalars: range)
    if ["ext", "x", "extension"].contains(text(end)) {
      let place = text(end + 1) == "." ? end + 2 : end + 1
      if isNumber(place) { add(.phone, tokens: end...place) }
    }
  }

  private func nearWord(before index: Int) -> String {
    var place = index - 1
    while place >= 0, [":", ".", "#", "(", "no", "number", "-", "is", "at"].contains(text(place)),
      index - place < 5
    {
      place -= 1
    }
    return text(place)
  }
}
