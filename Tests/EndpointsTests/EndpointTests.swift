import Clinical
import Foundation
import Testing

@testable import Endpoints

@Suite("Endpoints")
struct EndpointTests {
  private let parameters = GenerationParameters(
    maximumTokenCount: 300, temperature: 0.5, seed: 0xFFFF_FFFF_FFFF)

  @Test("a request says all that the settings say, and streaming is off")
  func sendsRequest() async throws {
    let server = try FaultyServer("ok")
    var settings = server.settings
    settings.key = "secret"
    let reply = try await Endpoint(settings).write("Hello", parameters)
    #expect(
      reply
        == EndpointReply(text: "Fine.", stop: .end, promptTokenCount: 7, tokenCount: 3))
    let asked = try server.stop()
    #expect(asked.map { $0["path"] } == ["/v1/models", "/v1/chat/completions"])
    let body = try #require(asked.last?["body"]?.object)
    #expect(body["model"] == "m")
    #expect(body["stream"] == false)
    #expect(body["max_tokens"]?.integer == 300)
    #expect(body["temperature"] == .number("0.5"))
    #expect(body["seed"]?.integer == 0x7FFF_FFFF)
    #expect(
      JSONValue.array(body["messages"]?.array ?? []).line
        == #"[{"content": "Hello", "role": "user"}]"#)
    #expect(asked.last?["authorization"] == "Bearer secret")
  }

  @Test(
    "a fault of the server or the line is mended by trying again",
    arguments: ["429", "429-after", "500", "half", "cut", "json", "shape", "hang"])
  func triesAgain(fault: String) async throws {
    let server = try FaultyServer("\(fault),\(fault == "hang" ? "ok" : fault),ok")
    let reply = try await Endpoint(server.settings).write("Hello", parameters)
    #expect(reply.text == "Fine.")
    let asked = try server.stop().filter { $0["path"] == "/v1/chat/completions" }
    #expect(asked.count == (fault == "hang" ? 2 : 3))
    if fault == "429-after" {
      let times = asked.compactMap { $0["seconds"] }.compactMap { value -> Double? in
        if case .number(let spelling) = value { Double(spelling) } else { nil }
      }
      // Never sooner than the server asked for.
      #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 0.19 })
    }
  }

  @Test("a server that goes on failing ends in an error that counts the tries")
  func givesUp() async throws {
    let server = try FaultyServer("500")
    var settings = server.settings
    settings.attemptCount = 3
    let endpoint = try Endpoint(settings)
    await #expect(throws: EndpointError.gaveUp(attemptCount: 3, last: "no reason given")) {
      try await endpoint.write("Hello", parameters)
    }
    #expect(try server.stop().count == 4)
  }

  @Test("a refusal is not tried again, and its words are told in one line")
  func reportsRefusal() async throws {
    let server = try FaultyServer("400")
    let endpoint = try Endpoint(server.settings)
    await #expect(
      throws: EndpointError.refused(status: 400, message: "no such model second line")
    ) { try await endpoint.write("Hello", parameters) }
    #expect(try server.stop().count == 2)
  }

  @Test("what the endpoint finds too long is told as that, and nothing is cut")
  func reportsLength() async throws {
    let server = try FaultyServer("long")
    let endpoint = try Endpoint(server.settings)
    let error = await #expect(throws: PromptTooLong.self) {
      try await endpoint.write(String(repeating: "word ", count: 3000), parameters)
    }
    #expect(error?.contextLength == 2048)
    let body = try #require(try server.stop().last?["body"]?.object)
    #expect(body["messages"]?.array?.first?.object?["content"]?.string?.count == 15000)
  }

  @Test("a text that the limit ended says so; the limit leaves room for the prompt")
  func reportsLimit() async throws {
    let server = try FaultyServer("limit")
    var parameters = parameters
    parameters.maximumTokenCount = 4000
    let reply = try await Endpoint(server.settings).write(
      String(repeating: "a", count: 3000), parameters)
    #expect(reply.stop == .limit)
    // 2,048 tokens of context less the estimate of 3,000 / 3 + 16 for the prompt.
    let body = try #require(try server.stop().last?["body"]?.object)
    #expect(body["max_tokens"]?.integer == 1032)
  }

  @Test(
    "an address beyond this machine is refused unless it is allowed",
    arguments: [
      ("http://localhost:1/v1", true), ("http://127.9.0.1/v1", true), ("http://[::1]:8/v1", true),
      ("https://example.org/v1", false), ("http://127.0.0.1.example.org/v1", false),
      ("http://10.0.0.1/v1", false), ("http://localhost.example/v1", false),
    ])
  func staysHere(address: String, isHere: Bool) throws {
    var settings = EndpointSettings(address: address, model: "m")
    if isHere {
      _ = try Endpoint(settings)
    } else {
      #expect(throws: EndpointError.self) { try Endpoint(settings) }
      settings.allowsRemote = true
      _ = try Endpoint(settings)
    }
  }

  @Test("what is no address is refused", arguments: ["", "endpoint", "ftp://localhost", "http://"])
  func refusesNonsense(address: String) {
    #expect(throws: EndpointError.badAddress(address)) {
      try Endpoint(EndpointSettings(address: address, model: "m"))
    }
  }

  @Test("requests are spread so that neither limit of a minute is passed")
  func paces() {
    var pace = RequestPace(requestsPerMinute: 60, tokensPerMinute: 6000)
    let start = ContinuousClock.now
    var now = start
    var begun: [Double] = []
    while begun.count < 20 {
      let wait = pace.secondsUntilTurn(at: now, tokenCount: 200)
      if wait <= 0 { begun.append((now - start) / .seconds(1)) }
      now += .seconds(max(wait, 0))
    }
    // 6,000 tokens a minute are a request of 200 every two seconds; the bucket holds six seconds.
    #expect(begun[2] == 0 && begun[3] > 1.9)
    #expect(abs(begun[19] - 34) < 0.01)
    // One that costs more than the bucket holds is let go when it is full, and is owed for.
    var large = RequestPace(requestsPerMinute: nil, tokensPerMinute: 600)
    #expect(large.secondsUntilTurn(at: start, tokenCount: 1000) == 0)
    #expect(abs(large.secondsUntilTurn(at: start, tokenCount: 10) - 95) < 0.01)
  }
}
