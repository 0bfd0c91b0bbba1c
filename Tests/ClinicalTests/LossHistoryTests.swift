import Clinical
import Testing

@Suite("Loss history")
struct LossHistoryTests {
  @Test("leaves out what is no number")
  func numbersAlone() {
    let history = LossHistory(
      stepCount: 3, training: [.init(step: 1, loss: .nan), .init(step: 2, loss: 1)],
      validation: [.init(step: 0, loss: .infinity)])
    #expect(history.training == [.init(step: 2, loss: 1)])
    #expect(history.validation.isEmpty)
  }

  @Test("keeps few points of many, as means of neighbours")
  func thins() {
    let limit = LossHistory.pointLimit
    let many = (1...(4 * limit - 1)).map { LossHistory.Point(step: $0, loss: Double($0)) }
    let history = LossHistory(stepCount: many.count, training: many, validation: [])
    #expect(history.training.count == limit)
    #expect(history.training.first == .init(step: 4, loss: 2.5))
    #expect(history.training.last == .init(step: 4 * limit - 1, loss: Double(4 * limit - 2)))
  }
}
