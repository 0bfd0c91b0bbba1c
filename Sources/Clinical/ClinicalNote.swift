// The words of the clinic as values: notes and their sections, tasks and instructions, answers and
// where they came from, patient records, prompts, and the seam to whatever writes text.
//
// Invariants: nothing here reads a file, a clock or randomness; no text is ever changed on the way
// in or out; what is written to the model is rendered here and nowhere else. Imports nothing.

/// A note about a patient, named by what it says.
public struct ClinicalNote: Identifiable, Hashable, Sendable {
  /// SHA-256 of the text in hexadecimal: equal texts have equal ids, whatever their titles.
  public let id: String
  /// What people call it, usually the file's name.
  public var title: String
  /// The note as it was read.
  public let text: String

  /// Makes a note and computes its id.
  public init(title: String, text: String) {
    self.id = contentDigest(of: text)
    self.title = title
    self.text = text
  }

  /// The note cut at its headings; the texts of the sections joined give the note again.
  public var sections: [NoteSection] { NoteSection.split(text) }

  /// The note without the sections at `indices`, the rest untouched.
  public func text(leavingOut indices: Set<Int>) -> String {
    sections.enumerated().filter { !indices.contains($0.offset) }.map(\.element.text).joined()
  }
}
