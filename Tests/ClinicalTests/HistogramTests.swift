import Testing

@testable import Clinical

@Suite("Histograms of lengths")
struct HistogramTests {
  private func notes(_ lengths: [Int]) -> DatasetStatistics.Lengths {
    DatasetStatistics(
      lengths.enumerated().map { number, length in
        var record = PatientRecord(patientID: "\(number)")
        record.note = Array(repeating: "word", count: length).joined(separator: " ")
        return record
      }
    ).notes
  }

  /// Counts as numpy.histogram gives them for the edges 20, 40, ..., 140.
  @Test("have round bounds and hold every text")
  func bins() {
    let histogram = notes([25, 39, 40, 59, 60, 61, 99, 120, 139]).histogram(binCount: 6)
    #expect(histogram == .init(start: 20, width: 20, counts: [2, 2, 2, 1, 0, 2]))
  }

  @Test("of equal lengths are one range, and of none are empty")
  func edges() {
    #expect(notes([7, 7]).histogram(binCount: 10) == .init(start: 7, width: 1, counts: [2]))
    #expect(notes([]).histogram(binCount: 10).counts.isEmpty)
  }
}
