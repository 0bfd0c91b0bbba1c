extension NoteIndex {
  /// The medicines that the note names, each once, in the order of the note: `name`, `dose`, `route`,
  /// `frequency` as the note writes them, and `status`: `started`, `changed`, `continued` or
  /// `stopped` where the note says so, `listed` for those it only lists for discharge, `before` for
  /// those of before admission, `given` for all others.
  ///
  /// What a patient must not have, or does not get, is left out.
  public var medicines: [NoteMention] {
    var order: [String] = []
    var best: [String: (rank: Int, mention: NoteMention)] = [:]
    for found in sentences.indices.flatMap(medicines(inSentence:)) {
      let key = found.key
      if best[key] == nil { order.append(key) }
      if let known = best[key], known.rank >= found.rank { continue }
      best[key] = (found.rank, found.mention)
    }
    return order.compactMap { best[$0]?.mention }
  }

  private func medicines(
    inSentence index: Int
  ) -> [(key: String, rank: Int, mention: NoteMention)] {
    let (context, start) = context(ofSentence: index)
    let whole = sentenceTokens[index]
    guard context != .allergies, !sentences[index].isHeading, start < whole.upperBound else {
      return []
    }
    let isListed = context == .medicinesNow || context == .medicinesBefore
    return segments(start..<whole.upperBound).flatMap { segment in
      names(in: segment, isListed: isListed).compactMap { name, scope in
        guard !isNegated[name.lowerBound], !Negation.isDirectlyDenied(name.lowerBound, in: tokens)
        else { return nil }
        let status = status(name, scope, sentence: whole, context)
        let doses = doses(scope)
        let isKnown = status.value != "given" && status.value != "before"
        let rank = (isKnown ? 4 : 0) + (doses.isEmpty ? 0 : 2) + (status.value == "before" ? 1 : 0)
        let mention = NoteMention(parts: [
          NoteMention.Part(name: "name", options: [option(span(name))]),
          NoteMention.Part(name: "dose", options: doses),
          NoteMention.Part(name: "route", options: routes(scope)),
          NoteMention.Part(name: "frequency", options: frequencies(scope)),
          NoteMention.Part(name: "status", options: [status]),
        ])
        return (tokens[name.lowerBound].stem, rank, mention)
      }
    }
  }

  /// The names of medicines in a stretch, each with the tokens from there to the next.
  private func names(
    in segment: Range<Int>, isListed: Bool
  ) -> [(name: Range<Int>, scope: Range<Int>)] {
    var names: [Range<Int>] = []
    for place in segment where isMedicine(place) {
      if let last = names.last, isJoined(last.upperBound, place) {
        names[names.count - 1] = last.lowerBound..<place + 1
      } else {
        names.append(place..<place + 1)
      }
    }
    if names.isEmpty, isListed, let name = listedName(in: segment) { names = [name] }
    return names.enumerated().map { index, name in
      var end = name.upperBound
      while end < segment.upperBound, Self.salts.contains(tokens[end].text) { end += 1 }
      let next = index + 1 < names.count ? names[index + 1].lowerBound : segment.upperBound
      return (name.lowerBound..<end, end..<max(end, next))
    }
  }

  private func isMedicine(_ place: Int) -> Bool {
    Lexicon.shared.isDrug(tokens[place])
      || Self.shortNames.contains(tokens[place].text) && tokens[place].isCapitals
  }

  /// Whether two names are one: "insulin glargine", "sacubitril/valsartan".
  private func isJoined(_ end: Int, _ next: Int) -> Bool {
    if end == next { return true }
    let gap = tokens[end].range.lowerBound - tokens[end - 1].range.upperBound
    return next == end + 1 && ["/", "-"].contains(tokens[end].text) && gap == 0
  }

  /// The words that a line of a list begins with, where a dose or a frequency follows.
  private func listedName(in segment: Range<Int>) -> Range<Int>? {
    var start = segment.lowerBound
    while start < segment.upperBound,
      tokens[start].kind != .word || Self.leads.contains(tokens[start].text)
    {
      start += 1
    }
    var end = start
    while end < segment.upperBound, tokens[end].kind == .word || tokens[end].text == "-",
      !Self.routeNames.contains(tokens[end].text)
    {
      end += 1
    }
    guard (1...4).contains(end - start), end < segment.upperBound else { return nil }
    let rest = end..<segment.upperBound
    let hasDose = quantities(in: rest).contains { isDose($0) && $0.token <= end + 1 }
    let isAmount = tokens[end].kind == .number && !frequencies(rest).isEmpty
    return hasDose || isAmount ? start..<end : nil
  }

  private func isDose(_ quantity: Quantity) -> Bool {
    let dimension = quantity.unit?.dimension.split(separator: "/").first.map(String.init)
    return dimension.map(Self.doseDimensions.contains) ?? false
  }

  // MARK: Details

  private func doses(_ scope: Range<Int>) -> [NoteMention.Option] {
    var found = quantities(in: scope).filter(isDose).map { wholeNumber($0.token..<$0.end) }
    if let first = scope.first, tokens[first].kind == .number, found.isEmpty,
      quantities(in: first..<first + 1).allSatisfy({ $0.unit == nil && !$0.isWord })
    {
      found = [wholeNumber(first..<first + 1)]
    }
    if endsWithNew(scope) { found.reverse() }
    return found.map(option)
  }

  /// Whether what was taken before comes first: "5 -> 2.5 mg" and "from 5 to 2.5 mg" end at what is
  /// taken now; "125 mcg (up from 100)" begins with it.
  private func endsWithNew(_ scope: Range<Int>) -> Bool {
    if let from = scope.first(where: { tokens[$0].text == "from" }) {
      return scope.first { tokens[$0].kind == .number }.map { from < $0 } ?? false
    }
    return scope.contains { tokens[$0].text == ">" || tokens[$0].text == "→" }
  }

  /// The scalars of a number and its unit, with what is written to it without a blank.
  private func wholeNumber(_ tokens: Range<Int>) -> Range<Int> {
    var range = span(tokens)
    var end = range.upperBound
    while end + 1 < scalars.count, scalars[end] == "/" || scalars[end] == "-",
      scalars[end + 1].isDigit || scalars[end + 1].isLetter
    {
      end += 1
      while end < scalars.count, scalars[end].isDigit || scalars[end].isLetter { end += 1 }
    }
    range = range.lowerBound..<max(end, range.upperBound)
    return range
  }

  private func routes(_ scope: Range<Int>) -> [NoteMention.Option] {
    scope.filter { Self.routeNames.contains(tokens[$0].text) }.map { option(tokens[$0].range) }
  }

  private func frequencies(_ scope: Range<Int>) -> [NoteMention.Option] {
    var found: [Range<Int>] = []
    for (range, _) in frequencies where scope.overlaps(range) {
      if let last = found.last, last.upperBound == range.lowerBound {
        found[found.count - 1] = last.lowerBound..<range.upperBound
      } else {
        found.append(range)
      }
    }
    if endsWithNew(scope) { found.reverse() }
    return found.map { option(span($0)) }
  }

  private func status(
    _ name: Range<Int>, _ scope: Range<Int>, sentence: Range<Int>, _ context: NoteContext
  ) -> NoteMention.Option {
    let before = (sentence.lowerBound..<name.lowerBound).reversed()
    for place in Array(scope) + Array(before) {
      if let status = Self.status[tokens[place].text] {
        return NoteMention.Option(value: status, range: tokens[place].range)
      }
    }
    let title = sections[sentences[max(0, sentenceOfToken[name.lowerBound])].section].title
    let words = title.lowercased().split { !$0.isLetter }.map(String.init)
    if context == .medicinesNow, let status = words.compactMap({ Self.status[$0] }).first {
      return NoteMention.Option(value: status)
    }
    switch context {
    case .medicinesNow: return NoteMention.Option(value: "listed")
    case .medicinesBefore: return NoteMention.Option(value: "before")
    default: return NoteMention.Option(value: "given")
    }
  }

  /// What a medicine's status can be.
  public static let medicineStatuses = [
    "started", "changed", "continued", "stopped", "listed", "before", "given",
  ]

  private static let status: [String: String] = {
    var table: [String: String] = [:]
    for word in Negation.stops.union(["finished", "quit", "suspended", "ended"]) {
      table[word] = "stopped"
    }
    for word in Negation.starts.union(["added", "introduced"]) { table[word] = "started" }
    let changed = [
      "changed", "increased", "reduced", "up", "cut", "raised", "lowered", "halved", "doubled",
      "titrated", "change", "down",
    ]
    for word in changed { table[word] = "changed" }
    for word in ["continue", "continued", "cont", "unchanged", "same", "ongoing", "remains"] {
      table[word] = "continued"
    }
    return table
  }()

  private static let doseDimensions: Set<String> = [
    "mass", "volume", "units", "tablet", "puff", "amount", "meq", "percent",
  ]
  private static let routeNames: Set<String> = [
    "po", "iv", "sc", "sq", "im", "oral", "orally", "inhaled", "topical", "neb", "nebs", "pr",
    "sublingual", "sl", "buccal", "ngt", "ng", "peg", "subcut", "intranasal", "patch",
  ]
  private static let salts: Set<String> = [
    "tartrate", "succinate", "sulfate", "sulphate", "fumarate", "sodium", "hydrochloride", "hcl",
    "acetate", "succ", "xl", "er", "sr", "mr", "xr", "la", "cr", "citrate", "calcium",
    "potassium", "magnesium", "phosphate", "acid", "gluconate", "bromide", "maleate",
  ]
  /// Abbreviations of medicines that no list of words gives away.
  private static let shortNames: Set<String> = [
    "asa", "hctz", "mvi", "txa", "fcm", "vgb", "dhc", "tpa", "ivig", "gtn", "mtx", "hcq",
  ]
  private static let leads: Set<String> = [
    "and", "plus", "then", "with", "also", "tab", "tabs", "inj", "take", "on", "the",
  ]
}

extension NoteMention.Option {
  /// What follows from the place alone.
  init(value: String) { self.init(value: value, range: nil) }
}
