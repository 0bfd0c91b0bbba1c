/// A regular expression as a network of places that characters and empty steps lead through.
///
/// The common part of what JSON Schema's dialect (ECMA-262) and others read alike: literals, `.`,
/// classes, groups, `|`, `* + ? {m,n}`, and `^`, `$` at the ends. A pattern without them may stand
/// anywhere in the text, as JSON Schema wants it. Where dialects differ, `\d \w \s` and their
/// opposites have ASCII characters only, so a text that fits here fits there.
struct ScalarPattern: Sendable {
  struct Place: Sendable {
    var steps: [(set: ScalarRanges, target: Int)] = []
    var empty: [Int] = []
  }

  private(set) var places: [Place] = []
  /// The place before the text and the one behind it.
  private(set) var (first, last) = (0, 0)

  /// Why a pattern cannot be read, and at which of its characters.
  struct Fault: Error {
    var offset: Int
    var reason: String
  }

  /// Any text.
  init() {
    places = [Place(steps: [(.all, 0)])]
  }

  /// Reads a pattern.
  init(_ pattern: String) throws(Fault) {
    var reader = PatternReader(pattern)
    let tree = try reader.whole()
    (first, last) = (newPlace(), newPlace())
    add(tree, from: first, to: last)
  }

  private mutating func newPlace() -> Int {
    places.append(Place())
    return places.count - 1
  }

  private mutating func add(_ tree: PatternTree, from: Int, to: Int) {
    switch tree {
    case .set(let set):
      places[from].steps.append((set, to))
    case .sequence(let parts):
      var place = from
      for part in parts {
        let next = newPlace()
        add(part, from: place, to: next)
        place = next
      }
      places[place].empty.append(to)
    case .choice(let parts):
      for part in parts { add(part, from: from, to: to) }
    case .repetition(let part, let minimum, let maximum):
      addRepetition(part, minimum, maximum, from: from, to: to)
    }
  }

  private mutating func addRepetition(
    _ part: PatternTree, _ minimum: Int, _ maximum: Int?, from: Int, to: Int
  ) {
    var place = from
    for _ in 0..<minimum {
      let next = newPlace()
      add(part, from: place, to: next)
      place = next
    }
    guard let maximum else {
      // A place of its own, so that the loop is not entered from elsewhere.
      let loop = newPlace()
      places[place].empty.append(loop)
      add(part, from: loop, to: loop)
      places[loop].empty.append(to)
      return
    }
    for _ in minimum..<maximum {
      places[place].empty.append(to)
      let next = newPlace()
      add(part, from: place, to: next)
      place = next
    }
    places[place].empty.append(to)
  }
}

/// What a pattern says.
indirect enum PatternTree: Sendable {
  case set(ScalarRanges)
  case sequence([PatternTree])
  case choice([PatternTree])
  case repetition(PatternTree, Int, Int?)
}

extension PatternTree {
  /// Places that it unfolds to, or some more.
  var placeCount: Int {
    switch self {
    case .set: return 1
    case .sequence(let parts), .choice(let parts): return parts.reduce(1) { $0 + $1.placeCount }
    case .repetition(let part, let minimum, let maximum):
      return 1 + (maximum ?? minimum + 1) * (1 + part.placeCount)
    }
  }
}
