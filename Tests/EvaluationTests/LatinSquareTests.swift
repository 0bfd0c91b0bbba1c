import Testing

@testable import Evaluation

struct LatinSquareTests {
  @Test(arguments: 1...7)
  func eachModelStandsInEachPlaceAndFollowsEachOtherEquallyOften(count: Int) {
    let square = LatinSquare(conditionCount: count, seed: 9)
    for number in 0..<3 {
      let block = square.block(number)
      #expect(block.count == square.blockLength)
      var places: [[Int]: Int] = [:]
      var neighbours: [[Int]: Int] = [:]
      for order in block {
        #expect(order.sorted() == Array(0..<count))
        for (place, model) in order.enumerated() { places[[place, model], default: 0] += 1 }
        for (first, second) in zip(order, order.dropFirst()) {
          neighbours[[first, second], default: 0] += 1
        }
      }
      #expect(places.count == count * count)
      #expect(Set(places.values).count == 1)
      #expect(neighbours.count == count * (count - 1))
      #expect(Set(neighbours.values).count <= 1)
    }
  }

  @Test func ordersComeAgainWithTheSeedAlone() {
    let orders = (0..<40).map(LatinSquare(conditionCount: 4, seed: 1).order(ofItem:))
    #expect(orders == (0..<40).map(LatinSquare(conditionCount: 4, seed: 1).order(ofItem:)))
    #expect(orders != (0..<40).map(LatinSquare(conditionCount: 4, seed: 2).order(ofItem:)))
    #expect(Array(orders[0..<4]) != Array(orders[4..<8]))
  }

  @Test func thereIsNoOrderOfNothing() {
    #expect(LatinSquare(conditionCount: 0, seed: 1).order(ofItem: 3).isEmpty)
    #expect(LatinSquare(conditionCount: 2, seed: 1).order(ofItem: -1).isEmpty)
    #expect(LatinSquare(conditionCount: -2, seed: 1).block(0).isEmpty)
  }
}
