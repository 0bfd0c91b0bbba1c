internal import Clinical
internal import Foundation

#if canImport(FoundationNetworking)
  internal import FoundationNetworking
#endif

/// A chat completion as it is asked for: one user message, streaming off.
struct ChatRequest: Encodable {
  struct Message: Encodable {
    var role = "user"
    var content: String
  }

  var model: String
  var messages: [Message]
  var max_tokens: Int
  var temperature: Double
  var top_p: Double
  var seed: UInt32
  var stream = false

  init(_ model: String, _ prompt: String, _ parameters: GenerationParameters, limit: Int) {
    self.model = model
    messages = [Message(content: prompt)]
    max_tokens = limit
    temperature = parameters.temperature
    top_p = parameters.topP
    // Servers differ in how large a seed may be; 31 bits fit all of them.
    seed = UInt32(truncatingIfNeeded: parameters.seed) >> 1
  }

  func urlRequest(to url: URL, key: String?) throws -> URLRequest {
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    request.httpBody = try encoder.encode(self)
    return request
  }
}

/// A chat completion as it comes back.
enum ChatReply {
  /// Reads a completion.
  ///
  /// - Throws: `AttemptFailure`, to be tried again, where the body is no completion.
  static func parse(_ data: Data) throws(AttemptFailure) -> EndpointReply {
    func failure(_ message: String) -> AttemptFailure {
      AttemptFailure(status: 0, message: message, pause: nil)
    }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: Array(data))
    } catch {
      throw failure("the body is not JSON: \(error)")
    }
    guard let choice = value.object?["choices"]?.array?.first?.object,
      let text = choice["message"]?.object?["content"]?.string
    else { throw failure("the body has no choices[0].message.content") }
    let usage = value.object?["usage"]?.object
    return EndpointReply(
      text: text, stop: choice["finish_reason"]?.string == "length" ? .limit : .end,
      promptTokenCount: usage?["prompt_tokens"]?.integer ?? 0,
      tokenCount: usage?["completion_tokens"]?.integer ?? 0)
  }

  /// What an error body says, at most 200 characters of one line. Servers can repeat the prompt
  /// there, so more is never shown.
  static func errorMessage(in data: Data) -> String {
    let object = try? JSONValue(parsing: Array(data)).object
    let text =
      object?["error"]?.object?["message"]?.string ?? object?["error"]?.string
      ?? object?["message"]?.string ?? "no reason given"
    return String(text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(200))
  }
}
