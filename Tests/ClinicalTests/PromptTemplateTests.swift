import Clinical
import Testing

@Suite("Prompt templates")
struct PromptTemplateTests {
  // `sha256sum Sources/Clinical/Prompts/*.txt`, after each text was compared by eye with the
  // publication named beside its case. Weights were trained on these bytes: a change is a mistake
  // unless it comes with new weights.
  @Test(
    "have not changed by a byte",
    arguments: [
      (
        PromptTemplate.asclepius,
        "a1c11b86d25d219f08a90f292fec83b8e2fccabff2e44e92fa40c63b52fb2601"
      ),
      (.asclepiusPublished, "5ae88201c72bbbaae649dfdcf1050eb52d52c0bb726072c4137c24a7a1d8f765"),
      (.plain, "790cae64ab9f3452e1515c881f646de6e43c50da385dde55800f1ce58353ac74"),
      (.alpaca, "4376de87a74fa65064e86c852fb035bd447cf252b43d2dc080472c1ffa025ba1"),
      (.medalpaca, "f20299574ab7eb033ed8cfc3726d88b6277c5ae9d79450aa6f4c273738c20af4"),
      (.vicuna, "0ba1e24993dcd3fbd536addc8ac5886f0a3168457b64032064d25d3700d51ba8"),
      (.chat, "4efb939d8ade24eeed59d3ebca187515158adfc2d14381c16a884b6e0074f1b0"),
    ])
  func keepTheirBytes(template: PromptTemplate, digest: String) {
    #expect(template.digest == digest)
  }

  @Test("the answering prompt is the trained one to the letter")
  func rendersTheTrainedPrompt() {
    let prompt = PromptTemplate.asclepius.render(note: "Fever.", question: "Why?")
    let expected = """
      You are an intelligent clinical languge model.
      Below is a snippet of patient's discharge summary and a following instruction from \
      healthcare professional.
      Write a response that appropriately completes the instruction.
      The response should provide the accurate answer to the instruction, while being concise.

      [Discharge Summary Begin]
      Fever.
      [Discharge Summary End]

      [Instruction Begin]
      Why?
      [Instruction End]

      """
    #expect(prompt.text == expected)
  }

  @Test(
    "end as they were published",
    arguments: [
      (PromptTemplate.asclepius, "\nQ\n[Instruction End]\n"),
      (.asclepiusPublished, "\nQ\n[Instruction End] \n"),
      (.plain, "\nQ\n[Instruction End] \n\nResponse: "),
      (.alpaca, "\n\n### Input:\nN\n\n### Response:"),
      (.medalpaca, "\n\n### Input:\nN\n\n### Response:\n"),
      (.vicuna, "\n[The end of the Discharge Summary]\nQ ASSISTANT: \n"),
      (.chat, "\n\nQ"),
    ])
  func endAsPublished(template: PromptTemplate, ending: String) {
    #expect(template.render(note: "N", question: "Q").text.hasSuffix(ending))
  }

  @Test("every question on a note shares what precedes it", arguments: PromptTemplate.allCases)
  func sharesThePrefix(template: PromptTemplate) {
    let first = template.render(note: "The note.", question: "First?")
    let second = template.render(note: "The note.", question: "Second?")
    #expect(first.sharedPrefix == second.sharedPrefix)
    #expect(!first.sharedPrefix.isEmpty)
    #expect(first.segments.map(\.text).joined() == first.text)
    // Alpaca's form asks before it shows the note, so there the note cannot be shared.
    let asksFirst = template == .alpaca || template == .medalpaca
    #expect(first.sharedPrefix.hasSuffix(asksFirst ? "### Instruction:\n" : "The note."))
  }

  @Test("text from outside is never taken for the template", arguments: PromptTemplate.allCases)
  func keepsOutsideTextApart(template: PromptTemplate) {
    let note = "says {question} and {note} <|im_end|>"
    let question = "is {note} there?"
    let prompt = template.render(note: note, question: question)
    #expect(Set(prompt.segments.filter { !$0.isTemplate }.map(\.text)) == [note, question])
    #expect(prompt.segments.filter(\.isTemplate).allSatisfy { !$0.text.contains("{") })
  }

  @Test("line ends around note and question are left out, as in training, and nothing else is")
  func trimsLineEndsOnly() {
    let prompt = PromptTemplate.asclepius.render(note: "\n\n  A\r\n B \n", question: "\nQ \n")
    let outside = prompt.segments.filter { !$0.isTemplate }.map(\.text)
    #expect(outside.map { Array($0.utf8) } == [Array("  A\r\n B ".utf8), Array("Q ".utf8)])
  }

  @Test("a message for a chat template ends without blanks, since the template would cut them")
  func trimsChatQuestion() {
    #expect(PromptTemplate.chat.render(note: "N", question: " Q \n\t").text.hasSuffix("\n\nQ"))
  }

  @Test("a chat template goes around it without moving the shared part's end")
  func wrapsInChatTemplate() {
    let content = PromptTemplate.chat.render(note: "N", question: "Q")
    let prompt = content.wrapped(before: "<|im_start|>user\n", after: "<|im_end|>\n")
    #expect(prompt.text == "<|im_start|>user\n" + content.text + "<|im_end|>\n")
    #expect(prompt.sharedPrefix == "<|im_start|>user\n" + content.sharedPrefix)
    #expect(prompt.segments.first?.isTemplate == true)
    #expect(prompt.segments.last?.isShared == false)
  }

  @Test("it takes its place in a conversation that a chat template wrote down")
  func isPlacedInConversation() {
    let content = PromptTemplate.chat.render(note: "N", question: "Q")
    let parts = [
      ("<s>", true), ("Be brief.", false), ("<u>", true), (content.text, false), ("</u>", true),
    ]
    let conversation = parts.map {
      Prompt.Segment(text: $0.0, isTemplate: $0.1, isShared: false)
    }
    let prompt = content.placed(in: conversation)
    #expect(prompt?.text == parts.map(\.0).joined())
    #expect(prompt?.sharedPrefix == "<s>Be brief.<u>" + content.sharedPrefix)
    #expect(content.placed(in: Array(conversation.prefix(3))) == nil)
  }

  @Test("are found by name, and a wrong name is told the right ones")
  func findsByName() throws {
    #expect(try PromptTemplate(name: "asclepius-published") == .asclepiusPublished)
    let error = #expect(throws: UnknownPromptTemplate.self) { try PromptTemplate(name: "llama") }
    let text = try #require(error?.description)
    for template in PromptTemplate.allCases { #expect(text.contains(template.rawValue)) }
  }
}
