/// Which bytes may follow each other in an answer whose numbers and medicines are the note's.
///
/// A number is a run of ASCII digits with points, commas, slashes, colons or hyphens between them, so
/// that a dose, a blood pressure, a date and a time are one each; it has to be one that the note has,
/// spelled alike. A medicine is a word that the lexicon knows as one; it has to be in the note. All
/// other text is free. A value, walked byte by byte; what is beyond ASCII ends a word.
public struct NoteLock: Sendable {
  /// A place in a text: what of a number or a word is open.
  public struct State: Hashable, Sendable {
    /// The node of the number that is open; 0 outside one.
    var number = 0
    /// A mark behind a digit that becomes part of the number with the next digit.
    var joint: UInt8 = 0
    /// The word that is open, in small letters; at most `longestWord` of it.
    public internal(set) var word: [UInt8] = []

    /// The start of a text.
    public init() {}
  }

  /// A trie over the spellings of the note's numbers.
  private struct Node {
    var next: [UInt8: Int] = [:]
    var isEnd = false
  }
  private var nodes = [Node()]
  /// Words of the note in small letters, and each of their beginnings.
  private var noteWords: Set<[UInt8]> = []
  private var noteBeginnings: Set<[UInt8]> = []
  private let drugs: Set<[UInt8]>
  private static let longestWord = 40
  private static let joints = Set(".,/:-".utf8)
  private static let breaks = Set("/:-".utf8)

  /// The lock of a note.
  public init(_ note: NoteIndex) {
    drugs = Set(Lexicon.shared.drugs.map { Array($0.utf8) })
    var text = String.UnicodeScalarView()
    text.append(contentsOf: note.scalars)
    read(Array(String(text).utf8))
  }

  private mutating func read(_ bytes: [UInt8]) {
    var index = 0
    while index < bytes.count {
      if Self.isDigit(bytes[index]) {
        var end = index + 1
        while end < bytes.count {
          if Self.isDigit(bytes[end]) {
            end += 1
          } else if Self.joints.contains(bytes[end]), end + 1 < bytes.count,
            Self.isDigit(bytes[end + 1])
          {
            end += 2
          } else {
            break
          }
        }
        add(bytes[index..<end])
        index = end
      } else if Self.isLetter(bytes[index]) {
        var word: [UInt8] = []
        while index < bytes.count, Self.isLetter(bytes[index]) {
          word.append(Self.small(bytes[index]))
          noteBeginnings.insert(word)
          index += 1
        }
        noteWords.insert(word)
      } else {
        index += 1
      }
    }
  }

  /// Adds a number with each way to break it off between its parts: of a date the year alone is the
  /// note's too, and so is the 120 of 120/80. Points and commas hold one number together for good: 2
  /// is not what 2.5 says, nor 1 what 1,000 does.
  private mutating func add(_ number: ArraySlice<UInt8>) {
    var starts = [number.startIndex]
    for index in number.indices where Self.breaks.contains(number[index]) {
      starts.append(index + 1)
    }
    for start in starts {
      var node = 0
      for index in start..<number.endIndex {
        if Self.breaks.contains(number[index]) { nodes[node].isEnd = true }
        if let next = nodes[node].next[number[index]] {
          node = next
        } else {
          nodes.append(Node())
          nodes[node].next[number[index]] = nodes.count - 1
          node = nodes.count - 1
        }
      }
      nodes[node].isEnd = true
    }
  }

  /// The state behind `byte`; nil where the text would then hold what the note does not.
  public func state(after byte: UInt8, _ state: State) -> State? {
    var next = state
    if Self.isDigit(byte) {
      guard let word = closed(next) else { return nil }
      next = word
      if next.joint != 0 {
        guard let node = nodes[next.number].next[next.joint] else { return nil }
        next.number = node
        next.joint = 0
      }
      guard let node = nodes[next.number].next[byte] else { return nil }
      next.number = node
      return next
    }
    if next.number != 0, next.joint == 0, Self.joints.contains(byte) {
      guard nodes[next.number].isEnd || nodes[next.number].next[byte] != nil else { return nil }
      next.joint = byte
      return next
    }
    if next.number != 0 {
      guard nodes[next.number].isEnd else { return nil }
      next.number = 0
      next.joint = 0
    }
    guard Self.isLetter(byte) else { return closed(next) }
    next.word.append(Self.small(byte))
    // A word that long is no medicine, however it goes on.
    if next.word.count > Self.longestWord { next.word.removeFirst() }
    // Stopped at once where it becomes a medicine, so that another way on is always open.
    return isStrange(next.word, known: noteBeginnings) ? nil : next
  }

  /// The state with its word closed; nil for a medicine that the note does not name.
  private func closed(_ state: State) -> State? {
    guard !state.word.isEmpty else { return state }
    var next = state
    next.word = []
    return isStrange(state.word, known: noteWords) ? nil : next
  }

  /// What the letters behind an open word may not begin with, or some of it may not: every way in
  /// which the word could become a medicine through letters of both sides.
  public func suspiciousEnds(of word: [UInt8]) -> Set<[UInt8]> {
    var ends: Set<[UInt8]> = []
    for drug in drugs where drug.count > word.count && drug.starts(with: word) {
      ends.insert(Array(drug[word.count...]))
    }
    for ending in Self.endings {
      for count in 1..<ending.count where word.suffix(count).elementsEqual(ending[..<count]) {
        ends.insert(Array(ending[count...]))
      }
    }
    return ends
  }

  /// Whether letters hold, by themselves, the end of a medicine's name.
  public func holdsEnding(_ letters: [UInt8]) -> Bool {
    Self.endings.contains { ending in
      letters.count >= ending.count
        && (0...letters.count - ending.count).contains {
          letters[$0..<$0 + ending.count].elementsEqual(ending)
        }
    }
  }

  private static let endings = Lexicon.drugEndings.map { Array($0.utf8) }

  /// Whether a text may end in a state.
  public func mayEnd(_ state: State) -> Bool {
    (state.number == 0 || nodes[state.number].isEnd) && closed(state) != nil
  }

  private func isStrange(_ word: [UInt8], known: Set<[UInt8]>) -> Bool {
    guard word.count >= 4, !known.contains(word) else { return false }
    return drugs.contains(word)
      || word.count >= 7 && Lexicon.isDrugByEnding(String(decoding: word, as: UTF8.self))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  /// Whether a byte can stand in a number behind its first digit.
  public static func isNumeric(_ byte: UInt8) -> Bool { isDigit(byte) || joints.contains(byte) }

  /// Whether a byte is part of a word. ASCII letters alone: quotation marks, dashes and bullets
  /// beyond ASCII must not hide a medicine, and no name that is known has other letters.
  public static func isLetter(_ byte: UInt8) -> Bool { byte | 32 >= 97 && byte | 32 <= 122 }

  /// A letter made small.
  public static func small(_ byte: UInt8) -> UInt8 {
    byte >= 65 && byte <= 90 ? byte + 32 : byte
  }
}
