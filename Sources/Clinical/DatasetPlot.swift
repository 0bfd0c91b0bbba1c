/// What a data set holds as a picture: tasks, what its notes answer, and the lengths of its texts.
public struct DatasetPlot: Sendable {
  private let statistics: DatasetStatistics
  private static let (width, height) = (960.0, 760.0)
  private static let (ink, faint, bar) = ("#222222", "#dddddd", "#1f4e9c")

  /// The picture of `statistics`.
  public init(_ statistics: DatasetStatistics) { self.statistics = statistics }

  /// The picture, as text in the SVG format.
  public var svg: String {
    let s = statistics
    let panels = [
      tasks(x: 24, y: 64), answers(x: 600, y: 64),
      lengths("Case reports", s.caseReports, x: 24, y: 324),
      lengths("Notes", s.notes, x: 496, y: 324),
      lengths("Questions", s.questions, x: 24, y: 544),
      lengths("Answers", s.answers, x: 496, y: 544),
    ]
    let title = "\(s.recordCount) records of \(s.patientCount) patients, \(s.pairCount) questions"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(Self.width))" \
      height="\(Int(Self.height))" font-family="sans-serif" font-size="13" fill="\(Self.ink)">
      <rect width="100%" height="100%" fill="white"/>
      \(text(title, x: 24, y: 34, size: 18))
      \(panels.joined(separator: "\n"))
      </svg>

      """
  }

  // MARK: Panels

  private func tasks(x: Double, y: Double) -> String {
    let counts = ClinicalTask.allCases.map { statistics.taskCounts[$0] ?? 0 }
    let widest = Double(max(1, counts.max() ?? 0))
    let rows = zip(ClinicalTask.allCases, counts).enumerated().map { index, row in
      let top = y + 22 + Double(index) * 26
      let length = 260 * Double(row.1) / widest
      return text(row.0.title, x: x + 222, y: top + 14, anchor: "end")
        + rectangle(x: x + 230, y: top, width: length, height: 18, color: Self.bar)
        + text("\(row.1)", x: x + 236 + length, y: top + 14)
    }
    return text("Questions of each task", x: x, y: y, size: 15) + rows.joined(separator: "\n")
  }

  private func answers(x: Double, y: Double) -> String {
    let s = statistics
    let parts = [
      ("answered by the note", s.answerableCount, Self.bar),
      ("not answered by it", s.unanswerableCount, "#c05a00"),
      ("not marked", s.pairCount - s.answerableCount - s.unanswerableCount, "#999999"),
    ]
    let whole = Double(max(1, s.pairCount))
    var left = x
    let pieces = parts.enumerated().map { index, part in
      let length = 320 * Double(part.1) / whole
      defer { left += length }
      let top = y + 70 + Double(index) * 26
      let share = "\(part.1) \(part.0), \(percent(part.1, of: s.pairCount)) %"
      return rectangle(x: left, y: y + 22, width: length, height: 26, color: part.2)
        + rectangle(x: x, y: top, width: 14, height: 14, color: part.2)
        + text(share, x: x + 22, y: top + 12)
    }
    let rest = [
      "\(s.noteVocabularyCount) different words in the notes",
      "\(s.repeatedQuestionCount) questions and \(s.repeatedNoteCount) notes repeat earlier ones",
      "\(s.strayQuoteCount) of \(s.quoteCount) evidence quotes are not to the letter",
    ].enumerated().map { text($1, x: x, y: y + 170 + Double($0) * 22) }
    return text("Questions that the note answers", x: x, y: y, size: 15)
      + (pieces + rest).joined(separator: "\n")
  }

  private func lengths(
    _ title: String, _ lengths: DatasetStatistics.Lengths, x: Double, y: Double
  ) -> String {
    let heading = text(
      "\(title): words each, \(lengths.sorted.count) texts, median \(shown(lengths.median))",
      x: x, y: y, size: 15)
    let histogram = lengths.histogram(binCount: 24)
    let (top, width, height) = (y + 18, 430.0, 130.0)
    let tallest = Double(max(1, histogram.counts.max() ?? 0))
    let step = width / Double(max(1, histogram.counts.count))
    let bars = histogram.counts.enumerated().map { index, count in
      let tall = height * Double(count) / tallest
      return rectangle(
        x: x + Double(index) * step + 0.5, y: top + height - tall, width: step - 1, height: tall,
        color: Self.bar)
    }
    let base = top + height
    let labels = [0, histogram.counts.count / 2, histogram.counts.count].map { edge in
      text(
        "\(histogram.start + edge * histogram.width)", x: x + Double(edge) * step, y: base + 18,
        anchor: edge == 0 ? "start" : edge == histogram.counts.count ? "end" : "middle")
    }
    let most = text("\(Int(tallest))", x: x + width + 6, y: top + 10)
    return heading + (bars + labels).joined(separator: "\n")
      + rectangle(x: x, y: base, width: width, height: 1, color: Self.ink)
      + rectangle(x: x, y: top, width: width, height: 1, color: Self.faint) + most
  }

  // MARK: Parts

  private func text(
    _ words: String, x: Double, y: Double, size: Int = 13, anchor: String = "start"
  ) -> String {
    let weight = size > 13 ? " font-weight=\"bold\"" : ""
    return "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\"\(weight) "
      + "text-anchor=\"\(anchor)\">\(words)</text>\n"
  }

  private func rectangle(
    x: Double, y: Double, width: Double, height: Double, color: String
  ) -> String {
    "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(0, width)))\" "
      + "height=\"\(number(height))\" fill=\"\(color)\"/>\n"
  }

  private func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  private func percent(_ count: Int, of whole: Int) -> Int {
    whole == 0 ? 0 : Int((100 * Double(count) / Double(whole)).rounded())
  }

  private func shown(_ median: Double) -> String {
    median == median.rounded() ? "\(Int(median))" : "\(median)"
  }
}
