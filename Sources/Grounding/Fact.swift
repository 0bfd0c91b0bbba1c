/// A detail of an answer that can be wrong by itself: a number with its unit, a side, a medicine ...
struct Fact {
  enum Kind: String, CaseIterable {
    case number, side, polarity, frequency, medicine, denial, statement
  }

  var kind: Kind
  var claim: Int
  /// Tokens of the answer.
  var tokens: Range<Int>
  /// What the trees of its kind look at.
  var features: [Double]
  /// Whether the note has something else in its place.
  var hasRival: Bool
  /// Whether a rule finds it wrong whatever the trees say.
  var isSurelyWrong = false
}

/// Where a note speaks of what stands around a detail of an answer.
struct Anchors {
  /// Places in the note of the words around the detail, nearest word first, at most four words.
  var near: [(places: [Int], distance: Int)] = []
  /// How much of the words around each sentence holds, its neighbours counted half.
  var pull: [Int: Double] = [:]
  var best = 0.0
  var bestSentence = -1
  var total = 0.0

  /// The largest pull of the sentences of given places, as a share of the best.
  func reach(_ places: [Int], _ note: NoteIndex) -> Double {
    guard best > 0 else { return 0 }
    return places.reduce(0) { max($0, pull[note.sentenceOfToken[$1]] ?? 0) } / best
  }

  /// The fewest tokens between the words around and given places; `Anchors.far` where there are
  /// none. Another sentence costs twelve.
  func gap(_ places: [Int], _ note: NoteIndex, words: Range<Int> = 0..<4) -> Double {
    var least = Self.far
    for (index, word) in near.enumerated() where words.contains(index) {
      for place in word.places {
        for other in places {
          let apart = note.sentenceOfToken[place] == note.sentenceOfToken[other] ? 0.0 : 12
          least = min(least, Double(abs(place - other)) + apart)
        }
      }
    }
    return least
  }

  static let far = 60.0

  /// What the trees see of one set of places.
  func features(of places: [Int], _ note: NoteIndex) -> [Double] {
    [
      Double(min(places.count, 6)), reach(places, note), gap(places, note),
      gap(places, note, words: 0..<1),
      Double(places.count { note.sentenceOfToken[$0] == bestSentence }),
    ]
  }
}
