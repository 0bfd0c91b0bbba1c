extension NoteIndex {
  /// The problems that the note lists, in its order: `name`, and `kind`: `diagnosis` or `history`.
  public var problems: [NoteMention] {
    var seen: Set<String> = []
    return sentences.indices.flatMap { index -> [NoteMention] in
      let (context, start) = context(ofSentence: index)
      let end = sentenceTokens[index].upperBound
      guard context == .problems || context == .history, !sentences[index].isHeading, start < end
      else { return [] }
      return segments(start..<end, at: [",", ";", "\n", ".", "+"]).compactMap { segment in
        guard let name = problemName(segment), seen.insert(words(span(name)).lowercased()).inserted
        else { return nil }
        let kind = context == .problems ? "diagnosis" : "history"
        return NoteMention(parts: [
          NoteMention.Part(name: "name", options: [option(span(name))]),
          NoteMention.Part(name: "kind", options: [NoteMention.Option(value: kind)]),
        ])
      }
    }
  }

  /// The words of a stretch that name a problem: without list marks, and up to a bracket.
  private func problemName(_ segment: Range<Int>) -> Range<Int>? {
    var (start, end) = (segment.lowerBound, segment.upperBound)
    while start < end, tokens[start].kind == .mark || isListNumber(start, end) { start += 1 }
    if let bracket = (start..<end).first(where: { tokens[$0].text == "(" }) { end = bracket }
    while end > start, tokens[end - 1].kind == .mark { end -= 1 }
    let words = (start..<end).filter { tokens[$0].kind == .word }
    guard (1...10).contains(words.count), let first = words.first else { return nil }
    let isNone = ["no", "none", "nil", "not", "nkda", "denies", "never"]
      .contains(tokens[first].text)
    return isNone || isNegated[first] ? nil : start..<end
  }

  private func isListNumber(_ place: Int, _ end: Int) -> Bool {
    tokens[place].kind == .number && place + 1 < end
      && [".", ")"].contains(tokens[place + 1].text)
  }

  /// The measured values of the note, in its order: `name`, `value`, and `unit` where it stands.
  public var values: [NoteMention] {
    var found: [NoteMention] = []
    var index = 0
    while index < tokens.count {
      guard let name = measureName(at: index) else {
        index += 1
        continue
      }
      index = name.upperBound
      var place = index
      while place < tokens.count, place < index + 3, Self.fillers.contains(tokens[place].text) {
        place += 1
      }
      guard let value = value(at: place, of: name) else { continue }
      found.append(measure(name, value))
      // "Na 118 -> 123": the same measure again.
      var next = value.end
      while next + 1 < tokens.count,
        tokens[next].text == ">" || tokens[next].text == "→"
          || tokens[next].text == "-" && tokens[next + 1].text == ">"
      {
        next += tokens[next].text == "-" ? 2 : 1
        guard let later = self.value(at: next, of: name) else { break }
        found.append(measure(name, later))
        next = later.end
      }
    }
    return found
  }

  private typealias Value = (number: Range<Int>, unit: Range<Int>?, end: Int)

  private func measure(_ name: Range<Int>, _ value: Value) -> NoteMention {
    NoteMention(parts: [
      NoteMention.Part(name: "name", options: [option(span(name))]),
      NoteMention.Part(name: "value", options: [option(value.number)]),
      NoteMention.Part(name: "unit", options: value.unit.map { [option($0)] } ?? []),
    ])
  }

  /// The tokens from a place on that name a measure; several where they are written together, as in
  /// "HbA1c" or "NT-proBNP", since a word ends at a digit.
  private func measureName(at index: Int) -> Range<Int>? {
    guard tokens[index].kind == .word else { return nil }
    var last = index + 1
    while last < tokens.count, last < index + 4,
      tokens[last].range.lowerBound == tokens[last - 1].range.upperBound
    {
      last += 1
    }
    for end in stride(from: last, to: index, by: -1) {
      let range = span(index..<end)
      let name = end == index + 1 ? tokens[index].text : words(range).lowercased()
      guard Self.measures.contains(name) else { continue }
      let hasCapital = range.contains { scalars[$0].properties.isUppercase }
      if name.utf8.count > 2 || hasCapital { return index..<end }
    }
    return nil
  }

  /// A number at a place behind a measure's name, with the sign before it and the unit behind it.
  private func value(at place: Int, of name: Range<Int>) -> Value? {
    guard place < tokens.count else { return nil }
    let isSigned = ["<", ">"].contains(tokens[place].text)
    let number = isSigned ? place + 1 : place
    guard number < tokens.count, tokens[number].kind == .number else { return nil }
    let quantity = quantities(in: number..<number + 1).first
    let dimension = quantity?.unit?.dimension ?? ""
    // "K 10 mg" is a dose; only hemoglobin goes without its "/dL".
    let isDose =
      ["mass", "tablet"].contains(dimension)
      && !["hb", "hgb"].contains(tokens[name.lowerBound].text)
    guard let quantity, !isDose, !["time", "month", "day"].contains(dimension) else { return nil }
    let unit = quantity.end > number + 1 ? span(number + 1..<quantity.end) : nil
    return (span(place..<number + 1), unit, quantity.end)
  }

  private static let fillers: Set<String> = [
    "of", "was", "is", ":", "=", "level", "now", "about", "only", "up", "to", "at", "count",
    "peak", "peaked", "lowest",
  ]

  /// What laboratories measure, as notes write it.
  private static let measures: Set<String> = Set(
    """
    na k cl hco3 bicarb urea bun cr creat creatinine egfr glu gluc glucose bm hb hgb hct wbc wcc plt
    platelets crp esr pct procalcitonin inr pt aptt fibrinogen ferritin tsat mcv tsh t4 ft4 hba1c a1c
    alt ast alp ggt bili bilirubin albumin alb ca mg po4 phos lactate lipase amylase trop troponin
    tnt tni bnp ldh ck ammonia nh3 osm sosm uosm una tg ldl hdl ph pco2 po2 psa neut eos b12 folate
    cortisol urate ddimer prot wc bhb sodium potassium calcium magnesium nt-probnp probnp d-dimer
    """.split { $0 == " " || $0 == "\n" }.map(String.init))

  /// What is to be done after discharge, in the note's order: `name`, the note's words, and `time`,
  /// where it says when.
  public var followUps: [NoteMention] {
    sentences.indices.flatMap { index -> [NoteMention] in
      let (context, start) = context(ofSentence: index)
      let range = start..<sentenceTokens[index].upperBound
      guard !sentences[index].isHeading, !range.isEmpty, context != .allergies else { return [] }
      let isCued = range.contains { Self.appointments.contains(tokens[$0].text) }
      guard context == .followUp || isCued && !times(range).isEmpty else { return [] }
      return segments(range, at: [";", "\n"]).compactMap(followUp)
    }
  }

  private func followUp(_ segment: Range<Int>) -> NoteMention? {
    var (start, end) = (segment.lowerBound, segment.upperBound)
    while start < end, tokens[start].kind == .mark || isListNumber(start, end) { start += 1 }
    while end > start, tokens[end - 1].text == "." { end -= 1 }
    let count = (start..<end).count { tokens[$0].kind == .word }
    guard (1...40).contains(count) else { return nil }
    return NoteMention(parts: [
      NoteMention.Part(name: "name", options: [option(span(start..<end))]),
      NoteMention.Part(name: "time", options: times(start..<end)),
    ])
  }

  /// The spans of time in a stretch: "2 wks", "6/52", "3 months".
  private func times(_ range: Range<Int>) -> [NoteMention.Option] {
    quantities(in: range).filter {
      ["time", "month"].contains($0.unit?.dimension ?? "") && $0.end <= range.upperBound
    }.map { option(span($0.token..<$0.end)) }
  }

  private static let appointments: Set<String> = [
    "clinic", "follow", "followup", "f/u", "recheck", "repeat", "rpt", "review", "appointment",
    "appt", "referral", "refer", "see", "seen", "opd",
  ]
}
