internal import ArgumentParser
internal import Foundation
internal import Llama
internal import Tokenization

/// Prints the log probability of every token of a text.
struct ScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "The log probability of each token of a text, given those before it.")

  @Option(name: .long, help: "The text, a file; - is standard input.")
  var text: String

  @Option(name: .long, help: "Also the k most probable tokens at each position.")
  var top = 0

  @Option(
    name: .long,
    help: "Also write all logits to a file: little-endian floats, (tokens, vocabulary).")
  var logits: String?

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var adapterOptions: AdapterOptions

  func validate() throws {
    if top < 0 { throw ValidationError("--top is \(top), but must be 0 or more") }
  }

  func run() async throws {
    let text = try TextInput.read(text)
    let loaded = try modelOptions.load(adapterOptions)
    let tokens = loaded.model.tokenizer.encode(
      text, addingSpecialTokens: true, readingSpecialTokens: false)
    guard !tokens.isEmpty else { throw TextInputError.empty(path: self.text) }
    let context = loaded.model.configuration.contextLength
    guard tokens.count <= context else {
      throw LlamaError.promptTooLong(
        promptTokenCount: tokens.count, reservedTokenCount: 0, contextLength: context)
    }
    let report = try await score(tokens, loaded)
    if json {
      print(report.json(hasTop: top > 0))
    } else {
      report.print(loaded.model.tokenizer)
    }
  }

  private func score(_ tokens: [TokenID], _ loaded: LoadedModel) async throws -> ScoreReport {
    let file = try logits.map { try LogitFile(path: $0) }
    let topCount = top
    let report = try await loaded.engine.score(tokens, ScoreReport(tokens: tokens)) {
      report, position, next in
      try file?.write(next.logits)
      guard position + 1 < tokens.count else { return }
      report.logProbabilities.append(next[tokens[position + 1]])
      report.top.append(next.top(topCount).map { ($0.token, $0.logProbability) })
    }
    try file?.close()
    return report
  }
}

/// What is known of each position of a text.
struct ScoreReport: Sendable {
  let tokens: [TokenID]
  /// One for each position from the second on.
  var logProbabilities: [Double] = []
  /// The most probable tokens for each position from the second on.
  var top: [[(TokenID, Double)]] = []

  /// Built by hand: a table for the whole vocabulary has millions of numbers.
  func json(hasTop: Bool) -> String {
    func number(_ value: Double) -> String {
      value.isFinite ? String(Float(value)) : "null"
    }
    var text = "{\"tokens\":[" + tokens.map(String.init).joined(separator: ",") + "]"
    let values = ["null"] + logProbabilities.map(number)
    text += ",\"logprobs\":[" + values.prefix(tokens.count).joined(separator: ",") + "]"
    if hasTop {
      let rows = top.map { row in
        "[" + row.map { "[\($0.0),\(number($0.1))]" }.joined(separator: ",") + "]"
      }
      text += ",\"top\":[" + (["[]"] + rows).prefix(tokens.count).joined(separator: ",") + "]"
    }
    return text + "}"
  }

  func print(_ tokenizer: Tokenizer) {
    for (index, token) in tokens.enumerated() {
      let value = index == 0 ? "-" : String(format: "%.4f", logProbabilities[index - 1])
      let piece = String(reflecting: tokenizer.decode([token], showingSpecialTokens: true))
      Swift.print("\(token)\t\(value)\t\(piece)")
    }
    let mean = logProbabilities.reduce(0, +) / Double(max(1, logProbabilities.count))
    Swift.print(String(format: "mean log probability %.4f over %d tokens", mean, tokens.count - 1))
  }
}

/// A file of raw floats.
final class LogitFile: @unchecked Sendable {
  // Unchecked: written by one visitor at a time.
  private let handle: FileHandle

  init(path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw TextInputError.unreadable(path: path, reason: "cannot be written") }
    self.handle = handle
  }

  func write(_ logits: UnsafeBufferPointer<Float>) throws {
    try handle.write(contentsOf: Data(UnsafeRawBufferPointer(logits)))
  }

  func close() throws { try handle.close() }
}

/// Measures the perplexity of a text.
struct PerplexityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "The perplexity of a text, by the windows of llama.cpp's tool.")

  @Option(name: .long, help: "The text, a file; - is standard input.")
  var text: String

  @Option(name: .long, help: "Tokens in a window; the second half of each is scored.")
  var context = 512

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var adapterOptions: AdapterOptions

  private struct Output: Encodable {
    let perplexity: Double
    let tokens: Int
    let chunks: Int
  }

  func run() async throws {
    var text = try TextInput.read(text)
    // As llama.cpp's tool does: a text file's last line end is not part of the text.
    if text.hasSuffix("\n") { text.removeLast() }
    let loaded = try modelOptions.load(adapterOptions)
    let tokens = loaded.model.tokenizer.encode(
      text, addingSpecialTokens: true, readingSpecialTokens: false)
    let progress = ProgressLine("perplexity")
    let found = try await loaded.engine.perplexity(tokens, contextLength: context) {
      done, total, value in
      progress.show(
        Double(done) / Double(total), String(format: "%d of %d windows, %.3f", done, total, value))
    }
    progress.clear()
    if json {
      try JSONOutput.print(
        Output(
          perplexity: found.value, tokens: found.tokenCount, chunks: found.windowCount))
    } else {
      print(
        String(
          format: "perplexity %.4f over %d tokens in %d windows of %d", found.value,
          found.tokenCount, found.windowCount, context))
    }
  }
}
