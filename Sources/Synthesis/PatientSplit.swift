public import Clinical

/// A data set cut into parts by patient, never by row.
///
/// Records of one patient stay together (`same_patient` names the id where several notes have each
/// their own), and so do patients whose notes or case reports share more
/// of their wording than independent texts do. Which part a group goes to depends on the seed and
/// on the names of its patients, not on the order of the file.
public struct PatientSplit: Sendable {
  /// Where patients go.
  public enum Part: String, CaseIterable, Sendable {
    case train, validation, test
  }

  /// What decides a split.
  public struct Settings: Sendable {
    /// Share of the patients held out for watching the training, 0 to 1.
    public var validationShare = 0.15
    /// Share of the patients held out for the last measurement, 0 to 1.
    public var testShare = 0.0
    /// Where the random numbers start.
    public var seed: UInt64 = 0
    /// Two texts belong together if the shorter one shares this part of its runs of five words.
    public var smallestOverlap = 0.035

    /// 15 % for validation, none for the test.
    public init() {}
  }

  /// The records of each part, in the order in which they were given.
  public let records: [Part: [PatientRecord]]
  /// Patients that are kept together though their ids differ, by id.
  public let groups: [[String]]

  /// Cuts `records`.
  ///
  /// - Parameter trainingOnly: Further records for training; a group with one of their patients goes
  ///   to training whole.
  /// - Throws: `SplitError` where a share is out of range or a part would be empty.
  public init(
    _ records: [PatientRecord], trainingOnly: [PatientRecord] = [], _ settings: Settings
  ) throws(SplitError) {
    let shares = [settings.validationShare, settings.testShare]
    guard shares.allSatisfy({ (0..<1).contains($0) }), shares.reduce(0, +) < 1 else {
      throw .badShares(validation: settings.validationShare, test: settings.testShare)
    }
    let all = records + trainingOnly
    let groups = Self.groups(all, smallestOverlap: settings.smallestOverlap)
    self.groups = groups.filter { $0.count > 1 }
    let fixed = Set(trainingOnly.map(\.patientID))
    let parts = try Self.assign(groups, fixed: fixed, settings)
    var cut: [Part: [PatientRecord]] = [:]
    for record in all { cut[parts[record.patientID] ?? .train, default: []].append(record) }
    self.records = cut
    for (part, share) in zip([Part.validation, .test], shares) {
      if share > 0, cut[part] == nil { throw .emptyPart(part) }
    }
    if cut[.train] == nil { throw .emptyPart(.train) }
  }

  /// Draws the groups of each part: as many patients as its share says, as nearly as groups allow.
  private static func assign(
    _ groups: [[String]], fixed: Set<String>, _ settings: Settings
  ) throws(SplitError) -> [String: Part] {
    var parts: [String: Part] = [:]
    let open = groups.filter { group in !group.contains { fixed.contains($0) } }
    let count = groups.joined().count { !fixed.contains($0) }
    var drawn = open.map { group in
      var random = RowRandom(seed: settings.seed, key: group[0])
      return (order: random.next(), group: group)
    }
    drawn.sort { ($0.order, $0.group[0]) < ($1.order, $1.group[0]) }
    var rest = drawn.map(\.group)
    let shares: [(Part, Double)] = [
      (.validation, settings.validationShare), (.test, settings.testShare),
    ]
    for (part, share) in shares {
      var missing = Int((Double(count) * share).rounded())
      var left: [[String]] = []
      for group in rest {
        // One that would lead further from the share than it brings near stays for the others.
        guard missing > 0, group.count <= 2 * missing else {
          left.append(group)
          continue
        }
        for patient in group { parts[patient] = part }
        missing -= group.count
      }
      rest = left
    }
    return parts
  }

  /// The patients, those together that belong together; each group in order of ids.
  private static func groups(_ records: [PatientRecord], smallestOverlap: Double) -> [[String]] {
    let patients = Array(Set(records.map(\.patientID))).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(patients, patients.indices))
    var leaders = Array(patients.indices)
    func leader(_ patient: Int) -> Int {
      var patient = patient
      while leaders[patient] != patient { patient = leaders[patient] }
      return patient
    }
    func join(_ first: String, _ second: String) {
      guard let a = numbers[first], let b = numbers[second] else { return }
      let (low, high) = (min(leader(a), leader(b)), max(leader(a), leader(b)))
      leaders[high] = low
    }
    for record in records {
      if let same = record.object["same_patient"]?.string { join(record.patientID, same) }
    }
    for texts in [records.map { $0.note ?? "" }, records.map { $0.caseReport ?? "" }] {
      for (first, second) in TextOverlap(texts).pairs(sharing: smallestOverlap) {
        join(records[first].patientID, records[second].patientID)
      }
    }
    return Dictionary(grouping: patients.indices, by: leader).values
      .map { $0.sorted().map { patients[$0] } }
      .sorted { $0[0] < $1[0] }
  }
}

/// Why a data set cannot be cut.
public enum SplitError: Error, Equatable, CustomStringConvertible {
  /// A share is no share, or nothing would be left for training.
  case badShares(validation: Double, test: Double)
  /// There are too few patients, or too many belong together.
  case emptyPart(PatientSplit.Part)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .badShares(let validation, let test):
      "the shares \(validation) and \(test) leave nothing for training or are below 0; each has to "
        + "be 0 or more, and both together below 1"
    case .emptyPart(let part):
      "no patient would be in the part \(part.rawValue): there are too few patients that do not "
        + "belong together; give more patients or another share"
    }
  }
}
