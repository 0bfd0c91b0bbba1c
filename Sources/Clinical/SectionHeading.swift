/// Tells by its look whether a line of a note is, or begins with, a heading.
enum SectionHeading {
  private static let longestTitle = 60
  private static let mostWords = 7

  /// The heading on line `index`, or nil where that line is plain text.
  static func title(ofLineAt index: Int, in lines: [NoteLine]) -> String? {
    let line = lines[index].trimmed
    guard !line.isEmpty, !isRuling(line) else { return nil }
    let next = index + 1 < lines.count ? lines[index + 1].trimmed : ""
    let (marker, bare) = splittingMarker(line)
    guard let first = bare.first, first.isLetter else { return nil }
    if isRuling(next) || marker == .hash { return short(bare) }
    if marker == .bullet { return nil }
    if let title = capitals(bare) { return title }
    if let title = labelled(bare) { return title }
    let previous = index > 0 ? lines[index - 1].trimmed : ""
    let isListed = [previous, next].contains { splittingMarker($0).marker == .number }
    return marker == .number && !isListed && !next.isEmpty ? plainTitle(bare) : nil
  }

  private enum Marker: Equatable {
    case none, number, hash, bullet
  }

  /// `HOSPITAL COURSE`, or in front of a wide gap as in `DISCHARGE SUMMARY    HD 3`.
  private static func capitals(_ text: Substring) -> String? {
    let head = text.firstRange(of: "  ").map { text[..<$0.lowerBound] } ?? text
    guard isCapitals(head), head.count(where: \.isNumber) <= 2 else { return nil }
    return short(head)
  }

  /// `Discharge medication:` on its own, or `ALLERGIES: none known` with text behind it.
  private static func labelled(_ text: Substring) -> String? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let label = text[..<colon]
    let standsAlone = text[text.index(after: colon)...].allSatisfy(\.isWhitespace)
    guard label.first?.isUppercase == true, standsAlone || isCapitals(label) else { return nil }
    return short(label)
  }

  /// `Theatre`, as behind `2)`: few words, no figures.
  private static func plainTitle(_ text: Substring) -> String? {
    let isPlain = text.allSatisfy { $0.isLetter || " /-&,()'".contains($0) }
    return isPlain && text.first?.isUppercase == true ? short(text) : nil
  }

  /// `text` as a title, or nil where it is too long to be one.
  private static func short(_ text: Substring) -> String? {
    let title = trimmingWhitespace(text[...].dropLastWhile { ":*=#-".contains($0) || $0 == " " })
    let wordCount = title.split(whereSeparator: \.isWhitespace).count
    guard title.count <= longestTitle, (1...mostWords).contains(wordCount) else { return nil }
    return String(title)
  }

  /// Four capital letters at least: `PT:` and `BP:` begin a line of text, `PLAN:` a section.
  private static func isCapitals(_ text: Substring) -> Bool {
    let letters = text.filter(\.isLetter)
    return letters.count >= 4 && !letters.contains(where: \.isLowercase)
  }

  /// A line of nothing but `---` or `===`.
  private static func isRuling(_ line: Substring) -> Bool {
    line.count >= 3 && line.allSatisfy { "-=_*".contains($0) }
  }

  private static func splittingMarker(_ line: Substring) -> (marker: Marker, rest: Substring) {
    let hashes = line.prefix(while: { $0 == "#" })
    let afterHashes = line.dropFirst(hashes.count)
    if !hashes.isEmpty, afterHashes.first == " " {
      return (.hash, trimmingWhitespace(afterHashes))
    }
    if let first = line.first, "-*>•".contains(first) {
      return (.bullet, trimmingWhitespace(line.drop(while: { $0 == first })))
    }
    let digits = line.prefix(while: \.isNumber)
    let mark = line.dropFirst(digits.count).first
    if (1...2).contains(digits.count), mark == "." || mark == ")" {
      return (.number, trimmingWhitespace(line.dropFirst(digits.count + 1)))
    }
    return (.none, line)
  }
}

extension Substring {
  fileprivate func dropLastWhile(_ isDropped: (Character) -> Bool) -> Substring {
    lastIndex(where: { !isDropped($0) }).map { self[...$0] } ?? prefix(0)
  }
}
