public import Kernels
internal import Tensors

/// The keys and values of 64 positions, of all layers and heads.
///
/// Laid out `[layer][key/value head]` of keys, then values, each as `KeyValueLayout` says.
final class KeyValuePage: Sendable {
  let memory: AlignedMemory

  init(byteCount: Int) {
    memory = AlignedMemory(byteCount: byteCount)
  }

  init(copying other: KeyValuePage) {
    memory = AlignedMemory(byteCount: other.memory.byteCount)
    memory.base.copyMemory(from: other.memory.base, byteCount: memory.byteCount)
  }
}

/// What a model remembers of a text: a value, so a copy is a branch.
///
/// Copies share the pages that both have; a page is copied when one of them writes to it. A note
/// that was read once thus serves every question, beam and sample for the price of a page each.
public struct KeyValueSequence: Sendable {
  /// Positions remembered.
  public private(set) var count = 0
  private var pages: [KeyValuePage] = []
  let layout: Layout

  struct Layout: Sendable, Equatable {
    /// A head's keys and values.
    let head: KeyValueLayout
    let headByteCount: Int
    let headCount: Int
    let pageByteCount: Int

    init(_ c: LlamaConfiguration, _ type: KeyValueType) {
      head = KeyValueLayout(type, headSize: c.headSize)
      headByteCount = head.byteCount
      headCount = c.keyValueHeadCount
      // Kernels load whole vectors: the last head's last row may be read past its end.
      pageByteCount = headByteCount * c.keyValueHeadCount * c.layerCount + 64
    }

    func offset(layer: Int, head: Int) -> Int {
      (layer * headCount + head) * headByteCount
    }
  }

  /// An empty sequence for a model of that shape, of which `type` is kept.
  public init(_ configuration: LlamaConfiguration, _ type: KeyValueType) {
    layout = Layout(configuration, type)
  }

  /// A sequence of `count` positions from pages that nobody else writes.
  init(restoring pages: [KeyValuePage], count: Int, _ layout: Layout) {
    precondition(pages.count == Self.pageCount(count), "exactly the pages of the positions")
    self.layout = layout
    self.pages = pages
    self.count = count
  }

  /// Bytes of the pages, shared ones included.
  public var byteCount: Int { pages.count * layout.pageByteCount }

  /// Forgets everything from position `count` on.
  public mutating func truncate(to count: Int) {
    precondition((0...self.count).contains(count), "only what is remembered can be forgotten")
    self.count = count
    pages.removeLast(pages.count - Self.pageCount(count))
  }

  static func pageCount(_ positions: Int) -> Int {
    (positions + AttendCall.pagePositionCount - 1) / AttendCall.pagePositionCount
  }

  /// Makes room for `more` positions that this sequence alone may write.
  mutating func reserve(_ more: Int) {
    let first = count / AttendCall.pagePositionCount
    if more > 0, first < pages.count, !isKnownUniquelyReferenced(&pages[first]) {
      pages[first] = KeyValuePage(copying: pages[first])
    }
    while pages.count < Self.pageCount(count + more) {
      pages.append(KeyValuePage(byteCount: layout.pageByteCount))
    }
  }

  /// Counts `more` positions, now written, as remembered.
  mutating func advance(_ more: Int) {
    count += more
  }

  var reservedPageCount: Int { pages.count }

  /// Where page `page` keeps a head's keys; its values follow.
  func base(page: Int, layer: Int, head: Int) -> UnsafeMutableRawPointer {
    pages[page].memory.base + layout.offset(layer: layer, head: head)
  }
}
