/// A heading of a note and what stands under it.
///
/// Notes follow no common form, so headings are found by their look. This is a reading aid: an
/// overlooked heading only makes a section longer, and no text is lost or altered.
public struct NoteSection: Hashable, Sendable {
  /// The heading without numbering, colon or ruling; nil for what stands before the first heading.
  public var heading: String?
  /// Where the section stands in the note, in Unicode scalars, its heading line included.
  public var range: Range<Int>
  /// The text of that range.
  public var text: String

  /// Makes a section from its parts.
  public init(heading: String?, range: Range<Int>, text: String) {
    self.heading = heading
    self.range = range
    self.text = text
  }

  /// Cuts `note` at its headings. The ranges follow each other without gap or overlap.
  public static func split(_ note: String) -> [NoteSection] {
    let lines = NoteLine.lines(of: note)
    var sections: [NoteSection] = []
    for (index, line) in lines.enumerated() {
      let heading = SectionHeading.title(ofLineAt: index, in: lines)
      let end = line.start + line.whole.unicodeScalars.count
      if heading != nil || sections.isEmpty {
        sections.append(
          NoteSection(heading: heading, range: line.start..<end, text: String(line.whole)))
      } else {
        sections[sections.count - 1].text += line.whole
        sections[sections.count - 1].range = sections[sections.count - 1].range.lowerBound..<end
      }
    }
    return sections
  }
}

/// A line of a note with its line end, and where it begins.
struct NoteLine {
  /// The line with its line end.
  var whole: Substring
  /// Offset of the line in the note, in Unicode scalars.
  var start: Int

  /// The line without blanks at its ends.
  var trimmed: Substring { trimmingWhitespace(whole) }

  static func lines(of text: String) -> [NoteLine] {
    var lines: [NoteLine] = []
    var start = text.startIndex
    var offset = 0
    while start < text.endIndex {
      // A line end of "\r\n" is one Character, so a search by Character never cuts it in two.
      let end = text[start...].firstIndex(where: \.isNewline).map(text.index(after:))
      let line = text[start..<(end ?? text.endIndex)]
      lines.append(NoteLine(whole: line, start: offset))
      offset += line.unicodeScalars.count
      start = line.endIndex
    }
    return lines
  }
}

func trimmingWhitespace(_ text: Substring) -> Substring {
  let head = text.drop(while: \.isWhitespace)
  guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return head }
  return head[...last]
}
