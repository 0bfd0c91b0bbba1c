import Foundation
import Kernels
import Tensors
import Testing

/// Keys and values of one head over a few pages, and queries against them.
private struct AttentionFixture {
  let headSize: Int
  let positionCount: Int
  let keys: [Float]
  let values: [Float]
  let queries: [Float]
  private let pages: [AlignedMemory]

  init(headSize: Int, positionCount: Int, queryCount: Int, table: KernelTable, seed: UInt64) {
    self.headSize = headSize
    self.positionCount = positionCount
    var random = SeededRandom(seed: seed)
    // Multiples of 1/256 are half-precision numbers, so that nothing is lost in the pages.
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(Int(random.next() % 1024)) / 256 - 2 }
    }
    keys = numbers(positionCount * headSize)
    values = numbers(positionCount * headSize)
    queries = numbers(queryCount * headSize)
    let byteCount = 2 * RememberCall.byteCount(headSize: headSize) + 64
    pages = (0..<(positionCount + 63) / 64).map { _ in AlignedMemory(byteCount: byteCount) }
    for position in 0..<positionCount {
      let key = Pinned(Array(keys[position * headSize..<(position + 1) * headSize]))
      let value = Pinned(Array(values[position * headSize..<(position + 1) * headSize]))
      table.remember(
        RememberCall(
          key: key.base, value: value.base, headSize: headSize, place: position % 64,
          page: pages[position / 64].base))
      withExtendedLifetime((key, value)) {}
    }
  }

  /// - Parameter isSplit: Whether each segment is computed in a call of its own.
  func attend(
    _ table: KernelTable, queries chosen: Range<Int>, visible: [Int], isSplit: Bool = false
  ) -> [Float] {
    let width = chosen.count
    let keyPages = pages.map { UnsafeRawPointer($0.base) }
    let keys = Pinned(keyPages)
    let values = Pinned(keyPages.map { $0 + RememberCall.byteCount(headSize: headSize) })
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
          queries: vectors.base, width: width, headSize: headSize, visible: limits.base,
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

  @Test("a query's result depends neither on the queries beside it nor on the cut in segments")
  func doesNotDependOnNeighbours() {
    for table in KernelTable.available {
      let fixture = AttentionFixture(
        headSize: 64, positionCount: 600, queryCount: 48, table: table, seed: 2)
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
