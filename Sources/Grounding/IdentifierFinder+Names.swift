extension IdentifierFinder {
  // MARK: Places

  private static let streets: Set<String> = [
    "street", "st", "road", "rd", "avenue", "ave", "lane", "ln", "drive", "dr", "close", "court",
    "ct", "way", "boulevard", "blvd", "place", "pl", "terrace", "crescent", "square", "gardens",
    "grove", "hill", "highway", "hwy", "parkway", "pkwy", "circle", "trail", "mews", "row", "walk",
    "plaza", "route", "loop", "pike", "turnpike", "run", "ridge", "view", "park", "green",
    "meadows", "mill", "mills", "point", "path", "junction", "extension", "expressway", "freeway",
    "motorway", "bypass", "island", "isle", "islands", "creek", "cove", "crossing", "fields",
    "field", "flat", "flats", "ford", "forest", "forge", "fork", "glen", "harbor", "haven",
    "heights", "hollow", "inlet", "key", "keys", "knoll", "lake", "lakes", "landing", "light",
    "manor", "mission", "mount", "mountain", "neck", "orchard", "oval", "pass", "pine", "pines",
    "plain", "plains", "port", "prairie", "ramp", "ranch", "rapid", "rest", "river", "shoal",
    "shore", "shores", "spring", "springs", "spur", "station", "stream", "summit", "trace",
    "track", "tunnel", "union", "unions", "valley", "via", "viaduct", "village", "ville", "vista",
    "wall", "well", "wells", "camp", "canyon", "cape", "causeway", "center", "centers", "cliff",
    "club", "common", "corner", "course", "courts", "curve", "dale", "dam", "divide", "estate",
    "falls", "ferry", "gateway", "drives", "alley", "brook", "burg", "bridge", "throughway",
    "skyway",
    "rue", "stravenue", "underpass", "overpass",
  ]
  private static let houses: Set<String> = [
    "hospital", "infirmary", "clinic", "surgery", "hospice", "pharmacy", "school", "university",
    "college", "church", "prison", "shelter", "institute", "medical", "health", "nursing",
    "rehabilitation", "care", "centre", "center", "practice", "hotel", "inc", "ltd", "llc", "plc",
  ]
  private static let states: Set<String> = [
    "al", "ak", "az", "ar", "ca", "co", "ct", "de", "fl", "ga", "hi", "id", "il", "in", "ia", "ks",
    "ky", "la", "me", "md", "ma", "mi", "mn", "ms", "mo", "mt", "ne", "nv", "nh", "nj", "nm", "ny",
    "nc", "nd", "oh", "ok", "or", "pa", "ri", "sc", "sd", "tn", "tx", "ut", "vt", "va", "wa", "wv",
    "wi", "wy", "dc", "pr", "vi", "gu", "as", "mp", "fm", "mh", "pw",
  ]

  /// Streets with a house number, towns behind words for living, postal codes, named houses.
  mutating func places() {
    for index in tokens.indices {
      street(index)
      postalCode(index)
      house(index)
      town(index)
    }
  }

  private mutating func street(_ index: Int) {
    guard isNumber(index, digits: 1...6) else { return }
    let isFlat = ["flat", "studio", "apartment", "apt", "unit"].contains(text(index - 1))
    var end = index + 1
    if touches(end), tokens.indices.contains(end), text(end).utf8.count == 1,
      tokens[end].kind == .word
    {
      end += 1
    }
    if isFlat, text(end) == "," { end += 1 }
    if isFlat, text(end) == "\n" { end += 1 }
    if isFlat, isNumber(end) { end += 1 }
    let first = end
    if isCapitalized(end), isCapitalized(end + 1),
      (max(0, index - 3)..<index).contains(where: {
        ["lives", "address", "home", "resides"].contains(text($0))
      })
    {
      var last = end + 1
      while isCapitalized(last + 1), last < end + 4 { last += 1 }
      add(.place, tokens: (isFlat ? index - 1 : index)...flat(behind: last))
    }
    while end < first + 5, isCapitalized(end) || text(end) == "'" {
      if isStreet(end), end > first {
        var last = end
        if text(last + 1) == "." { last += 1 }
        last = flat(behind: last)
        return add(.place, tokens: (isFlat ? index - 1 : index)...last)
      }
      end += 1
    }
  }

  /// Whether a word ends the name of a street, in one or in many: "Road", "Mills".
  private func isStreet(_ index: Int) -> Bool {
    let word = text(index)
    return Self.streets.contains(word)
      || (word.hasSuffix("s") && Self.streets.contains(String(word.dropLast())))
  }

  /// Takes in "Apt. 4B", "Suite 12" and the like behind a street.
  private func flat(behind end: Int) -> Int {
    var place = end + 1
    if text(place) == "," { place += 1 }
    guard ["apt", "suite", "flat", "unit", "studio", "room"].contains(text(place)) else {
      return end
    }
    place += 1
    if [".", "#"].contains(text(place)) { place += 1 }
    guard tokens.indices.contains(place), tokens[place].kind != .mark else { return end }
    if touches(place + 1), tokens[place + 1].kind == .word { place += 1 }
    return place
  }

  private mutating func postalCode(_ index: Int) {
    // Behind the word address.
    if isNumber(index, digits: 5...5) {
      var place = index - 1
      while place >= 0, index - place < 9, !["\n", "address"].contains(text(place)) { place -= 1 }
      if text(place) == "address" { add(.place, tokens: index...index) }
    }
    // American: behind a state, or behind "zip".
    if isNumber(index, digits: 5...5), Self.states.contains(text(index - 1)),
      tokens[index - 1].isCapitals || ["zip"].contains(text(index - 1))
    {
      var end = index
      if text(index + 1) == "-", isNumber(index + 2, digits: 4...4) { end = index + 2 }
      var low = index - 1
      if text(low - 1) == "," { low -= 1 }
      var town = low - 1
      while town >= 0, isCapitalized(town), low - town < 4 { town -= 1 }
      return add(.place, tokens: min(town + 1, index)...end)
    }
    if isNumber(index, digits: 5...5),
      ["zip", "zipcode", "postcode"].contains(text(index - 1))
        || (text(index - 1) == "code" && ["zip", "postal", "post"].contains(text(index - 2)))
    {
      return add(.place, tokens: index...index)
    }
    // British: "SW1A 1AA".
    guard tokens[index].kind == .word, tokens[index].isCapitals,
      tokens[index].range.count <= 2, isNumber(index + 1, digits: 1...2), touches(index + 1)
    else { return }
    var place = index + 2
    if touches(place), text(place).utf8.count == 1, tokens.indices.contains(place),
      tokens[place].isCapitals
    {
      place += 1
    }
    guard isNumber(place, digits: 1...1), touches(place + 1), text(place + 1).utf8.count == 2,
      tokens[place + 1].isCapitals, !touches(place + 2) || tokens[place + 2].kind == .mark,
      tokens[place].range.lowerBound - tokens[place - 1].range.upperBound <= 1
    else { return }
    add(.place, tokens: index...place + 1)
  }

  private mutating func house(_ index: Int) {
    guard Self.houses.contains(text(index)), isCapitalized(index) else { return }
    var low = index
    while low > 0, index - low < 6,
      (isCapitalized(low - 1) && !Lexicon.stopWords.contains(text(low - 1)))
        || (["of", "'", "-", "&", "and", "."].contains(text(low - 1)) && isCapitalized(low - 2)
          && low - 2 >= 0)
    {
      low -= 1
    }
    guard low < index, !beginsLine(low) || index - low >= 2 else { return }
    var high = index
    while Self.houses.contains(text(high + 1)), isCapitalized(high + 1) { high += 1 }
    add(.place, tokens: low...high)
  }

  private static let livingWords: Set<String> = [
    "lives", "live", "living", "resides", "residing", "resident", "moved", "born", "native", "home",
    "address", "city", "town", "hometown", "works", "worked", "travelled", "traveled", "visiting",
    "flew", "transferred", "transfer", "village", "county", "grew",
  ]

  private mutating func town(_ index: Int) {
    guard Self.livingWords.contains(text(index)) else { return }
    var place = index + 1
    var steps = 0
    while ["in", "at", "from", "to", "of", "near", ":", "alone", "up", "is", "with", "over", "out"]
      .contains(text(place)), steps < 4
    {
      place += 1
      steps += 1
    }
    guard steps > 0, isCapitalized(place), !Self.notNames.contains(text(place)) else { return }
    var end = place
    while end - place < 4,
      isCapitalized(end + 1) || (text(end + 1) == "-" && isCapitalized(end + 2))
    {
      end += 1
    }
    add(.place, tokens: place...end)
  }

  // MARK: Names

  private static let titles: Set<String> = [
    "dr", "mr", "mrs", "ms", "miss", "prof", "professor", "doctor", "rev", "reverend", "sister",
    "nurse", "sir", "dame", "lady", "lord", "drs", "mx", "matron", "officer", "judge",
    "sgt", "pastor", "rabbi", "imam",
  ]
  private static let labels: Set<String> = [
    "name", "patient", "re", "nok", "kin", "attending", "consultant", "gp", "pcp", "physician",
    "surgeon", "provider", "author", "by", "cc", "dear", "contact", "carer", "caregiver", "signed",
    "doctor", "sincerely", "regards", "resident", "registrar", "nurse", "midwife", "therapist",
    "guardian", "proxy", "employer", "referrer", "anaesthetist", "anesthesiologist", "md",
  ]
  private static let relatives: Set<String> = [
    "wife", "husband", "daughter", "son", "mother", "father", "mum", "mom", "dad", "sister",
    "brother", "partner", "aunt", "uncle", "friend", "neighbour", "neighbor", "niece", "nephew",
    "grandson", "granddaughter", "grandmother", "grandfather", "named", "called", "carer",
    "fiance", "boyfriend", "girlfriend", "cousin", "caregiver", "spouse", "guardian",
  ]
  private static let degrees: Set<String> = [
    "md", "rn", "do", "np", "pa", "frcp", "frcs", "phd", "mbbs", "mrcp", "lcsw", "dpm", "pharmd",
    "crna", "lpn", "mbchb",
  ]
  /// Words with a capital that are no names.
  static let notNames: Set<String> = [
    "the", "this", "that", "he", "she", "they", "it", "his", "her", "on", "in", "at", "to", "of",
    "and", "was", "is", "no", "not", "none", "history", "patient", "past", "medical", "left",
    "right", "day", "admission", "discharge", "diagnosis", "please", "with", "for", "see", "will",
    "unknown", "diabetes", "hypertension", "allergies", "medications", "plan", "who", "weeks", "gp",
    "after", "before", "when", "had", "has", "from", "or", "a", "an", "as", "by", "if", "we", "you",
    "all", "home", "today", "ward", "clinic", "unit", "team", "emergency", "department", "family",
    "social", "services", "cardiology", "surgery", "surgical", "consult", "consultant", "follow",
    "review", "ct", "mri", "icu", "ed", "er", "nursing", "general", "primary", "care", "doctor",
    "nurse", "admitted", "discharged", "seen", "male", "female", "man", "woman", "age", "sex",
    "dob",
    "name", "date", "mrn", "re", "dear", "thank", "thanks", "also", "both", "mr", "mrs", "ms", "dr",
    "miss", "prof", "what", "why", "how", "colleague", "sir", "madam", "parents", "mum", "mom",
    "dad",
    "mother", "father", "same", "yes", "your", "our", "my", "their", "there", "here", "then",
    "than",
    "clinical", "health", "community", "district", "regional", "university", "children", "rheum",
    "heme", "haem", "renal", "neuro", "ortho", "cards", "onc", "psych", "derm", "endo", "gastro",
    "resp", "urology", "neurology", "nephrology", "oncology", "hematology", "haematology",
    "rheumatology", "orthopaedics", "psychiatry", "pharmacy", "physio", "dietitian", "problem",
    "anaesthetics", "paediatrics", "pediatrics", "obstetrics", "radiology", "micro", "palliative",
    "course", "condition", "status", "examination", "labs", "results", "none", "nil", "nkda",
  ]

  private static let given: (sure: Set<String>, unsure: Set<String>) = {
    var sure = Set<String>()
    var unsure = Set<String>()
    for line in PackageResources.first_names_txt.split(separator: 10) where line.first != 35 {
      let words = line.split(separator: 32).map { String(decoding: $0, as: UTF8.self) }
      if words.first == "~" { unsure.formUnion(words.dropFirst()) } else { sure.formUnion(words) }
    }
    return (sure, unsure.subtracting(sure))
  }()

  /// Names of people: behind a title, a label or a relative; given names; and all of them again.
  mutating func names() {
    var known = Set<String>()
    for index in tokens.indices where tokens[index].kind == .word {
      if let range = nameRange(at: index) {
        add(.name, tokens: range)
        for place in range where tokens[place].kind == .word && tokens[place].range.count >= 3 {
          known.insert(text(place))
        }
      }
    }
    known.subtract(Self.notNames)
    for index in tokens.indices
    where tokens[index].kind == .word && known.contains(text(index)) && isCapitalizedAnyway(index) {
      add(.name, tokens: index...index)
    }
  }

  private func isCapitalizedAnyway(_ index: Int) -> Bool {
    scalars[tokens[index].range.lowerBound].properties.isUppercase
  }

  /// Words that people are the subjects of.
  private static let doings: Set<String> = [
    "lives", "says", "agreed", "works", "phoned", "consented",
  ]

  /// The name that a word tells of, or begins; nil where it does neither.
  private func nameRange(at index: Int) -> ClosedRange<Int>? {
    if Self.titles.contains(text(index)), isCapitalizedAnyway(index) {
      var place = index
      while Self.titles.contains(text(place)), isCapitalizedAnyway(place), place < index + 4 {
        place += text(place + 1) == "." ? 2 : 1
      }
      return isNameLike(place) ? name(from: place).map { index...$0.upperBound } : nil
    }
    guard let start = nameStart(at: index), let range = name(from: start),
      range.contains(where: { tokens[$0].kind == .word && tokens[$0].range.count >= 2 })
    else { return nil }
    return range
  }

  /// Where a name begins that a word tells of; nil where it tells of none.
  private func nameStart(at index: Int) -> Int? {
    let word = text(index)
    if isNameLike(index), isCapitalized(index), Self.doings.contains(text(index + 1)),
      tokens[index].range.count >= 3, !Lexicon.stopWords.contains(word), !word.hasSuffix("ist"),
      !Self.relatives.contains(word), !Self.labels.contains(word), !Self.titles.contains(word),
      !Lexicon.shared.isDrug(tokens[index])
    {
      return index >= 2 && text(index - 1) == "." && tokens[index - 2].range.count == 1
        ? index - 2 : index
    }
    if Self.labels.contains(word) {
      var place = index + 1
      var sawMark = ["by", "dear"].contains(word)
      while [":", ",", "-", "(", "name", "\n", "is", "of"].contains(text(place)), place - index < 5
      {
        if [":", "("].contains(text(place)) { sawMark = true }
        if text(place) == "\n", !["sincerely", "regards", "signed"].contains(word) { break }
        if text(place) == "\n" { sawMark = true }
        place += 1
      }
      let isWritten = word == "by" ? isCapitalized(place) : true
      if sawMark, isWritten, isNameLike(place) || isTitle(place) { return place }
    }
    if isNameLike(index), isCapitalized(index), let range = name(from: index) {
      let behind = range.upperBound + 1
      if text(behind) == "(", Self.relatives.contains(text(behind + 1)) { return index }
    }
    if Self.relatives.contains(word) {
      let place = [",", "(", ":"].contains(text(index + 1)) ? index + 2 : index + 1
      if isNameLike(place) { return place }
    }
    if Self.given.sure.contains(word), isCapitalizedAnyway(index), !isEponym(index) { return index }
    if Self.given.unsure.contains(word), isCapitalized(index), isNameLike(index + 1),
      !beginsLine(index),
      tokens[index + 1].kind == .word, !Lexicon.stopWords.contains(text(index + 1))
    {
      return index
    }
    if isCapitalized(index), isNameLike(index + 1), text(index + 2) == ",",
      Self.degrees.contains(text(index + 3)), tokens[index + 3].isCapitals
    {
      return index
    }
    return nil
  }

  /// "Thomas test", "Graham's patch" and the like are named for someone else.
  private func isEponym(_ index: Int) -> Bool {
    let next = text(index + 1)
    let isPossessive = tokens[index].range.count > text(index).unicodeScalars.count
    let things: Set<String> = [
      "test", "sign", "syndrome", "disease", "score", "scale", "criteria", "catheter", "splint",
      "patch", "tube", "drain", "line", "classification", "grade", "procedure", "operation",
      "stain", "solution", "formula", "index", "method", "blood", "barr",
    ]
    return things.contains(next) || (isPossessive && things.contains(next))
  }

  private func isTitle(_ index: Int) -> Bool {
    Self.titles.contains(text(index)) && isCapitalizedAnyway(index) && isNameLike(index + 1)
  }

  private func isNameLike(_ index: Int) -> Bool {
    tokens.indices.contains(index) && tokens[index].kind == .word && isCapitalizedAnyway(index)
      && !Self.notNames.contains(text(index))
      && (isCapitalized(index) || tokens[index].range.count >= 4)
  }

  private static let particles: Set<String> = [
    "van", "von", "der", "den", "de", "la", "le", "du", "da", "di", "bin", "al", "el", "ter", "dos",
  ]

  /// The tokens of a name that begins at one: capitalised words, initials, particles.
  private func name(from start: Int) -> ClosedRange<Int>? {
    var place = start
    var end: Int?
    var words = 0
    while place < tokens.count, words < 5 {
      if tokens[place].kind == .word, Self.particles.contains(text(place)),
        isNameLike(place + 1) || Self.particles.contains(text(place + 1))
      {
        place += 1
      } else if isNameLike(place) || (words == 0 && isTitle(place))
        || (words > 0 && isCapitalized(place) && !Lexicon.stopWords.contains(text(place)))
      {
        end = place
        words += 1
        place += 1
        // "J. Smith", "O'Brien", "Smith-Jones"; but a point behind a longer word ends a sentence.
        if text(place) == ".", tokens[place - 1].range.count == 1 { place += 1 }
        if ["-", "\u{2010}", "\u{2011}"].contains(text(place)), touches(place),
          isNameLike(place + 1)
        {
          place += 1
        }
        if text(place) == ",", words == 1, isNameLike(place + 1), tokens[place - 1].isCapitals {
          place += 1
        }
      } else {
        break
      }
    }
    return end.map { start...$0 }
  }
}
