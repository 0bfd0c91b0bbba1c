internal import ArgumentParser
internal import Clinical
internal import Synthesis

/// Cuts a data set by patient.
struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Cuts a data set into train, validation and test by patient, never by row.",
    discussion: """
      Writes train.jsonl, validation.jsonl and test.jsonl, of those that are asked for. Patients \
      whose notes or case reports share much of their wording stay together. The same seed gives \
      the same parts, in whatever order the records stand.
      """)

  @Argument(help: "Records, JSON Lines, one patient a line.")
  var data: String

  @Option(name: .long, help: "The folder for the parts.")
  var output: String

  @Option(name: .long, help: "Share of the patients for validation.")
  var validation = PatientSplit.Settings().validationShare

  @Option(name: .long, help: "Share of the patients for the test.")
  var test = PatientSplit.Settings().testShare

  @Option(
    name: .long,
    help: "Further records for training alone; what is too like one of them goes to training.")
  var trainingOnly: [String] = []

  @Option(name: .long, help: "Where the random numbers start.")
  var seed: UInt64 = 0

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  func run() throws {
    let (records, left) = try DatasetCommand.records(data)
    var (further, furtherLeft): ([PatientRecord], Int) = ([], 0)
    for path in trainingOnly {
      let (more, lost) = try DatasetCommand.records(path)
      further += more
      furtherLeft += lost
    }
    var settings = PatientSplit.Settings()
    settings.validationShare = validation
    settings.testShare = test
    settings.seed = seed
    let split = try PatientSplit(records, trainingOnly: further, settings)
    let folder = try RunFolder(path: output)
    var counts: [String: Int] = [:]
    for part in PatientSplit.Part.allCases {
      guard let records = split.records[part] else { continue }
      try folder.write(records, to: "\(part.rawValue).jsonl")
      counts[part.rawValue] = Set(records.map(\.patientID)).count
    }
    if json {
      try JSONOutput.print(Output(patients: counts, together: split.groups))
    } else {
      for part in PatientSplit.Part.allCases {
        guard let count = counts[part.rawValue] else { continue }
        print("\(part.rawValue): \(count) patients; \(output)/\(part.rawValue).jsonl")
      }
      for group in split.groups { print("kept together: \(group.joined(separator: ", "))") }
    }
    if left + furtherLeft > 0 { throw ExitCode(ExitStatus.failure) }
  }

  private struct Output: Encodable {
    let patients: [String: Int]
    let together: [[String]]
  }
}
