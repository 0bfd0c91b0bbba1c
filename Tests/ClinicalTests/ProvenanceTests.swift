import Clinical
import Foundation
import Testing

@Suite("Provenance")
struct ProvenanceTests {
  private static let provenance = Provenance(
    model: ModelDescription(name: "M", quantization: "Q8_0", contextLength: 2048, digest: "ab"),
    template: .asclepius, noteDigest: contentDigest(of: "note"),
    parameters: GenerationParameters(temperature: 0.7, seed: .max), tokens: [1, 2])

  @Test("comes back from JSON unchanged, the greatest seed included")
  func roundTrips() throws {
    let data = try JSONEncoder().encode(Self.provenance)
    #expect(try JSONDecoder().decode(Provenance.self, from: data) == Self.provenance)
  }

  @Test("is written in the command line's style of names")
  func usesSnakeCase() throws {
    let value = try JSONValue(parsing: JSONEncoder().encode(Self.provenance))
    let object = try #require(value.object)
    let names = Set(object.members.map(\.name))
    #expect(
      names == ["model", "template", "template_digest", "note_digest", "parameters", "tokens"])
    #expect(object["parameters"]?.object?["max_tokens"]?.integer == 400)
    #expect(object["template_digest"]?.string == PromptTemplate.asclepius.digest)
  }

  @Test("an answer ends as its generator says", arguments: [StopReason.end, .limit, .cancelled])
  func mapsStopReasons(reason: StopReason) {
    #expect(AnswerState(reason).rawValue == reason.rawValue)
    #expect(AnswerState(reason).isComplete == (reason == .end))
  }
}
