import Clinical
import Foundation
import Testing

@Suite("Receipts")
struct ReceiptTests {
  private static func receipt(_ members: String) throws -> Receipt {
    let json = """
      {"question": "Which dose?", \(members), "provenance": {
        "model": {"name": "M", "quantization": "Q8_0", "context_length": 2048, "digest": "ab"},
        "template": "plain", "template_digest": "cd", "note_digest": "ef",
        "parameters": {"max_tokens": 400, "temperature": 0.7, "top_k": 40, "top_p": 0.9,
          "min_p": 0, "repeat_penalty": 1.1, "beams": 1, "seed": 18446744073709551615},
        "tokens": [5, 6, 7]}}
      """
    return try JSONDecoder().decode(Receipt.self, from: Data(json.utf8))
  }

  @Test("are read as the command line writes them")
  func commandLine() throws {
    let receipt = try Self.receipt(
      #""stop": "limit", "note_paths": ["a.txt"], "answer": "5 mg", "evidence": []"#)
    #expect(receipt.question == "Which dose?")
    #expect(receipt.notePaths == ["a.txt"])
    #expect(receipt.leftOut.isEmpty)
    #expect(receipt.state == .limit)
    #expect(receipt.provenance.tokens == [5, 6, 7])
    #expect(receipt.provenance.seed == .max)
    #expect(receipt.parametersToReplay == receipt.provenance.parameters)
  }

  @Test("are read as the workbench exports them")
  func exported() throws {
    let receipt = try Self.receipt(
      #""state": "end", "note": "0142.txt", "left_out": [{"index": 2, "title": "SOCIAL"}, 4]"#)
    #expect(receipt.notePaths.isEmpty)
    #expect(receipt.leftOut == [2, 4])
    #expect(receipt.state == .end)
  }

  @Test("what lacks a part is none", arguments: ["", #""stop": "sometime""#, #""stop": 3"#])
  func incomplete(members: String) {
    #expect(throws: DecodingError.self) {
      try Self.receipt(members.isEmpty ? #""answer": """# : members)
    }
  }

  @Test("the first difference is named by its place")
  func difference() throws {
    let receipt = try Self.receipt(#""stop": "end""#)
    #expect(receipt.firstDifference(from: [5, 6, 7]) == nil)
    #expect(receipt.firstDifference(from: [5, 9, 7]) == 1)
    #expect(receipt.firstDifference(from: [5, 6]) == 2)
    #expect(receipt.firstDifference(from: [5, 6, 7, 8]) == 3)
    #expect(receipt.firstDifference(from: []) == 0)
  }

  @Test("an answer that was stopped is made again up to there")
  func stopped() throws {
    #expect(try Self.receipt(#""stop": "cancelled""#).parametersToReplay.maximumTokenCount == 3)
  }
}
