/// The orders in which items show their models to a rater: in every full block of items each model
/// stands equally often in each place, and each follows each other equally often.
///
/// A block has as many items as there are models, twice as many for an odd number of models.
///
/// - Source: Williams, "Experimental designs balanced for the estimation of residual effects of
///   treatments" (1949).
public struct LatinSquare: Hashable, Sendable {
  /// How many models there are.
  public let conditionCount: Int
  /// What the order depends on.
  public let seed: UInt64

  /// The square of `conditionCount` models, none or more.
  public init(conditionCount: Int, seed: UInt64) {
    self.conditionCount = max(0, conditionCount)
    self.seed = seed
  }

  /// The number of items after which everything is balanced.
  public var blockLength: Int {
    conditionCount.isMultiple(of: 2) ? conditionCount : 2 * conditionCount
  }

  /// The orders of the items of a block, numbered from 0: for each item the models from first to
  /// last. Names of models and the sequence of orders are drawn anew for each block.
  public func block(_ number: Int) -> [[Int]] {
    guard conditionCount > 0 else { return [] }
    // Blocks get seeds that are apart from one another however close the given seeds are.
    var seeds = SplitMix64(seed: seed)
    var random = SplitMix64(seed: seeds.next() &+ UInt64(truncatingIfNeeded: number))
    let names = random.permutation(conditionCount)
    return random.permutation(blockLength).map { row in order(row).map { names[$0] } }
  }

  /// The order of the item at `index`, from 0; empty where there are no models.
  public func order(ofItem index: Int) -> [Int] {
    guard conditionCount > 0, index >= 0 else { return [] }
    return block(index / blockLength)[index % blockLength]
  }

  /// A row of the square: 0, n-1, 1, n-2, 2 ... with its number added; in the second half of an odd
  /// square the same backwards.
  private func order(_ row: Int) -> [Int] {
    let zigzag = (0..<conditionCount).map { place in
      place.isMultiple(of: 2) ? place / 2 : conditionCount - (place + 1) / 2
    }
    let forward = zigzag.map { ($0 + row) % conditionCount }
    return row < conditionCount ? forward : forward.reversed()
  }
}
