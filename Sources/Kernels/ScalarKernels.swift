#if canImport(Glibc)
  internal import Glibc
#endif

/// Every kernel without vector instructions: what runs on a processor that the project has no
/// faster kernels for, and the oracle that the faster ones are tested against. Products add up in
/// the very order of the vector kernels, so that those must agree to the bit.
public enum ScalarKernels {
  /// The table of these kernels.
  public static let table = KernelTable(
    name: "portable", prepare: prepare, multiply: multiply, normalize: normalize, gate: gate,
    rotate: rotate, remember: remember, attend: attend, weigh: weigh)

  // MARK: Activations

  @Sendable static func prepare(_ call: PrepareCall) {
    switch call.layout.form {
    case .floats:
      let target =
        call.storage.assumingMemoryBound(to: Float.self) + call.first * call.layout.columnCount
      for token in 0..<call.width {
        for column in 0..<call.layout.columnCount {
          target[column * call.width + token] = call.source[token * call.stride + column]
        }
      }
    case .codes:
      let group = CodeGroup(call.storage, call.layout, first: call.first, width: call.width)
      for token in 0..<call.width {
        for unit in 0..<group.unitCount {
          encode(call.source + (token * call.stride + 32 * unit), group, unit, token)
        }
      }
    }
  }

  /// Rounds 32 numbers to codes in -127...127 of a common scale.
  private static func encode(
    _ source: UnsafePointer<Float>, _ group: CodeGroup, _ unit: Int, _ token: Int
  ) {
    var largest: Float = 0
    for column in 0..<32 { largest = max(largest, abs(source[column])) }
    let scale = largest / 127
    let inverse = largest > 0 ? 127 / largest : 0
    var sums: (Int32, Int32) = (0, 0)
    for four in 0..<8 {
      var word: UInt32 = 0
      for column in 0..<4 {
        let scaled = (source[4 * four + column] * inverse).rounded(.toNearestOrEven)
        // Not a number: a damaged model. It must not trap; the engine reports it by its logits.
        let code = scaled.isFinite ? Int32(max(-127, min(127, scaled))) : 0
        if four < 4 { sums.0 += code } else { sums.1 += code }
        word |= UInt32(UInt8(bitPattern: Int8(code))) << UInt32(8 * column)
      }
      group.codes[(8 * unit + four) * group.width + token] = Int32(bitPattern: word)
    }
    let place = unit * group.width + token
    group.scales[place] = scale
    group.negatedSums[place] = -(sums.0 + sums.1)
    group.sums[place] = scale * Float(sums.0 + sums.1)
    for (half, sum) in [sums.0, sums.1].enumerated() {
      let place = (2 * unit + half) * group.width + token
      group.negatedHalfSums[place] = -sum
      group.halfSums[place] = scale * Float(sum)
    }
  }

  // MARK: Products

  @Sendable static func multiply(_ call: MultiplyCall) {
    for tile in call.tiles {
      let bytes = TileMatrix.tileByteCount(
        call.matrix.elementType, columnCount: call.matrix.columnCount)
      let start = call.matrix.base + tile * bytes
      if let format = TileFormat(call.matrix.elementType) {
        PanelUnpacker(format).unpack(
          tile: start, columnCount: call.matrix.columnCount, into: call.scratch)
      }
      call.layout.forEachGroup { first, width in
        for token in 0..<width {
          for row in 0..<min(16, call.matrix.rowCount - 16 * tile) {
            let value =
              call.layout.form == .codes
              ? codeSum(call, row, (first, width, token))
              : floatSum(call, start, row, (first, width, token))
            call.output[(first + token) * call.stride + 16 * tile + row] = value
          }
        }
      }
    }
  }

  private typealias Place = (first: Int, width: Int, token: Int)

  private static func codeSum(_ call: MultiplyCall, _ row: Int, _ place: Place) -> Float {
    guard let format = TileFormat(call.matrix.elementType) else { return .nan }
    let group = CodeGroup(
      call.activations, call.layout, first: place.first, width: place.width)
    let scales = Panel.scales(call.scratch, unitCount: group.unitCount)
    let halves = format.halfCount
    var total: Float = 0
    for unit in 0..<group.unitCount {
      let vectors = scales + unit * format.scaleVectorCount * 16
      let codes = Panel.codes(call.scratch, unit: unit)
      for half in 0..<halves {
        let index = (unit * halves + half) * group.width + place.token
        let negated = halves == 1 ? group.negatedSums[index] : group.negatedHalfSums[index]
        var sum = format.zeroPointShift.map { negated << $0 } ?? 0
        for four in (8 / halves * half)..<(8 / halves * (half + 1)) {
          let word = group.codes[(8 * unit + four) * group.width + place.token]
          for column in 0..<4 {
            let code = codes.load(
              fromByteOffset: 64 * four + 4 * row + column, as: UInt8.self)
            sum += Int32(code) * Int32(Int8(truncatingIfNeeded: word >> Int32(8 * column)))
          }
        }
        let scale = group.scales[unit * group.width + place.token]
        total.addProduct(Float(sum) * vectors[16 * half + row], scale)
        if format.hasMinimum {
          let sums = halves == 1 ? group.sums : group.halfSums
          total.addProduct(vectors[16 * (halves + half) + row], sums[index])
        }
      }
    }
    return total
  }

  private static func floatSum(
    _ call: MultiplyCall, _ tile: UnsafeRawPointer, _ row: Int, _ place: Place
  ) -> Float {
    let columnCount = call.layout.columnCount
    let group =
      call.activations.assumingMemoryBound(to: Float.self) + place.first * columnCount
    let bytes = call.matrix.elementType.blockByteCount
    var total: Float = 0
    for column in 0..<columnCount {
      var weight: Float = 0
      Dequantization.row(
        call.matrix.elementType, tile + (16 * column + row) * bytes, count: 1, into: &weight)
      total.addProduct(weight, group[column * place.width + place.token])
    }
    return total
  }

  // MARK: Vectors

  @Sendable static func normalize(_ call: NormalizeCall) {
    var squares: Float = 0
    for index in 0..<call.count { squares += call.input[index] * call.input[index] }
    let scale = 1 / (squares / Float(call.count) + call.epsilon).squareRoot()
    for index in 0..<call.count {
      call.output[index] = call.input[index] * scale * call.weight[index]
    }
  }

  @Sendable static func gate(
    _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int
  ) {
    for index in 0..<count {
      gate[index] = gate[index] / (1 + exp(-gate[index])) * up[index]
    }
  }

  @Sendable static func rotate(_ call: RotateCall) {
    let (cosines, sines) = (call.angles, call.angles + call.rotatedSize)
    for head in 0..<call.headCount {
      let vector = call.vectors + head * call.headSize
      for pair in stride(from: 0, to: call.rotatedSize, by: 2) {
        let (x, y) = (vector[pair], vector[pair + 1])
        vector[pair] = x * cosines[pair] + y * sines[pair]
        vector[pair + 1] = y * cosines[pair + 1] + x * sines[pair + 1]
      }
    }
  }

  @Sendable static func weigh(_ logits: UnsafePointer<Float>, _ count: Int) -> LogitSums {
    var largest = -Float.infinity
    for index in 0..<count { largest = max(largest, logits[index]) }
    var (sum, weighted) = (0.0, 0.0)
    for index in 0..<count {
      let difference = max(logits[index] - largest, -LogitSums.furthest)
      let share = Double(exp(difference))
      sum += share
      weighted += share * Double(difference)
    }
    return LogitSums(largest: largest, sum: Float(sum), weighted: Float(weighted))
  }
}
