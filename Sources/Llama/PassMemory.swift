internal import Kernels
internal import Tensors

/// The memory that a forward pass works in; grows to the largest batch that was asked for.
final class PassMemory {
  private let c: LlamaConfiguration
  private let rotarySize: Int
  private let workerCount: Int
  private var rowCapacity = 0
  private var logitCapacity = 0
  private let scratch: [AlignedMemory]
  private var scores: [AlignedMemory] = []
  private let attentionScratch: [AlignedMemory]
  private let pageCapacity: Int

  /// States `(rows, embeddingSize)`, the residual stream.
  private(set) var states = AlignedMemory(byteCount: 0)
  /// The states normalised, of the same shape.
  private(set) var normalized = AlignedMemory(byteCount: 0)
  /// What a half of a block adds to the states, of the same shape.
  private(set) var update = AlignedMemory(byteCount: 0)
  /// `(rows, querySize)`
  private(set) var queries = AlignedMemory(byteCount: 0)
  /// `(rows, keyValueSize)`
  private(set) var keys = AlignedMemory(byteCount: 0)
  /// `(rows, keyValueSize)`
  private(set) var values = AlignedMemory(byteCount: 0)
  /// `(rows, querySize)`
  private(set) var attended = AlignedMemory(byteCount: 0)
  /// `(rows, feedForwardSize)`
  private(set) var gate = AlignedMemory(byteCount: 0)
  /// `(rows, feedForwardSize)`
  private(set) var up = AlignedMemory(byteCount: 0)
  /// `(rows, angles of a position)`
  private(set) var angles = AlignedMemory(byteCount: 0)
  /// `(rows asked for, vocabularySize)`
  private(set) var logits = AlignedMemory(byteCount: 0)
  /// Parts of attention, see `AttendCall`; of all chunks or of each worker's.
  private(set) var parts = AlignedMemory(byteCount: 0)
  /// Floats in `logits` that the last pass wrote.
  var logitCount = 0
  private var codes = AlignedMemory(byteCount: 0)
  private var floats = AlignedMemory(byteCount: 0)

  /// Shares of attention, as `ForwardPass` places them.
  private(set) var shares = AlignedMemory(byteCount: 0)

  init(_ configuration: LlamaConfiguration, rotarySize: Int, pool: WorkerPool) {
    let c = configuration
    self.c = c
    self.rotarySize = rotarySize
    workerCount = pool.workerCount
    let pages =
      (c.contextLength + AttendCall.pagePositionCount - 1) / AttendCall.pagePositionCount + 1
    pageCapacity = pages
    let widest = max(c.embeddingSize, c.querySize, c.feedForwardSize)
    scratch = (0..<pool.workerCount).map { _ in
      AlignedMemory(byteCount: MultiplyCall.scratchByteCount(columnCount: widest))
    }
    attentionScratch = (0..<pool.workerCount).map { _ in
      AlignedMemory(byteCount: AttentionScratch.byteCount(headSize: c.headSize, pages: pages))
    }
  }

  func reserve(rowCount: Int) {
    guard rowCount > rowCapacity else { return }
    rowCapacity = rowCount
    func floats(_ size: Int) -> AlignedMemory { AlignedMemory(byteCount: 4 * rowCount * size) }
    states = floats(c.embeddingSize)
    normalized = floats(c.embeddingSize)
    update = floats(c.embeddingSize)
    queries = floats(c.querySize)
    keys = floats(c.keyValueSize)
    values = floats(c.keyValueSize)
    attended = floats(c.querySize)
    gate = floats(c.feedForwardSize)
    up = floats(c.feedForwardSize)
    angles = floats(rotarySize)
    let widest = max(c.embeddingSize, c.querySize, c.feedForwardSize)
    func activations(_ form: ActivationLayout.Form) -> AlignedMemory {
      AlignedMemory(
        byteCount: ActivationLayout(columnCount: widest, tokenCount: rowCount, form: form)
          .byteCount)
    }
    codes = activations(.codes)
    self.floats = activations(.floats)
  }

  func reserveLogits(rowCount: Int, size: Int) {
    logitCount = rowCount * size
    guard logitCount > logitCapacity else { return }
    logitCapacity = logitCount
    logits = AlignedMemory(byteCount: 4 * logitCount)
  }

  /// Room for what watched heads tell, and for each worker's scores.
  func reserveShares(floatCount: Int, positionCount: Int) {
    if 4 * floatCount > shares.byteCount { shares = AlignedMemory(byteCount: 4 * floatCount) }
    guard scores.first.map({ $0.byteCount < 4 * positionCount }) ?? true else { return }
    scores = (0..<workerCount).map { _ in AlignedMemory(byteCount: 8 * positionCount) }
  }

  /// A worker's scores of the positions that a watched head sees.
  func scores(_ worker: Int) -> UnsafeMutablePointer<Float> { scores[worker].floats }

  func reserveParts(floatCount: Int) {
    if 4 * floatCount > parts.byteCount { parts = AlignedMemory(byteCount: 4 * floatCount) }
  }

  func activations(_ form: ActivationLayout.Form) -> UnsafeMutableRawPointer {
    switch form {
    case .codes: codes.base
    case .floats: floats.base
    }
  }

  func productScratch(_ worker: Int) -> UnsafeMutableRawPointer { scratch[worker].base }

  func attention(_ worker: Int) -> AttentionScratch {
    AttentionScratch(
      base: attentionScratch[worker].base, headSize: c.headSize, pages: pageCapacity)
  }
}

/// A worker's memory for attention: queries side by side, the pages of a head, and the kernel's.
struct AttentionScratch {
  let queries: UnsafeMutablePointer<Float>
  let visible: UnsafeMutablePointer<Int>
  let keys: UnsafeMutablePointer<UnsafeRawPointer>
  let values: UnsafeMutablePointer<UnsafeRawPointer>
  let rest: UnsafeMutableRawPointer

  private static let width = AttendCall.widest

  static func byteCount(headSize: Int, pages: Int) -> Int {
    4 * width * headSize + 8 * width + 16 * pages
      + AttendCall.scratchByteCount(headSize: headSize) + 512
  }

  init(base: UnsafeMutableRawPointer, headSize: Int, pages: Int) {
    var next = base
    func take<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
      let place = next.alignedUp(toMultipleOf: 64)
      next = place + count * MemoryLayout<T>.stride
      return place.assumingMemoryBound(to: type)
    }
    visible = take(Int.self, Self.width)
    keys = take(UnsafeRawPointer.self, pages)
    values = take(UnsafeRawPointer.self, pages)
    queries = take(Float.self, Self.width * headSize)
    rest = next.alignedUp(toMultipleOf: 64)
  }
}
