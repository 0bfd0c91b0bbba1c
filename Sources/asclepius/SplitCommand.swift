internal import ArgumentParser
internal import Clinical
internal import Foundation

/// Cuts a data set into parts that share no patient.
struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Cut a data set into train, validation and test by patient, never by row.",
    discussion: """
      The folder gets train.jsonl, validation.jsonl and, where it is asked for, test.jsonl. Who goes \
      where depends on the seed and the patient's id alone: parts stay what they are when patients \
      are added. Patients whose notes share a tenth of their runs of five words stay together.
      """)

  @Argument(help: "Records, JSON Lines, one patient a line; - is standard input.")
  var file: String

  @Option(name: .long, help: "The folder for the parts.")
  var output: String

  @Option(name: .long, help: "Share of the patients to choose settings by.")
  var validation = 0.15

  @Option(name: .long, help: "Share of the patients to measure on.")
  var test = 0.0

  @Option(name: .long, help: "Decides who goes where.")
  var seed: UInt64 = 0

  @Option(
    name: .long,
    help: "Ids of patients to keep together, with commas between; may be given again.")
  var together: [String] = []

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output names no folder") }
    guard validation >= 0, test >= 0, validation + test < 1 else {
      throw ValidationError("--validation and --test have to be 0 or more, and below 1 together")
    }
  }

  func run() throws {
    let (records, left) = try DatasetCommand.records(file)
    var split = PatientSplit()
    split.validationShare = validation
    split.testShare = test
    split.seed = seed
    split.together = together.map { $0.split(separator: ",").map(String.init) }
    let known = Set(records.map(\.patientID))
    for id in split.together.joined() where !known.contains(id) {
      throw ValidationError("--together names '\(id)', whom \(file) does not hold")
    }
    let result = split.split(records)
    let folder = try RunFolder(path: output)
    for part in PatientSplit.Part.allCases where part != .test || test > 0 {
      let part = (name: part.rawValue, records: result.parts[part] ?? [])
      try folder.write(part.records, to: part.name + ".jsonl")
      let patients = Set(part.records.map(\.patientID)).count
      print(
        "\(part.name): \(patients) patients, \(part.records.reduce(0) { $0 + $1.pairs.count }) pairs"
      )
    }
    for ids in result.alike { print("kept together: \(ids.joined(separator: ", "))") }
    if left > 0 { throw ExitCode(ExitStatus.failure) }
  }
}
