import Foundation
import Kernels
import Tensors
import Testing

/// Keys and values of one head over a few pages, and queries against them.
private struct AttentionFixture {
  let layout: KeyValueLayout
  let headSize: Int
  let positionCount: Int
  let keys: [Float]
  let values: [Float]
  let queries: [Float]
  private let pages: [AlignedMemory]

  init(
    headSize: Int, positionCount: Int, queryCount: Int, table: KernelTable, seed: UInt64,
    type: KeyValueType = .f16
  ) {
    layout = KeyValueLayout(type, headSize: headSize)
    self.headSize = headSize
    self.positionCount = positionCount
    var random = SeededRandom(seed: seed)
    // Multiples of 1/256 are half-precision numbers, so that nothing is lost in their pages.
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in
        type == .f16
          ? Float(Int(random.next() % 1024)) / 256 - 2 : Float(random.unit() * 4 - 2)
      }
    }
    let given = (keys: numbers(positionCount * headSize), values: numbers(positionCount * headSize))
    queries = numbers(queryCount * headSize)
    keys = type == .f16 ? given.keys : Self.rounded(given.keys, headSize: headSize)
    values = type == .f16 ? given.values : Self.rounded(given.values, headSize: headSize)
    let byteCount = layout.byteCount + 64
    pages = (0..<(positionCount + 63) / 64).map { _ in AlignedMemory(byteCount: byteCount) }
    for position in 0..<positionCount {
      let numbers = position * headSize..<(position + 1) * headSize
      let key = Pinned(Array(given.keys[numbers]))
      let value = Pinned(Array(given.values[numbers]))
      table.remember(
        RememberCall(
          key: key.base, value: value.base, layout: layout, place: position % 64,
          page: pages[position / 64].base))
      withExtendedLifetime((key, value)) {}
    }
  }

  /// The numbers as 8-bit codes give them back: blocks of 32, each of the nearest of 255 steps from
  /// minus its largest number to that. Of two equally near ones it is the even one, as the
  /// processor's own rounding has it; ggml's reference takes the one away from zero.
  private static func rounded(_ numbers: [Float], headSize: Int) -> [Float] {
    stride(from: 0, to: numbers.count, by: headSize).flatMap { head in
      stride(from: head, to: head + headSize, by: 32).flatMap { start in
        let block = numbers[start..<min(start + 32, head + headSize)]
        let scale = (block.map(abs).max() ?? 0) / 127
        return block.map { Float(Float16(scale)) * ($0 * (1 / scale)).rounded(.toNearestOrEven) }
      }
    }
  }

  /// Bytes of the pages.
  var bytes: [UInt8] {
    pages.flatMap { Array(UnsafeRawBufferPointer(start: $0.base, count: layout.byteCount)) }
  }

  /// - Parameter isSplit: Whether each segment is computed in a call of its own.
  func attend(
    _ table: KernelTable, queries chosen: Range<Int>, visible: [Int], isSplit: Bool = false
  ) -> [Float] {
    let width = chosen.count
    let keyPages = pages.map { UnsafeRawPointer($0.base) }
    let keys = Pinned(keyPages)
    let values = Pinned(keyPages.map { $0 + layout.keyByteCount })
    let vectors = Pinned(
      Array(queries[chosen.lowerBound * headSize..<chosen.upperBound * headSize]))
    let limits = Pinned(visible)
    let segmentCount = ((visible.max() ?? 1) - 1) / AttendCall.segmentPositionCount + 1
    let partSize = AttendCall.Part.floatCount(width: width, headSize: headSize)
    let parts = Pinned([Float](repeating: .nan, count: segmentCount * partSize))
    let scratch = AlignedMemory(byteCount: AttendCall.scratchByteCount(headSize: headSize))
    let all = 0..<segmentCount
    for segments in isSplit ? all.map({ $0..<$0 + 1 }) : [all] {
      table.attend(
        AttendCall(
          queries: vectors.base, width: width, layout: layout, visible: limits.base,
          keys: keys.base, values: values.base, segments: segments,
          parts: parts.base + segments.lowerBound * partSize, scratch: scratch.base))
    }
    let output = Pinned([Float](repeating: .nan, count: width * headSize))
    for query in 0..<width {
      AttendCall.merge(
        parts.base, segmentCount: segmentCount, width: width, headSize: headSize, query: query,
        into: output.base + query * headSize)
    }
    return withExtendedLifetime((pages, keys, values, vectors, limits, scratch, parts)) {
      output.elements
    }
  }

  func exact(query: Int, visible: Int) -> [Double] {
    let scores = (0..<visible).map { position in
      (0..<headSize).reduce(0.0) {
        $0 + Double(queries[query * headSize + $1]) * Double(keys[position * headSize + $1])
      }
    }
    let largest = scores.max() ?? 0
    let weights = scores.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    return (0..<headSize).map { number in
      (0..<visible).reduce(0.0) {
        $0 + weights[$1] / total * Double(values[$1 * headSize + number])
      }
    }
  }
}

@Suite struct AttentionTests {
  @Test(
    "attention equals the plain formula in double precision",
    arguments: [16, 24, 64, 80, 128], [1, 15, 64, 65, 200, 257, 520])
  func matchesFormula(_ headSize: Int, _ positionCount: Int) {
    for table in KernelTable.available {
      let fixture = AttentionFixture(
        headSize: headSize, positionCount: positionCount, queryCount: 31, table: table, seed: 1)
      for width in [31, 6, 4, 3, 2, 1] {
        let visible = (0..<width).map { max(1, positionCount - $0) }
        let found = fixture.attend(table, queries: 0..<width, visible: visible)
        for query in 0..<width {
          let expected = fixture.exact(query: query, visible: visible[query])
          for number in 0..<headSize {
            #expect(abs(Double(found[query * headSize + number]) - expected[number]) < 2e-5)
          }
        }
      }
    }
  }

  /// A query is rounded to 16 bits of its largest number, which moves scores of up to 100 by up to
  /// 3e-4 and weights by as much.
  @Test(
    "attention over codes equals the plain formula over the rounded numbers",
    arguments: [16, 24, 64, 80, 128, 30], [1, 15, 64, 65, 200, 257, 520])
  func codesMatchFormula(_ headSize: Int, _ positionCount: Int) {
    for table in KernelTable.available {
      let fixture = AttentionFixture(
        headSize: headSize, positionCount: positionCount, queryCount: 31, table: table, seed: 1,
        type: .q8_0)
      for width in [31, 6, 5, 4, 3, 2, 1] {
        let visible = (0..<width).map { max(1, positionCount - $0) }
        let found = fixture.attend(table, queries: 0..<width, visible: visible)
        for query in 0..<width {
          let expected = fixture.exact(query: query, visible: visible[query])
          for number in 0..<headSize {
            let difference = abs(Double(found[query * headSize + number]) - expected[number])
            #expect(difference < 1e-3, "\(table.name)")
          }
        }
      }
    }
  }

  @Test("every kernel writes the oracle's codes and attends like it", arguments: [24, 64, 128, 30])
  func codesMatchOracle(_ headSize: Int) {
    func fixture(_ table: KernelTable) -> AttentionFixture {
      AttentionFixture(
        headSize: headSize, positionCount: 300, queryCount: 13, table: table, seed: 3,
        type: .q8_0)
    }
    let (oracle, visible) = (fixture(ScalarKernels.table), (0..<13).map { 300 - 20 * $0 })
    let expected = oracle.attend(ScalarKernels.table, queries: 0..<13, visible: visible)
    for table in KernelTable.available {
      let other = fixture(table)
      // The numbers that fill up a head's last four may be anything.
      if headSize % 4 == 0 { #expect(other.bytes == oracle.bytes, "\(table.name)") }
      let found = other.attend(table, queries: 0..<13, visible: visible)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 5e-4 }, "\(table.name)")
    }
  }

  @Test(
    "a query's result depends neither on the queries beside it nor on the cut in segments",
    arguments: KeyValueType.allCases)
  func doesNotDependOnNeighbours(_ type: KeyValueType) {
    for table in KernelTable.available {
      let fixture = AttentionFixture(
        headSize: 64, positionCount: 600, queryCount: 48, table: table, seed: 2, type: type)
      let visible = (0..<48).map { [600, 3, 64, 149, 65, 1, 256, 257, 512, 513, 599][$0 % 11] }
      for width in [48, 13, 6] {
        let limits = Array(visible[..<width])
        let together = fixture.attend(table, queries: 0..<width, visible: limits)
        let split = fixture.attend(table, queries: 0..<width, visible: limits, isSplit: true)
        #expect(split == together, "\(table.name)")
        for query in 0..<width {
          let alone = fixture.attend(
            table, queries: query..<query + 1, visible: [visible[query]])
          #expect(alone[...] == together[query * 64..<(query + 1) * 64], "\(table.name)")
        }
      }
    }
  }
}
