internal import CIntrinsicsAVX2
internal import Kernels

/// How eight stored floats become a vector.
protocol FloatFormat {
  static var byteCount: Int { get }
  static func load(_ source: UnsafeRawPointer) -> __m256
}

enum VectorF32: FloatFormat {
  @inline(__always) static var byteCount: Int { 4 }
  @inline(__always) static func load(_ source: UnsafeRawPointer) -> __m256 {
    avx_load_f32(source.assumingMemoryBound(to: Float.self))
  }
}

enum VectorF16: FloatFormat {
  @inline(__always) static var byteCount: Int { 2 }
  @inline(__always) static func load(_ source: UnsafeRawPointer) -> __m256 {
    avx_load_f16(source)
  }
}

enum VectorBF16: FloatFormat {
  @inline(__always) static var byteCount: Int { 2 }
  @inline(__always) static func load(_ source: UnsafeRawPointer) -> __m256 {
    avx_load_bf16(source)
  }
}

/// Products of tiles of floats with activations as floats: one multiply-add a number, in the order
/// of the columns, in every group width. Two octets of six tokens are twelve sums, which leaves
/// registers for the rows and one activation.
enum FloatProducts<Format: FloatFormat> {
  static func multiply(_ call: MultiplyCall) {
    let tileByteCount = call.layout.columnCount * 16 * Format.byteCount
    for tile in call.tiles {
      let start = call.matrix.base + tile * tileByteCount
      call.layout.forEachGroup { first, width in
        switch width {
        case 6: form(Six.self, start, call, first, tile)
        case 4: form(Four.self, start, call, first, tile)
        case 2: form(Two.self, start, call, first, tile)
        default: form(One.self, start, call, first, tile)
        }
      }
    }
  }

  @inline(__always)
  private static func form<Group: TokenGroup>(
    _: Group.Type, _ start: UnsafeRawPointer, _ call: MultiplyCall, _ first: Int, _ tile: Int
  ) {
    var (near, far) = (Group(), Group())
    let columnCount = call.layout.columnCount
    var numbers =
      UnsafePointer(call.activations.assumingMemoryBound(to: Float.self)) + first * columnCount
    var rows = start
    for _ in 0..<columnCount {
      near.add(Format.load(rows), numbers)
      far.add(Format.load(rows + 8 * Format.byteCount), numbers)
      rows += 16 * Format.byteCount
      numbers += Group.count
    }
    let output = call.output + (first * call.stride + 16 * tile)
    let rowCount = min(16, call.matrix.rowCount - 16 * tile)
    near.store(output, call.stride, rowCount)
    far.store(output + 8, call.stride, rowCount - 8)
  }
}
