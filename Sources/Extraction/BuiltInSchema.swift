internal import Clinical
public import Grammar
internal import Grounding

/// A kind of record that the program knows how to find in a note.
///
/// The room's purpose: records of a note - read by rules, or written by a model that is held to a
/// schema - with the place of each value, and their forms as JSON, CSV and FHIR. It does no I/O. "Found"
/// means that the note has these words, never that they are clinically right.
public enum BuiltInSchema: String, CaseIterable, Sendable {
  /// Medicines with dose, route, frequency and status.
  case medications
  /// Diagnoses and past problems.
  case problems
  /// Laboratory values.
  case labs
  /// What is to be done after discharge.
  case followUp = "follow-up"

  /// The schema's file.
  private var source: [UInt8] {
    switch self {
    case .medications: PackageResources.medications_json
    case .problems: PackageResources.problems_json
    case .labs: PackageResources.labs_json
    case .followUp: PackageResources.follow_up_json
    }
  }

  /// The JSON schema of a text that holds such records.
  ///
  /// - Throws: `SchemaError`, which only a damaged program could.
  public func schema() throws(SchemaError) -> JSONSchema { try JSONSchema(parsing: source) }

  /// The member that holds the records.
  var listName: String { self == .followUp ? "follow_up" : rawValue }

  /// The names of the details, in the order of the schema.
  var partNames: [String] {
    switch self {
    case .medications: ["name", "dose", "route", "frequency", "status"]
    case .problems: ["name", "kind"]
    case .labs: ["name", "value", "unit"]
    case .followUp: ["name", "time"]
    }
  }

  /// What the rules find in a note.
  func mentions(in note: NoteIndex) -> [NoteMention] {
    switch self {
    case .medications: note.medicines
    case .problems: note.problems
    case .labs: note.values
    case .followUp: note.followUps
    }
  }
}
