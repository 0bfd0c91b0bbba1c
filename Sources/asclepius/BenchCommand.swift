internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Llama
internal import Tensors
internal import Tokenization

/// Measures speed.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Tokens a second, reading a prompt and writing.",
    discussion: """
      The text has no meaning; one repeat of warm-up is not counted. With an adapter, or with heads
      that are watched, the model is also measured without, turn by turn, so that a slow moment of
      the machine hits both. The
      machine's limits are measured first: writing reads every weight for each token, reading a
      prompt multiplies with every weight of the blocks.
      """)

  @Option(name: .long, help: "Tokens of the prompt; 0 leaves it out.")
  var prompt = 512

  @Option(name: .long, help: "Tokens to write; 0 leaves it out.")
  var generate = 64

  @Option(name: .long, help: "Tokens that stand before, in both measurements.")
  var depth = 0

  @Option(name: .long, help: "Texts written at a time.")
  var batch = 1

  @Option(
    name: .long,
    help:
      "Heads whose attention to forty stretches of the text is told while writing, as evidence has it."
  )
  var watch = 0

  @Option(name: .long, help: "Measurements of each.")
  var `repeat` = 3

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var adapterOptions: AdapterOptions

  func validate() throws {
    for (name, value, least) in [
      ("prompt", prompt, 0), ("generate", generate, 0), ("depth", depth, 0), ("batch", batch, 1),
      ("repeat", self.repeat, 1), ("watch", watch, 0),
    ] where value < least {
      throw ValidationError("--\(name) is \(value), but must be \(least) or more")
    }
    if batch > ForwardPass.largestRowCount {
      throw ValidationError("--batch is \(batch), but at most \(ForwardPass.largestRowCount)")
    }
  }

  private struct Output: Encodable {
    let prefill_tokens_per_second: [Double]
    let decode_tokens_per_second: [Double]
    let load_seconds: Double
    let peak_bytes: Int
    let threads: Int
    let kernels: String
    let kv: String
    /// Share of the products that this machine can make, of the median; nil where unknown.
    let prefill_share_of_products: Double?
    /// Share of the bytes that this machine can read, of the median; nil with several texts at once.
    let decode_share_of_memory: Double?
    /// The same without adapter and watched heads; nil where there are none.
    let plain_prefill_tokens_per_second: [Double]?
    let plain_decode_tokens_per_second: [Double]?
  }

  private struct Rates {
    var prefill: [Double] = []
    var decode: [Double] = []
  }

  func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let pool = WorkerPool(workerCount: modelOptions.threadCount)
    let model = try LlamaModel(path: modelOptions.path(), pool: pool)
    let adapter = try adapterOptions.path().map {
      try LoraAdapter(path: $0, model: model, pool: pool)
    }
    let loadSeconds = (clock.now - start) / .seconds(1)
    let needed = depth + max(prompt, generate + 1)
    guard needed <= model.configuration.contextLength else {
      throw LlamaError.promptTooLong(
        promptTokenCount: needed, reservedTokenCount: 0,
        contextLength: model.configuration.contextLength)
    }
    let kind = modelOptions.keyValueType
    let bench = Bench(
      model: model, adapter: adapter, keyValueType: kind, pool: pool, watch: watched(model))
    let plain =
      adapter == nil && watch == 0
      ? nil : Bench(model: model, adapter: nil, keyValueType: kind, pool: pool, watch: nil)
    try bench.read(16)
    try plain?.read(16)
    let limits = (
      products: ProductPeak.measure(pool: pool), memory: MemoryBandwidth.measure(pool: pool)
    )
    var rates = Rates()
    var plainRates = Rates()
    for _ in 0..<self.repeat {
      if let plain { try measure(plain, &plainRates) }
      try measure(bench, &rates)
    }
    try report(
      Output(
        prefill_tokens_per_second: rates.prefill, decode_tokens_per_second: rates.decode,
        load_seconds: loadSeconds, peak_bytes: peakByteCount(),
        threads: modelOptions.threadCount, kernels: bench.kernelName,
        kv: modelOptions.keyValueType.rawValue,
        prefill_share_of_products: limits.products.flatMap { limit in
          Self.median(rates.prefill).map { $0 * Double(model.promptProductCount) / limit }
        },
        decode_share_of_memory: batch > 1
          ? nil
          : Self.median(rates.decode).map { $0 * Double(model.weightByteCount) / limits.memory },
        plain_prefill_tokens_per_second: plain.map { _ in plainRates.prefill },
        plain_decode_tokens_per_second: plain.map { _ in plainRates.decode }))
  }

  /// Heads spread over the model, and forty stretches of what stands before.
  private func watched(_ model: LlamaModel) -> AttentionWatch? {
    guard watch > 0 else { return nil }
    let heads = AttentionWatch.allHeads(of: model.configuration)
    let count = min(watch, heads.count)
    let chosen = (0..<count).map { heads[$0 * heads.count / count] }
    let size = max(1, depth / 40)
    return AttentionWatch(heads: chosen, ranges: (0..<40).map { $0 * size..<($0 + 1) * size })
  }

  private func measure(_ bench: Bench, _ rates: inout Rates) throws {
    if prompt > 0 { rates.prefill.append(try bench.prefill(prompt, depth: depth)) }
    if generate > 0 {
      rates.decode.append(try bench.decode(generate, depth: depth, batch: batch))
    }
  }

  private static func median(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }

  private func report(_ output: Output) throws {
    if json { return try JSONOutput.print(output) }
    func line(_ name: String, _ values: [Double]) {
      guard let median = Self.median(values) else { return }
      let all = values.map { String(format: "%.1f", $0) }.joined(separator: " ")
      print(String(format: "%@  %.1f tokens a second (median of %@)", name, median, all))
    }
    line("prefill", output.prefill_tokens_per_second)
    line("decode ", output.decode_tokens_per_second)
    limit("prefill", output.prefill_share_of_products, "byte products")
    limit("decode", output.decode_share_of_memory, "memory's read speed")
    cost("prefill", output.prefill_tokens_per_second, output.plain_prefill_tokens_per_second)
    cost("decode", output.decode_tokens_per_second, output.plain_decode_tokens_per_second)
    print(
      String(
        format: "load     %.2f s, peak memory %@, %d threads, %@", output.load_seconds,
        readable(byteCount: output.peak_bytes), output.threads, output.kernels))
  }

  private func limit(_ name: String, _ share: Double?, _ what: String) {
    guard let share else { return }
    print(String(format: "limit    %@ at %.0f %% of this machine's %@", name, 100 * share, what))
  }

  /// What adapter and watched heads cost: the median over the turns.
  private func cost(_ name: String, _ rates: [Double], _ plain: [Double]?) {
    guard let plain, !plain.isEmpty else { return }
    let ratios = zip(rates, plain).map { $1 / $0 - 1 }.sorted()
    print(
      String(
        format: "cost     %.1f %% more time in %@ (median of %d turns)",
        100 * ratios[ratios.count / 2], name, ratios.count))
  }

  /// The most memory that this process ever held.
  private func peakByteCount() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}

/// Runs the model on tokens without meaning.
private struct Bench {
  let model: LlamaModel
  let pass: ForwardPass
  let kernelName: String
  private let keyValueType: KeyValueType
  private let watch: AttentionWatch?
  private let clock = ContinuousClock()

  init(
    model: LlamaModel, adapter: LoraAdapter?, keyValueType: KeyValueType, pool: WorkerPool,
    watch: AttentionWatch?
  ) {
    self.model = model
    self.keyValueType = keyValueType
    self.watch = watch
    pass = ForwardPass(model, pool: pool, adapter: adapter)
    kernelName = pass.kernelName
  }

  private func token(_ index: Int) -> TokenID {
    TokenID((7 * index + 11) % (model.configuration.vocabularySize - 1))
  }

  /// A sequence of `count` tokens.
  @discardableResult
  func read(_ count: Int) throws -> KeyValueSequence {
    var sequences = [KeyValueSequence(model.configuration, keyValueType)]
    try extend(&sequences, by: count)
    return sequences[0]
  }

  private func extend(_ sequences: inout [KeyValueSequence], by count: Int) throws {
    for start in stride(from: 0, to: count, by: ForwardPass.largestRowCount) {
      let end = min(start + ForwardPass.largestRowCount, count)
      try pass.run(
        [BatchPart(sequence: 0, tokens: (start..<end).map(token))], in: &sequences,
        wanted: end == count ? .lastOfEachPart : .none)
    }
  }

  /// Tokens a second reading `count` tokens after `depth` others.
  func prefill(_ count: Int, depth: Int) throws -> Double {
    var sequences = [try read(depth)]
    let start = clock.now
    try extend(&sequences, by: count)
    return Double(count) / ((clock.now - start) / .seconds(1))
  }

  /// Tokens a second writing `count` tokens in each of `batch` texts after `depth` others.
  func decode(_ count: Int, depth: Int, batch: Int) throws -> Double {
    var sequences = Array(repeating: try read(depth + 1), count: batch)
    let start = clock.now
    var told = 0
    for index in 0..<count {
      let parts = sequences.indices.map {
        BatchPart(sequence: $0, tokens: [token(index + $0)], watch: watch)
      }
      try pass.run(parts, in: &sequences, wanted: .lastOfEachPart)
      guard watch != nil else { continue }
      for row in parts.indices { told &+= pass.attentionShares(logitRow: row).count }
    }
    precondition(told == count * batch * (watch?.shareCount ?? 0), "every token tells all shares")
    return Double(count * batch) / ((clock.now - start) / .seconds(1))
  }
}
