import Clinical
import Testing

@testable import Workbench

@Suite struct PlainFeedTests {
  @Test func everythingIsToldOnceAndInOrder() throws {
    var bench = Bench()
    var feed = PlainFeed()
    var told = feed.news(of: bench.state)
    #expect(
      told == "Note: 0142.txt, 13 lines\n"
        + "Model: SmolLM2-135M-Instruct Q4_1, 2,048 tokens of context\n")
    let id = try bench.send(.instruction("Which diuretic?")).request().id
    bench.write(["Furo"], in: id)
    told = feed.news(of: bench.state)
    #expect(told == "You: Which diuretic?\nModel: Furo")
    bench.write(["semide"], in: id)
    #expect(feed.news(of: bench.state) == "semide")
    bench.finish(id, text: "Furosemide", tokens: [1, 2], stop: .limit)
    #expect(
      feed.news(of: bench.state)
        == "\n(not finished: limit of 2 tokens reached  (:continue))\n"
        + "Support: 1 sentence: 1 found in note, 0 NOT FOUND\n")
    #expect(feed.news(of: bench.state).isEmpty)
    let rest = try bench.send(.command("continue")).request().id
    bench.write([" 40 mg"], in: rest)
    #expect(feed.news(of: bench.state) == "Model goes on:  40 mg")
    bench.finish(rest, text: "Furosemide 40 mg", tokens: [1, 2, 0])
    #expect(
      feed.news(of: bench.state) == "\nSupport: 1 sentence: 1 found in note, 0 NOT FOUND\n")
    #expect(feed.news(of: bench.state).isEmpty)
  }

  @Test func aQuestionIsAskedAndItsAnswerRead() {
    var bench = Bench(isReady: false)
    bench.send(.model(.missing(Bench.offer)))
    var feed = PlainFeed()
    _ = feed.news(of: bench.state)
    for message in PlainFeed.messages(for: "", state: bench.state) { bench.send(message) }
    #expect(feed.news(of: bench.state).contains("Question: Download SmolLM2"))
    for message in PlainFeed.messages(for: "yes", state: bench.state) { bench.send(message) }
    #expect(bench.effects == [.downloadModel])
  }

  @Test func aNumberChoosesATask() {
    let starter = ClinicalTask.allCases[6].starters[0]
    #expect(PlainFeed.messages(for: " 7 ", state: Bench().state) == [.instruction(starter)])
    #expect(PlainFeed.taskList.contains("7  Summarization: \(starter)"))
    #expect(PlainFeed.messages(for: "9", state: Bench().state) == [.instruction("9")])
  }

  @Test func controlSequencesAreShownNotSent() throws {
    var bench = Bench()
    var feed = PlainFeed()
    let id = try bench.send(.instruction("Course?")).request().id
    bench.write(["\u{1B}[2J", "x\ny"], in: id)
    let told = feed.news(of: bench.state)
    #expect(!told.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(told.contains("x\ny"))
  }

  @Test func listsAreToldWithNumbersThatChoose() throws {
    var feed = PlainFeed()
    var bench = NoteListTests.three()
    func say(_ line: String) {
      for message in PlainFeed.messages(for: line, state: bench.state) { bench.send(message) }
    }
    say(":notes")
    _ = feed.news(of: bench.state)
    for text in [Bench.note, NoteListTests.letter.text, NoteListTests.labs.text] {
      bench.send(.textCounted(text, 118))
    }
    let told = feed.news(of: bench.state)
    #expect(told.contains("Notes: a number shows one"))
    #expect(told.contains("\n  3  labs.txt, 1 lines, 118 tokens\n"))
    #expect(feed.news(of: bench.state).isEmpty, "told once")
    say("3")
    #expect(bench.state.noteIndex == 2)
    #expect(bench.state.overlay == nil)

    say(":outline")
    bench.send(.sectionsCounted(note: NoteListTests.labs.text, tokenCounts: [6]))
    #expect(feed.news(of: bench.state).contains("  1  (start of the note), 6 tokens"))
    say("")
    #expect(bench.state.overlay == nil)

    say(":models")
    bench.send(.modelsListed(ModelListTests.items))
    #expect(
      feed.news(of: bench.state).contains(
        "  1  SmolLM2-135M-Instruct.Q4_1, Q4_1, 98 MB, 8,192 tokens of context, in use\n"))
    say("2")
    #expect(bench.effects.last == .useModel(ModelSelection(model: "/m/a.gguf")))
    bench.send(.model(.ready(Bench.model)))

    say(":sessions furo")
    bench.send(.sessionsFound("furo", SessionSearchTests.hits))
    #expect(feed.news(of: bench.state).contains("  2  14:01, 0142.txt. You: Summarise the course."))
    // A question closes the list and is asked.
    say("Which diuretic?")
    #expect(bench.state.overlay == nil)
    #expect(bench.effects.generation?.order.question == "Which diuretic?")
  }
}
