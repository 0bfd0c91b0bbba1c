import Clinical
import Screen
import Testing

@testable import Workbench

/// The desk of a rater: QA.
@Suite struct DeskTests {
  @Test func workIsAskedForOnceAPlaceIsLookedAt() {
    var bench = Bench(notes: [], isReady: false)
    bench.send(.model(.failed(reason: "none")))
    bench.state.seatRater("AB", adjudicates: false)
    #expect(bench.tick(to: 1).orders == [.next(.rating, skipped: false)])
    #expect(!bench.state.isAtRest)
    #expect(bench.tick(to: 2).orders.isEmpty)
    bench.send(.desk(.item(.rating, Bench.ratedItem, Bench.progress())))
    #expect(bench.state.isAtRest)
    #expect(bench.press(.function(4)).orders == [.next(.comparison, skipped: false)])
  }

  @Test func neitherTheModelNorHintsAreShownBeforeAGradeIsGiven() {
    var bench = Bench.rating(columns: 120, rows: 40)
    func screen() -> String { bench.screen.joined(separator: "\n") }
    #expect(screen().contains("hints off until graded"))
    #expect(!screen().contains("[?]"))
    #expect(bench.state.sheet?.hints == nil)
    bench.press(.character("3"))
    #expect(screen().contains("hints on"))
    #expect(screen().contains("[?]"), "the sentence that the note does not have")
    #expect(!screen().contains("secret-model"))
  }

  @Test func aGradeIsSubmittedWithAllThatWasSaid() {
    var bench = Bench.rating()
    bench.press(.character("1"), .character("m"), .character("2"), .character(";"))
    bench.type("no GP in the note")
    bench.press(.enter, .character("f"))
    bench.tick(to: 90)
    let effects = bench.press(.enter)
    var rating = AnswerRating(
      grade: .unacceptable, harm: .moderate, comment: "no GP in the note", isFlagged: true)
    #expect(
      effects.orders == [
        .submit(.rating, id: Bench.ratedItem.id, .rating(rating), seconds: 30)
      ])
    #expect(bench.press(.enter).isEmpty, "nothing is submitted twice")
    bench.send(.desk(.item(.rating, Bench.ratedItem, Bench.progress(done: 37))))
    #expect(bench.statusRow.contains("37 done"))
    #expect(bench.statusRow.contains("saved 14:01:30"))
    // What another grade takes the place of, once hints were seen, is not forgotten.
    bench.press(.character("4"), .character("1"))
    rating = AnswerRating(grade: .unacceptable)
    rating.firstGrade = .excellent
    #expect(bench.state.sheet?.rating == rating)
  }

  @Test func eachStepIsKeptAsADraft() throws {
    var bench = Bench.rating()
    #expect(
      bench.press(.character("2")).orders == [
        .keepDraft(.rating, id: Bench.ratedItem.id, .rating(AnswerRating(grade: .poor)))
      ])
    var item = Bench.ratedItem
    item.said = .rating(AnswerRating(grade: .poor, comment: "half done"))
    bench.send(.desk(.item(.rating, item, Bench.progress())))
    #expect(bench.screen.contains { $0.contains("* (2) Poor") })
    #expect(bench.screen.contains { $0.contains("half done") })
  }

  @Test func wordsThatAreBeingMarkedStayInTheirText() {
    var bench = Bench.rating()
    bench.press(.tab, .character("v"))
    for _ in 0..<40 { bench.press(.character("w")) }
    bench.press(.tab)
    #expect(bench.state.sheet?.focus == .answer)
    #expect(bench.state.sheet?.marking == nil)
    #expect(bench.screen.contains { $0.contains("Output (model hidden)") })
  }

  @Test func aDraftThatCannotBeKeptLeavesTheSheetAndTheGradeOpen() {
    var bench = Bench.rating()
    bench.press(.character("f"))
    bench.send(.desk(.failed(.rating, reason: "x.sqlite: the disk is full")))
    #expect(bench.state.sheet != nil)
    bench.press(.character("2"))
    #expect(bench.state.sheet?.rating.grade == .poor)
    #expect(bench.press(.enter).orders.count == 1)
  }

  @Test func withoutAGradeNothingIsSubmitted() {
    var bench = Bench.rating()
    #expect(bench.press(.enter).isEmpty)
    #expect(bench.noticeRow.contains("Give a grade first"))
  }

  @Test func aGradeThatSpeaksAgainstTheGuidelinesIsAskedAbout() {
    var bench = Bench.rating()
    bench.press(.character("3"), .character("v"), .character("h"))
    #expect(bench.press(.enter).isEmpty)
    #expect(bench.noticeRow.contains("Guideline 2.1: grade 1. Keep? y/n"))
    #expect(bench.press(.character("n")).isEmpty)
    bench.press(.enter)
    #expect(bench.press(.character("y")).orders.count == 1)
  }

  @Test func wordsAreMarkedWithKeysAlone() throws {
    var bench = Bench.rating()
    bench.press(.character("v"), .down, .down, .character("w"), .character("w"), .character("w"))
    bench.press(.character("w"), .character("w"), .character("v"), .character("w"))
    bench.press(.character("w"))
    #expect(bench.press(.character("o")).isEmpty, "an omission is marked in the note")
    #expect(bench.noticeRow.contains("is marked in the note"))
    #expect(bench.press(.character("h")).orders.count == 1)
    let span = try #require(bench.state.sheet?.rating.spans.first)
    let scalars = Array(Bench.deskAnswer.unicodeScalars)
    #expect(String(String.UnicodeScalarView(scalars[span.range])) == "by his GP")
    #expect(bench.screen.contains { $0.contains("[by his GP]1") })
    // In the note.
    bench.press(.tab, .character("v"), .character("w"), .character("o"))
    #expect(bench.state.sheet?.rating.spans.count == 2)
    #expect(bench.screen.contains { $0.contains("1 unsupported, 2 omission") })
    bench.press(.character("d"))
    #expect(bench.state.sheet?.rating.spans == [span])
    bench.press(.character("v"), .escape)
    #expect(bench.state.sheet?.marking == nil)
    #expect(bench.state.mode == .rating)
  }

  @Test func whatCannotBeKeptStandsThereUntilItIs() {
    var bench = Bench.rating()
    bench.press(.character("2"), .enter)
    bench.send(.desk(.failed(.rating, reason: "x.sqlite: the disk is full")))
    #expect(bench.screen.contains { $0.contains("Not saved: x.sqlite: the disk is full") })
    bench.press(.character("4"))
    #expect(bench.state.sheet?.rating.grade == .poor, "rating is disabled")
    #expect(bench.press(.enter).orders.count == 1)
    bench.send(.desk(.item(.rating, Bench.ratedItem, Bench.progress(done: 37))))
    #expect(!bench.screen.joined().contains("Not saved"))
    #expect(bench.statusRow.contains("saved"))
  }

  @Test func whatOthersHoldIsSaid() {
    var bench = Bench.rating()
    bench.press(.character("s"))
    bench.send(.desk(.held(.rating, count: 2, by: "CD", until: "14:20", Bench.progress())))
    #expect(bench.screen.contains { $0.contains("held by CD until 14:20") })
    #expect(bench.press(.character("s")).orders == [.next(.rating, skipped: false)])
    bench.send(.desk(.item(.rating, Bench.ratedItem, Bench.progress())))
    bench.send(.desk(.lost(.rating, by: "CD", until: "14:20")))
    #expect(bench.noticeRow.contains("Held by CD until 14:20; s next."))
  }

  @Test func aLeaseIsKeptByKeysAndNotByTime() {
    var bench = Bench.rating()
    bench.tick(to: 1000)
    #expect(bench.effects.isEmpty)
    #expect(bench.press(.down).orders == [.renew(.rating, id: Bench.ratedItem.id)])
    bench.tick(to: 1010)
    #expect(bench.press(.down).isEmpty)
  }

  @Test func theEndSaysSoAndOffersWhatWasPassedOver() {
    var bench = Bench.rating()
    bench.press(.character("s"))
    bench.send(.desk(.finished(.rating, ["m: mean grade 2.00 of 3 answers"], Bench.progress())))
    #expect(bench.screen.contains { $0.contains("36 of 200 done, 2 passed over") })
    #expect(bench.screen.contains { $0.contains("m: mean grade 2.00") })
    #expect(bench.press(.character("s")).orders == [.next(.rating, skipped: true)])
    bench.send(.desk(.nothing(.rating, "There is nothing to take back.")))
    #expect(bench.noticeRow.contains("There is nothing to take back."))
  }

  @Test func theNoteIsSearched() {
    var bench = Bench.rating()
    bench.press(.character("/"))
    bench.type("heart failure clinic")
    bench.press(.enter)
    #expect(bench.noticeRow.contains("1 of 1 found"))
    #expect(bench.state.sheet?.focus == .note)
    #expect(bench.screen.prefix(14).contains { $0.contains("Heart failure clinic") })
  }

  @Test func whatOthersSaidIsShownWhereItIsSettled() {
    var item = Bench.ratedItem
    item.earlier = [
      EarlierRating(rater: "CD", rating: AnswerRating(grade: .excellent)),
      EarlierRating(
        rater: "EF",
        rating: AnswerRating(
          grade: .unacceptable, spans: [ErrorSpan(kind: .unsupported, range: 0..<4)], harm: .mild,
          comment: "invented")),
    ]
    var bench = Bench.rating(item: item, adjudicates: true)
    #expect(bench.screen.contains { $0.contains("CD: 4 Excellent") })
    #expect(
      bench.screen.contains {
        $0.contains("EF: 1 Unacceptable; unsupported; harm mild; \"invented\"")
      })
    #expect(bench.statusRow.contains("ADJUDICATE"))
    bench.press(.function(4))
    #expect(bench.state.deskKind == nil, "only grades are settled")
  }

  @Test func hostileTextsNeverReachTheScreen() {
    var item = Bench.ratedItem
    item.answers = ["a\u{1B}[2Jb \u{202E}c\u{0}\n\n"]
    item.note = ""
    item.question = ""
    var bench = Bench.rating(item: item)
    bench.press(.character("v"), .character("v"), .right, .character("t"), .tab, .character("v"))
    for row in bench.screen {
      #expect(!row.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }
    #expect(bench.state.sheet?.marking == nil, "there is no word in an empty note")
  }
}
