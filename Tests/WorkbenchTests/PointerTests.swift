import Foundation
import Screen
import Testing

@testable import Workbench

/// The mouse, where it was asked for.
@Suite struct PointerTests {
  private func press(_ x: Int, _ y: Int) -> Key {
    .pointer(PointerEvent(.press, at: Point(x: x, y: y)))
  }

  @Test func aPressGoesToThePaneUnderIt() {
    var bench = Bench(columns: 200, rows: 60)
    for (x, focus) in [
      (5, WorkbenchState.Focus.outline), (60, .note), (150, .answer),
    ] {
      bench.press(press(x, 20))
      #expect(bench.state.focus == focus)
    }
    bench.press(press(60, 56))
    #expect(bench.state.focus == .instruction)
  }

  @Test func aPressOnATabShowsItsPlace() {
    var bench = Bench()
    let tabs = bench.screen[0]
    for (title, mode) in [
      ("F3", WorkbenchState.Mode.rating), ("F4", .compare), ("F5", .jobs), ("F2", .query),
    ] {
      let place = tabs.range(of: title).map {
        tabs.distance(from: tabs.startIndex, to: $0.lowerBound)
      }
      bench.press(press(place ?? 0, 0))
      #expect(bench.state.mode == mode)
    }
  }

  @Test func theWheelScrollsThePaneUnderItAndTheFocusStays() throws {
    var bench = KeyRow.longNote()
    bench.press(.backTab)
    bench.press(.pointer(PointerEvent(.wheelDown, at: Point(x: 5, y: 5))))
    #expect(bench.state.note?.scroll.top == 3)
    #expect(bench.state.focus == .instruction)
    bench.press(.pointer(PointerEvent(.wheelUp, at: Point(x: 5, y: 5))))
    #expect(bench.state.note?.scroll.top == 0)
    bench.press(.function(1))
    bench.press(.pointer(PointerEvent(.wheelDown, at: Point(x: 5, y: 5))))
    #expect(bench.state.overlay == .help(top: 3))
    bench.press(press(5, 5))
    #expect(bench.state.overlay == .help(top: 3), "a press behind a pop-up does nothing")
  }
}
