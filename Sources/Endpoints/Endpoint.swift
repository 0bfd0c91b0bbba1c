// A teacher or judge behind an OpenAI-compatible HTTP endpoint.
//
// Invariants: nothing is sent to an address that is not loopback unless that was asked for; a reply
// is whole or an error; errors never hold a prompt's text. Not reachable from the workbench.
public import Clinical
internal import Foundation

#if canImport(FoundationNetworking)
  internal import FoundationNetworking
#endif

/// Where an endpoint is and how it may be used.
public struct EndpointSettings: Hashable, Sendable {
  /// The address up to and including the version, such as `http://127.0.0.1:8080/v1`.
  public var address: String
  /// The model's name as the endpoint knows it.
  public var model: String
  /// Sent as a bearer token; nil sends none.
  public var key: String?
  /// Tokens that prompt and text together may have; nil asks the endpoint.
  public var contextLength: Int?
  /// Whether an address that is not loopback may be used.
  public var allowsRemote = false
  /// Requests at work at a time.
  public var concurrency = 4
  /// At most this many requests begin in a minute; nil sets no limit.
  public var requestsPerMinute: Double?
  /// At most this many tokens, prompts and texts together, are asked for in a minute.
  public var tokensPerMinute: Double?
  /// Tries of one request, the first included.
  public var attemptCount = 6
  /// Seconds until a request that gets no answer is given up and tried again.
  public var timeout = 600.0
  /// Seconds before the second try; doubled for each further one, with jitter.
  public var firstPause = 1.0

  /// Settings for a model at an address, with the defaults above.
  public init(address: String, model: String) {
    self.address = address
    self.model = model
  }
}

/// Why an endpoint gave no text.
public enum EndpointError: Error, Hashable, CustomStringConvertible {
  /// The address is no http or https address.
  case badAddress(String)
  /// The address is not on this machine, and that was not allowed.
  case remote(host: String)
  /// The endpoint refused the request in a way that trying again does not mend.
  case refused(status: Int, message: String)
  /// Every try failed; `last` is the last one's reason.
  case gaveUp(attemptCount: Int, last: String)

  /// What, where and what to do.
  public var description: String {
    switch self {
    case .badAddress(let address):
      "'\(address)' is no address of an endpoint; it has to be like http://127.0.0.1:8080/v1"
    case .remote(let host):
      "\(host) is not this machine; notes would leave it. --allow-remote sends them all the same"
    case .refused(let status, let message):
      "the endpoint refused the request (\(status)): \(message)"
    case .gaveUp(let count, let last):
      "the endpoint gave no usable answer in \(count) tries; the last: \(last). What was written "
        + "so far is kept, and the same command goes on"
    }
  }
}

/// A text that an endpoint wrote.
public struct EndpointReply: Hashable, Sendable {
  /// The text as it came.
  public var text: String
  /// Why it ended.
  public var stop: StopReason
  /// Tokens of the prompt; 0 where the endpoint does not say.
  public var promptTokenCount: Int
  /// Tokens of the text; 0 where the endpoint does not say.
  public var tokenCount: Int
}

/// One endpoint, used by any number of tasks at a time.
///
/// A request that comes back with 429 or 5xx, not at all, or with half a body is tried again after
/// a pause that doubles and has jitter, or after what `Retry-After` says. Limits a minute and the
/// number of requests at work hold the callers back, so nobody has to pace them.
public actor Endpoint {
  private let settings: EndpointSettings
  private let url: URL
  private let session: URLSession
  private var pace: RequestPace
  private var contextLength: Int?
  private var wasAskedForContext = false

  /// An endpoint with these settings. Nothing is sent yet.
  ///
  /// - Throws: `EndpointError.badAddress` or `remote`.
  public init(_ settings: EndpointSettings) throws(EndpointError) {
    guard let url = URL(string: settings.address), let host = url.host(), !host.isEmpty,
      url.scheme == "http" || url.scheme == "https"
    else { throw .badAddress(settings.address) }
    guard settings.allowsRemote || Self.isLoopback(host) else { throw .remote(host: host) }
    self.settings = settings
    self.url = url
    contextLength = settings.contextLength
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = settings.timeout
    configuration.httpMaximumConnectionsPerHost = max(1, settings.concurrency)
    session = URLSession(configuration: configuration)
    pace = RequestPace(
      requestsPerMinute: settings.requestsPerMinute, tokensPerMinute: settings.tokensPerMinute)
  }

  /// Whether a host is this machine by its name or number; other names are not looked up.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Tokens that prompt and text together may have, as set or as the endpoint says; nil where
  /// nobody does.
  public func knownContextLength() async -> Int? {
    if contextLength == nil, !wasAskedForContext {
      wasAskedForContext = true
      let found = try? await body(of: URLRequest(url: url.appending(path: "models")))
      contextLength = found.flatMap { Self.contextLength(in: $0, model: settings.model) }
    }
    return contextLength
  }

  /// Has a text written.
  ///
  /// - Throws: `PromptTooLong` where prompt and 64 tokens for the text do not fit; `EndpointError`;
  ///   `CancellationError`.
  public func write(
    _ prompt: String, _ parameters: GenerationParameters
  ) async throws -> EndpointReply {
    // Three bytes a token is less than any model needs of English text; the endpoint counts
    // exactly, and what it then refuses comes back as too long.
    let estimate = prompt.utf8.count / 3 + 16
    var limit = parameters.maximumTokenCount
    if let context = await knownContextLength() {
      limit = min(limit, max(64, context - estimate))
    }
    let request = try ChatRequest(settings.model, prompt, parameters, limit: limit)
      .urlRequest(to: url.appending(path: "chat/completions"), key: settings.key)
    var last = ""
    for attempt in 0..<max(1, settings.attemptCount) {
      try await waitForTurn(tokenCount: Double(estimate + limit))
      do {
        return try ChatReply.parse(try await body(of: request))
      } catch let failure as AttemptFailure {
        guard failure.canBeTriedAgain else {
          if failure.isAboutLength, let context = contextLength ?? settings.contextLength {
            throw PromptTooLong(
              promptTokenCount: estimate, reservedTokenCount: limit, contextLength: context)
          }
          throw EndpointError.refused(status: failure.status, message: failure.message)
        }
        last = failure.message
        if attempt + 1 < settings.attemptCount {
          try await Task.sleep(for: .seconds(failure.pause ?? pause(before: attempt + 1)))
        }
      }
    }
    throw EndpointError.gaveUp(attemptCount: settings.attemptCount, last: last)
  }

  private func pause(before attempt: Int) -> Double {
    let longest = min(settings.firstPause * Double(1 << min(attempt - 1, 10)), 120)
    return Double.random(in: longest / 2...longest)
  }

  private func waitForTurn(tokenCount: Double) async throws {
    while true {
      try Task.checkCancellation()
      let wait = pace.secondsUntilTurn(
        at: ContinuousClock.now, tokenCount: tokenCount)
      if wait <= 0 { return }
      try await Task.sleep(for: .seconds(wait))
    }
  }

  /// The whole body of a successful response.
  private func body(of request: URLRequest) async throws -> Data {
    let data: Data
    let response: URLResponse
    do {
      (data, response) = try await session.data(for: request)
    } catch {
      try Task.checkCancellation()
      throw AttemptFailure(status: 0, message: (error as NSError).localizedDescription, pause: nil)
    }
    let http = response as? HTTPURLResponse
    let status = http?.statusCode ?? 0
    if let expected = http?.expectedContentLength, expected >= 0, Int64(data.count) < expected {
      throw AttemptFailure(
        status: 0, message: "\(data.count) of \(expected) bytes of the body came", pause: nil)
    }
    guard (200..<300).contains(status) else {
      throw AttemptFailure(
        status: status, message: ChatReply.errorMessage(in: data),
        pause: http?.value(forHTTPHeaderField: "Retry-After").flatMap(Double.init))
    }
    return data
  }

  /// The context length in a list of models: `max_model_len` as vLLM and SGLang give it, or
  /// llama-server's `meta.n_ctx`.
  static func contextLength(in data: Data, model: String) -> Int? {
    guard let value = try? JSONValue(parsing: Array(data)).object,
      let models = value["data"]?.array?.compactMap(\.object)
    else { return nil }
    let own = models.first { $0["id"]?.string == model } ?? models.first
    return own?["max_model_len"]?.integer ?? own?["meta"]?.object?["n_ctx"]?.integer
  }
}

/// What went wrong in one try.
struct AttemptFailure: Error {
  /// The HTTP status; 0 where none came.
  var status: Int
  /// What the endpoint or the system said, in one line.
  var message: String
  /// Seconds that the endpoint asks to wait.
  var pause: Double?

  var canBeTriedAgain: Bool {
    status == 0 || status == 408 || status == 429 || (500..<600).contains(status)
  }

  var isAboutLength: Bool {
    let words = message.lowercased()
    return status == 400 && (words.contains("context") || words.contains("too long"))
  }
}
