internal import ArgumentParser
internal import Clinical
internal import Endpoints
internal import Foundation
internal import Grounding

/// How a model behind an endpoint is reached, and what may go there.
struct EndpointOptions: ParsableArguments {
  @Option(name: .long, help: "The model's name at the endpoint.")
  var endpointModel: String?

  @Option(name: .long, help: "Tokens that the endpoint's model holds; asked for by default.")
  var endpointContext: Int?

  @Option(
    name: .long, help: "Requests at work at a time; by default 4 at an endpoint, 8 in process.")
  var concurrency: Int?

  @Option(name: .long, help: "Requests that may begin at the endpoint in a minute.")
  var requestsPerMinute: Double?

  @Option(name: .long, help: "Tokens that may be asked for at the endpoint in a minute.")
  var tokensPerMinute: Double?

  @Flag(name: .long, help: "Send notes to an endpoint that is not this machine.")
  var allowRemote = false

  @Flag(
    name: .long,
    help: "Put tags in place of names, dates, numbers and addresses before anything is sent.")
  var redact = false

  private static let prefix = "endpoint:"

  /// Requests at work at an endpoint at a time.
  var requestsAtOnce: Int { concurrency ?? 4 }

  /// Whether a target, such as `endpoint:http://127.0.0.1:8080/v1`, is an endpoint and no model file.
  static func isEndpoint(_ target: String) -> Bool { target.hasPrefix(prefix) }

  func validate() throws {
    if let concurrency, !(1...1024).contains(concurrency) {
      throw ValidationError("--concurrency is \(concurrency), but must be 1 to 1024")
    }
    for (name, value) in [
      ("requests-per-minute", requestsPerMinute), ("tokens-per-minute", tokensPerMinute),
    ] {
      if let value, value <= 0 { throw ValidationError("--\(name) must be above 0") }
    }
  }

  /// Checks that the options go with what `--option` names.
  ///
  /// - Throws: `ValidationError`.
  func check(_ targets: [String], option: String) throws {
    for target in targets where Self.isEndpoint(target) {
      if settings(for: target).model.isEmpty {
        throw ValidationError("which model at the endpoint? --endpoint-model NAME")
      }
      _ = try validated { try Endpoint(settings(for: target)) }
    }
    if !targets.contains(where: Self.isEndpoint),
      endpointModel != nil || endpointContext != nil || allowRemote || redact
    {
      throw ValidationError("--endpoint options go with --\(option) endpoint:URL")
    }
  }

  /// The settings for a target. A name behind `#` stands for `--endpoint-model`, so that several
  /// endpoints can be named at once.
  func settings(for target: String) -> EndpointSettings {
    let parts = target.dropFirst(Self.prefix.count).split(
      separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    var settings = EndpointSettings(
      address: parts.first.map(String.init) ?? "",
      model: parts.count > 1 ? String(parts[1]) : endpointModel ?? "")
    settings.key = ProcessInfo.processInfo.environment["ASCLEPIUS_ENDPOINT_KEY"]
    settings.contextLength = endpointContext
    settings.allowsRemote = allowRemote
    settings.concurrency = requestsAtOnce
    settings.requestsPerMinute = requestsPerMinute
    settings.tokensPerMinute = tokensPerMinute
    return settings
  }

  /// What of a text may be sent.
  func sendable(_ text: String) -> String {
    redact ? RedactedText(text).text : text
  }
}
