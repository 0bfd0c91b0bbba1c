import Clinical
import Screen
import Testing

@testable import Workbench

/// The token inspector, and answers that branch at a token.
@Suite struct TokenTests {
  /// What a model could have weighed: the words and their probabilities, the first one chosen.
  private static func choice(_ words: [(Int32, String?, Float)]) -> TokenChoice {
    TokenChoice(
      probability: words[0].2, entropy: 2.1,
      alternatives: words.sorted { $0.2 > $1.2 }
        .map { TokenChoice.Alternative(id: $0.0, text: $0.1, probability: $0.2) })
  }

  /// An answer of seven tokens, of which " GP" and the end were uncertain; the keys go to it.
  static func answered(columns: Int = 80, rows: Int = 24) throws -> Bench {
    var bench = Bench(columns: columns, rows: rows)
    let id = try bench.asked("Who adjusts the dose?")
    bench.prefill(id)
    bench.tick(to: 60)
    let sure = ["The", " dose", " will", " be", " adjusted", " by", " his"]
    for (index, text) in sure.enumerated() {
      let choice = choice([(Int32(index), text, 0.97), (90, " might", 0.02)])
      bench.send(.generation(id, .event(.token(id: Int32(index), text: text, choice: choice))))
    }
    let uncertain = choice([
      (7, " GP", 0.31), (70, " cardiologist", 0.34), (71, " heart", 0.17), (72, "\n", 0.05),
    ])
    bench.send(.generation(id, .event(.token(id: 7, text: " GP", choice: uncertain))))
    var summary = GenerationSummary(
      stop: .end, text: "The dose will be adjusted by his GP", tokens: Array(0..<8),
      promptTokenCount: 1248, reusedTokenCount: 0, prefillSeconds: 1, decodeSeconds: 1)
    summary.endChoice = choice([(2, nil, 0.6), (80, ".", 0.4)])
    bench.send(.generation(id, .event(.finished(summary))))
    bench.send(.saved)
    bench.send(.saved)
    bench.press(.backTab)
    return bench
  }

  static func inspecting() throws -> Bench {
    var bench = try answered()
    bench.press(.character("T"))
    return bench
  }

  @Test func itShowsWhatTheModelWeighed() throws {
    var bench = try Self.inspecting()
    #expect(bench.screen.contains { $0.contains(#"at "The"   p 0.97   entropy 2.1 bits"#) })
    bench.press(.end, .left)
    #expect(bench.screen.contains { $0.contains(#"at " GP"   p 0.31"#) })
    let rows = bench.screen.filter { $0.contains(" 0.") && $0.contains("#") }
    #expect(
      rows.map { $0.trimmingBlankEnds } == [
        "    \" cardiologist\"   0.34  ########", " >= \" GP\"             0.31  #######",
        "    \" heart\"          0.17  ####", "    \"\\n\"              0.05  #",
      ])
    bench.press(.right)
    #expect(bench.screen.contains { $0.contains("at (end)   p 0.60") })
    bench.press(.right, .home, .left)
    #expect(bench.state.tokenCursor == TokenCursor(exchange: 0))
    bench.press(.character("T"))
    #expect(bench.state.tokenCursor == nil)
  }

  @Test func anotherWordMakesABranchWithoutAnotherQuestion() throws {
    var bench = try Self.inspecting()
    bench.press(.character("u"), .up)
    let request = try bench.press(.enter).request()
    #expect(request.order.given == [0, 1, 2, 3, 4, 5, 6, 70])
    #expect(request.order.question == "Who adjusts the dose?")
    #expect(request.order.note == Bench.note)
    let branch = try #require(bench.answers.last)
    #expect(branch.versionOf == 0)
    #expect(branch.givenTokenCount == 8)
    #expect(branch.answer == "The dose will be adjusted by his cardiologist")
    #expect(branch.tokens.last?.choice?.probability == 0.34)
    bench.send(.generation(request.id, .event(.token(id: 9, text: "."))))
    bench.finish(
      request.id, text: "The dose will be adjusted by his cardiologist.",
      tokens: [0, 1, 2, 3, 4, 5, 6, 70, 9])
    #expect(bench.answers.map(\.status) == [.complete, .complete])
    #expect(bench.screen.contains { $0.contains("branched at token 8") })
    #expect(bench.effects.saved.last?.entry.givenTokenCount == 8)
    // The inspector has gone with the branch, and back with the version before.
    #expect(bench.state.tokenCursor?.exchange == 1)
    bench.press(.character("<"))
    #expect(bench.state.tokenCursor?.exchange == 0)
  }

  @Test func thatTheEndWasNotTheEndIsABranchToo() throws {
    var bench = try Self.inspecting()
    bench.press(.end, .down)
    let order = try bench.press(.enter).request().order
    #expect(order.given == [0, 1, 2, 3, 4, 5, 6, 7, 80])
  }

  @Test func ownWordsAreCutIntoTokensFirst() throws {
    var bench = try Self.inspecting()
    bench.press(.character("u"), .character("i"))
    bench.type("dentist")
    bench.count()
    #expect(bench.state.isAtRest)
    let reading = BranchRequest(exchange: 0, keptTokenCount: 7, text: " dentist")
    #expect(bench.press(.enter) == [.readBranch(reading)])
    #expect(!bench.state.isAtRest)
    let tokens = [AnswerToken(id: 40, text: " dent"), AnswerToken(id: 41, text: "ist")]
    let order = try bench.send(.branchRead(reading, tokens)).request().order
    #expect(order.given == [0, 1, 2, 3, 4, 5, 6, 40, 41])
    #expect(bench.answers.last?.answer == "The dose will be adjusted by his dentist")
    // What is asked for while an answer is written, or twice, changes nothing.
    #expect(bench.send(.branchRead(reading, tokens)).generation == nil)
  }

  @Test func whereNothingCanBranchItIsSaid() throws {
    var bench = try Self.inspecting()
    #expect(bench.press(.enter).isEmpty)
    #expect(bench.noticeRow.contains("stands there already"))
    bench.press(.end, .enter)
    #expect(bench.answers.count == 1)
    var other = Bench.model
    other.name = "Another"
    bench.send(.model(.ready(other)))
    bench.press(.home, .down)
    #expect(bench.press(.enter).generation == nil)
    #expect(bench.noticeRow.contains("another model is loaded now"))
  }

  @Test func aBranchBehindTheLimitMayGoOn() throws {
    var bench = Bench()
    bench.state.parameters.maximumTokenCount = 2
    let id = try bench.asked("Course?")
    for token in Int32(1)...2 {
      let choice = Self.choice([(token, " a", 0.5), (9, " b", 0.4)])
      bench.send(.generation(id, .event(.token(id: token, text: " a", choice: choice))))
    }
    bench.finish(id, text: " a a", tokens: [1, 2], stop: .limit)
    bench.press(.backTab, .character("T"), .end, .down)
    #expect(try bench.press(.enter).request().order.parameters.maximumTokenCount == 4)
  }

  @Test func uncertainWordsAreMarkedWithoutColor() throws {
    var bench = try Self.answered()
    bench.press(.character("e"))
    let frame = view(bench.state, size: bench.state.size)
    var marked = ""
    for y in 0..<frame.size.rows {
      marked += frame.row(y).filter { $0.role == .uncertain }.map(\.text).joined()
    }
    #expect(marked == " GP")
    #expect(Theme.mono[.uncertain].attributes.contains(.underline))
    bench.press(.character("e"))
    #expect(bench.state.answerMarks == .none)
  }

  @Test func tokensAreFoundInRowsThatBreak() {
    let text = "one two\tthree\n\nfour fi\u{301}ve"
    let tokens = ["one", " two", "\tth", "ree", "\n\n", "four", " fi", "\u{301}ve"]
      .enumerated().map { AnswerToken(id: Int32($0.offset), text: $0.element) }
    let rows = WrappedText(text, columns: 8).rows
    let places = TokenPlaces(rows: rows, tokens: tokens)
    var shown: [Int: String] = [:]
    for piece in places.pieces {
      shown[piece.token, default: ""] += String(Array(rows[piece.row].text)[piece.characters])
    }
    #expect(shown[0] == "one")
    #expect(shown[3] == "ree")
    #expect(shown[4] == nil)
    #expect(shown[5] == "four")
    #expect(shown[6] == "fi\u{301}")
    #expect(places.pieces(of: 4).first?.characters.isEmpty == true)
  }

  @Test func anAnswerOfAnEarlierRunSaysWhyThereIsNothing() throws {
    var bench = try Self.answered()
    var entry = bench.answers[0]
    entry.tokens = entry.tokens.map { AnswerToken(id: $0.id) }
    bench = Bench()
    bench.send(.sessionRestored([entry]))
    bench.press(.backTab, .character("T"))
    #expect(bench.state.tokenCursor == nil)
    #expect(bench.noticeRow.contains("only while the program runs"))
  }

  @Test func theVersionsAreListedWithWhatTheyCameOf() throws {
    var bench = try Self.inspecting()
    bench.press(.character("u"), .up)
    let id = try bench.press(.enter).request().id
    bench.finish(id, text: "His cardiologist.", tokens: [1])
    bench.press(.character("b"))
    #expect(bench.screen.contains { $0.contains("1  14:00  asked, seed 0: The dose") })
    #expect(bench.screen.contains { $0.contains("> 2  14:01  branched at token 8") })
    bench.press(.up, .enter)
    #expect(bench.state.chosenExchange == 0)
  }
}

extension String {
  /// Without the blanks at its end, in which rows of the screen differ.
  fileprivate var trimmingBlankEnds: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
