import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Evaluation

struct ReportTests {
  private var table: ReportTable {
    var table = ReportTable(
      title: "Set A: points & more", about: "Means.", columns: ["Model", "n", "Points", "p"])
    table.rows = [
      [
        .text("a|b, \"c\""), .count(12),
        .figure(Estimate(value: 2.5, low: -0.004, high: 3), count: 12, digits: 2),
        .probability(0.25),
      ],
      [
        .text("two\nlines"), .count(0),
        .figure(Estimate(value: nil, low: nil, high: nil), count: 0, digits: 2),
        .probability(nil),
      ],
    ]
    return table
  }

  @Test func markdownHasAFigureWithItsInterval() {
    #expect(
      table.markdown == """
        ## Set A: points & more

        Means.

        | Model | n | Points | p |
        | --- | ---: | ---: | ---: |
        | a\\|b, "c" | 12 | 2.50 (0.00 to 3.00, n 12) | 0.2500 |
        | two lines | 0 | - | - |

        """)
  }

  @Test func commaSeparatedValuesFollowTheStandard() {
    #expect(table.fileName == "set-a-points-more")
    #expect(
      table.commaSeparated == "Model,n,Points,Points low,Points high,Points n,p\r\n"
        + "\"a|b, \"\"c\"\"\",12,2.500000,-0.004000,3.000000,12,0.2500\r\n"
        + "\"two\nlines\",0,,,,0,\r\n")
  }

  @Test func aSmallProbabilityIsNotZero() {
    #expect(ReportTable.Cell.probability(0.00001).words == "<0.0001")
    #expect(ReportTable.Cell.probability(0.25).words == "0.2500")
    #expect(ReportTable.Cell.probability(nil).words == "-")
  }

  @Test func rowsBeyondTheShownOnesAreInTheFileAlone() {
    var long = table
    long.shownRowCount = 1
    #expect(!long.markdown.contains("two"))
    #expect(long.markdown.contains("1 more rows are in set-a-points-more.csv."))
    #expect(long.commaSeparated.contains("two"))
  }

  @Test func thePageEscapesWhatAnAnswerSays() throws {
    var hostile = table
    hostile.rows[0][0] = .text("<script>alert(1)</script>")
    let plot = IntervalPlot(
      title: "P <1>", axis: "points", range: 1...4,
      rows: [.init(label: "<b>", estimate: Estimate(value: 2, low: 1, high: 3), count: 5)])
    let files = ReportPage(
      title: "R", parts: [.heading("H"), .text("<i>"), .table(hostile), .plot(plot)]
    ).files
    #expect(
      Set(files.keys) == ["report.md", "report.html", "set-a-points-more.csv", "p-1.svg"])
    let page = try #require(files["report.html"])
    #expect(!page.contains("<script") && !page.contains("<b>") && !page.contains("<i>"))
    #expect(page.contains("<small>0.00 to 3.00, n 12</small>"))
  }

  @Test func aPlotIsWellFormedAndInScale() throws {
    let rows = [
      IntervalPlot.Row(
        label: "a", estimate: Estimate(value: 2.5, low: 1, high: 4), count: 5, group: "g"),
      IntervalPlot.Row(
        label: "b", estimate: Estimate(value: nil, low: nil, high: nil), count: 0, group: "g"),
    ]
    let plot = IntervalPlot(title: "P", axis: "points", range: 1...4, mark: 2, rows: rows)
    #expect(XMLParser(data: Data(plot.svg.utf8)).parse())
    // The middle of the scale is the middle of the picture's field.
    #expect(plot.svg.contains("<circle cx=\"425\""))
  }

  @Test(
    arguments: [
      (nil, [0.0, 1.0], [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
      (nil, [-0.31, 0.12], [-0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2]),
      (1...4, [2.0], [1, 1.5, 2, 2.5, 3, 3.5, 4]), (nil, [], [0, 0.2, 0.4, 0.6, 0.8, 1]),
      (nil, [3, 3], [3, 3.2, 3.4, 3.6, 3.8, 4]),
    ] as [(ClosedRange<Double>?, [Double], [Double])])
  func ticksAreRound(range: ClosedRange<Double>?, values: [Double], ticks: [Double]) {
    let scale = Scale(range: range, values: values)
    #expect(scale.ticks.count == ticks.count)
    #expect(zip(scale.ticks, ticks).allSatisfy { abs($0 - $1) < 1e-9 })
  }
}
