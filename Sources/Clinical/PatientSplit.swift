/// Parts of a data set that share no patient.
///
/// Which part a patient is in depends on the seed and the patient alone, so the parts of a set stay
/// what they are when patients are added. What is alike stays together: records whose notes share a
/// good part of their runs of words count as one patient, and so do those that are named.
public struct PatientSplit: Sendable {
  /// A part of the set.
  public enum Part: String, CaseIterable, Sendable {
    /// To train on.
    case train
    /// To choose settings by.
    case validation
    /// To measure on, once.
    case test
  }

  /// Share of the patients to choose settings by, from 0 to 1.
  public var validationShare = 0.15
  /// Share of the patients to measure on, from 0 to 1.
  public var testShare = 0.0
  /// Decides who goes where.
  public var seed: UInt64 = 0
  /// Share of the shorter note's runs of five words that stand in the other note too, from which on
  /// the two count as alike.
  public var likeness = 0.1
  /// Ids of patients that are to stay together although their notes do not show why.
  public var together: [[String]] = []

  /// 15 % for validation, none for a test.
  public init() {}

  /// What came out.
  public struct Result: Sendable {
    /// The records of each part, in the order in which they came.
    public var parts: [Part: [PatientRecord]]
    /// Ids of different patients that were kept together.
    public var alike: [[String]]
  }

  /// Cuts `records` into parts.
  public func split(_ records: [PatientRecord]) -> Result {
    let groups = groups(records)
    var parts: [Part: [PatientRecord]] = [:]
    var alike: [[String]] = []
    var partOfRecord: [Int: Part] = [:]
    for group in groups {
      let ids = Set(group.map { records[$0].patientID }).sorted()
      if ids.count > 1 { alike.append(ids) }
      let part = part(of: ids.first ?? "")
      for index in group { partOfRecord[index] = part }
    }
    for (index, record) in records.enumerated() {
      parts[partOfRecord[index] ?? .train, default: []].append(record)
    }
    return Result(parts: parts, alike: alike)
  }

  /// The part of the group that the patient with this id, the first of its group, belongs to.
  func part(of id: String) -> Part {
    let digits = contentDigest(of: "\(seed):\(id)").prefix(12)
    let place = Double(UInt64(digits, radix: 16) ?? 0) / Double(UInt64(1) << 48)
    if place < validationShare { return .validation }
    return place < validationShare + testShare ? .test : .train
  }

  /// Places of the records of a patient and of those that are alike, group by group.
  private func groups(_ records: [PatientRecord]) -> [[Int]] {
    var leader = Array(records.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while leader[index] != index { index = leader[index] }
      return index
    }
    func join(_ a: Int, _ b: Int) {
      let (a, b) = (root(a), root(b))
      leader[max(a, b)] = min(a, b)
    }
    var firstOf: [String: Int] = [:]
    for (index, record) in records.enumerated() {
      if let first = firstOf[record.patientID] {
        join(first, index)
      } else {
        firstOf[record.patientID] = index
      }
    }
    for ids in together {
      let places = ids.compactMap { firstOf[$0] }
      for place in places.dropFirst() { join(places[0], place) }
    }
    for (a, b) in alikePairs(records) { join(a, b) }
    return Dictionary(grouping: records.indices, by: root).sorted { $0.key < $1.key }
      .map(\.value)
  }

  private func alikePairs(_ records: [PatientRecord]) -> [(Int, Int)] {
    let runs = records.map { Self.runs(of: $0.note ?? "") }
    var holders: [Int: [Int]] = [:]
    for (index, set) in runs.enumerated() {
      for run in set { holders[run, default: []].append(index) }
    }
    var common: [Int: [Int: Int]] = [:]
    // A run of words that stands in very many notes is a phrase of the trade.
    for places in holders.values where (2...20).contains(places.count) {
      for (offset, a) in places.enumerated() {
        for b in places[(offset + 1)...] { common[a, default: [:]][b, default: 0] += 1 }
      }
    }
    var pairs: [(Int, Int)] = []
    for (a, others) in common {
      for (b, count) in others
      where Double(count) >= likeness * Double(min(runs[a].count, runs[b].count)) {
        pairs.append((a, b))
      }
    }
    return pairs
  }

  /// Digests of the runs of five words.
  private static func runs(of text: String) -> Set<Int> {
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
    guard words.count >= 5 else { return [] }
    return Set((0...words.count - 5).map { words[$0..<$0 + 5].joined(separator: " ").hashValue })
  }
}
