internal import CIntrinsics
internal import Kernels

/// How sixteen stored floats become a vector.
protocol FloatFormat {
  static var byteCount: Int { get }
  static func load(_ source: UnsafeRawPointer) -> __m512
}

enum VectorF32: FloatFormat {
  @inline(__always) static var byteCount: Int { 4 }
  @inline(__always) static func load(_ source: UnsafeRawPointer) -> __m512 {
    asc_load_f32(source.assumingMemoryBound(to: Float.self))
  }
}

enum VectorF16: FloatFormat {
  @inline(__always) static var byteCount: Int { 2 }
  @inline(__always) static func load(_ source: UnsafeRawPointer) -> __m512 {
    asc_load_f16(source)
  }
}

enum VectorBF16: FloatFormat {
  @inline(__always) static var byteCount: Int { 2 }
  @inline(__always) static func load(_ source: UnsafeRawPointer) -> __m512 {
    asc_load_bf16(source)
  }
}

/// Products of tiles of floats with activations as floats: one multiply-add a number, in the order
/// of the columns, in every group width.
enum FloatProducts<Format: FloatFormat> {
  static func multiply(_ call: MultiplyCall) {
    let tileByteCount = call.layout.columnCount * 16 * Format.byteCount
    var tile = call.tiles.lowerBound
    while tile < call.tiles.upperBound {
      let partner = min(tile + 1, call.tiles.upperBound - 1)
      let near = call.matrix.base + tile * tileByteCount
      let far = call.matrix.base + partner * tileByteCount
      call.layout.forEachGroup { first, width in
        let sums = Sums(call: call, first: first, tile: tile, partner: partner)
        switch width {
        case 6: sums.form(Six.self, near, far)
        case 4: sums.form(Four.self, near, far)
        case 2: sums.form(Two.self, near, far)
        default: sums.form(One.self, near, far)
        }
      }
      tile += 2
    }
  }

  private struct Sums {
    let call: MultiplyCall
    let first: Int
    let tile: Int
    let partner: Int

    @inline(__always)
    func form<Group: TokenGroup>(
      _: Group.Type, _ nearStart: UnsafeRawPointer, _ farStart: UnsafeRawPointer
    ) {
      var (near, far) = (Group(), Group())
      let columnCount = call.layout.columnCount
      var numbers =
        UnsafePointer(call.activations.assumingMemoryBound(to: Float.self))
        + first * columnCount
      var (nearRows, farRows) = (nearStart, farStart)
      for _ in 0..<columnCount {
        near.add(Format.load(nearRows), numbers)
        far.add(Format.load(farRows), numbers)
        nearRows += 16 * Format.byteCount
        farRows += 16 * Format.byteCount
        numbers += Group.count
      }
      store(near, tile)
      if partner != tile { store(far, partner) }
    }

    @inline(__always)
    private func store<Group: TokenGroup>(_ group: Group, _ tile: Int) {
      group.store(
        call.output + (first * call.stride + 16 * tile), call.stride,
        min(16, call.matrix.rowCount - 16 * tile))
    }
  }
}
