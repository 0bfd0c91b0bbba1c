import Clinical
import Screen
import Testing

@testable import Workbench

extension Bench {
  static let deskQuestion = "Which diuretic was he sent home on, what dose, and who adjusts it?"
  static let deskAnswer = """
    Furosemide 40 mg by mouth twice daily.
    Heart failure clinic in two weeks.
    The dose will be adjusted by his GP.
    """

  static var ratedItem: DeskItem {
    DeskItem(
      id: "0142/1/secret-model", noteName: "note 0142", note: note, question: deskQuestion,
      answers: [deskAnswer])
  }

  static var comparedItem: DeskItem {
    DeskItem(
      id: "0142/1/secret-model <> 0142/1/other-model", noteName: "note 0142", note: note,
      question: deskQuestion,
      answers: [
        "Furosemide 40 mg by mouth twice daily.\nHeart failure clinic in two weeks.\n"
          + "The note does not say who adjusts the dose.",
        "He was discharged on oral furosemide 40 mg BD with follow-up in two weeks; the dose will "
          + "be adjusted by his GP.",
      ])
  }

  static func progress(done: Int = 36) -> DeskProgress {
    var progress = DeskProgress()
    (progress.total, progress.done, progress.skipped, progress.flagged) = (200, done, 2, 1)
    progress.secondsEach = 15
    progress.agreement = "alpha 0.62 on 34"
    return progress
  }

  /// A rater's desk with an answer in QA.
  static func rating(
    columns: Int = 80, rows: Int = 24, item: DeskItem = ratedItem, adjudicates: Bool = false
  ) -> Bench {
    var bench = Bench(columns: columns, rows: rows, notes: [], isReady: false)
    bench.send(.model(.failed(reason: "raters work without one")))
    bench.state.seatRater("AB", adjudicates: adjudicates)
    bench.tick(to: 60)
    bench.send(.desk(.item(.rating, item, progress())))
    bench.effects = []
    return bench
  }

  /// A rater's desk with two answers in Compare.
  static func comparing(columns: Int = 80, rows: Int = 24) -> Bench {
    var bench = rating(columns: columns, rows: rows)
    bench.press(.function(4))
    var progress = progress(done: 9)
    progress.agreement = "1 of 1 repeats agree"
    progress.total = 80
    bench.send(.desk(.item(.comparison, comparedItem, progress)))
    bench.effects = []
    return bench
  }
}

extension [Effect] {
  /// What a rater asks for among these effects.
  var orders: [DeskOrder] {
    compactMap { if case .desk(let order) = $0 { order } else { nil } }
  }
}
