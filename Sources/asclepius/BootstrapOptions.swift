internal import ArgumentParser
internal import Evaluation
internal import Foundation

/// How intervals are found.
struct BootstrapOptions: ParsableArguments {
  @Option(name: .long, help: "How often items are drawn again for the intervals; 0 for none.")
  var resamples = 2000

  @Option(name: .long, help: "Where the random numbers start; the same seed, the same intervals.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "The share that the intervals hold.")
  var confidence = 0.95

  func validate() throws {
    if resamples < 0 { throw ValidationError("--resamples is \(resamples), but must be 0 or more") }
    if !(confidence > 0 && confidence < 1) {
      throw ValidationError("--confidence is \(confidence), but must lie between 0 and 1")
    }
  }

  var bootstrap: Bootstrap {
    Bootstrap(resampleCount: resamples, seed: seed, confidence: confidence)
  }

  /// What the intervals are, for the foot of a table.
  func caption(items: String) -> String {
    let percent = String(format: "%g", confidence * 100)
    return "Intervals: \(percent) %, \(resamples) bootstrap resamples of \(items), seed \(seed)."
  }
}

/// A figure with its interval as the program prints it.
struct EstimateOutput: Encodable {
  let value: Double?
  let low: Double?
  let high: Double?

  init(_ estimate: Estimate?) {
    value = estimate?.value
    low = estimate?.low
    high = estimate?.high
  }

  private enum CodingKeys: CodingKey { case value, low, high }

  /// Written out, since a figure that is not defined is null and not left out.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(value, forKey: .value)
    try container.encode(low, forKey: .low)
    try container.encode(high, forKey: .high)
  }

  /// A row of a table.
  func text(_ title: String) -> String {
    let padding = String(repeating: " ", count: max(1, 34 - title.count))
    guard let value else { return title + padding + "not defined for these data" }
    var text = title + padding + String(format: "%8.3f", value)
    if let low, let high { text += String(format: "   %.3f to %.3f", low, high) }
    return text
  }
}
