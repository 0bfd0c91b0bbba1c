import Clinical
import Screen
import Testing

@testable import Workbench

extension KeyRow {
  /// What holds in QA and in Compare.
  static func desk(_ action: Action, _ room: @escaping () -> Bench) -> KeyRow? {
    func ready() -> Bench {
      var bench = room()
      // In Compare these are a choice, in QA a grade.
      if bench.state.deskKind == .comparison {
        bench.press(.character("h"), .character("1"))
      } else {
        bench.press(.character("2"))
      }
      return bench
    }
    func id(_ bench: Bench) -> String { bench.state.deskPlace?.sheet?.item.id ?? "" }
    func asks(_ order: @escaping (DeskKind, String) -> DeskOrder) -> (Bench, [Effect]) -> Bool {
      { bench, effects in
        bench.state.deskKind.map { effects.orders == [order($0, id(bench))] } ?? false
      }
    }
    switch action {
    case .comment:
      return KeyRow(room) { bench, _ in bench.state.overlay == .commentLine(LineInput()) }
    case .submit:
      return KeyRow(ready) { _, effects in
        if case .submit = effects.orders.first { true } else { false }
      }
    case .skip: return KeyRow(room, asks { .skip($0, id: $1) })
    case .undo: return KeyRow(room, asks { kind, _ in .undo(kind) })
    case .redo: return KeyRow(room, asks { kind, _ in .redo(kind) })
    case .previousItem: return KeyRow(room, asks { .previous($0, id: $1) })
    case .guidelines: return KeyRow(room) { bench, _ in bench.state.showsGuidelines }
    default: return nil
    }
  }

  static func grading(_ action: Action) -> KeyRow? {
    func room() -> Bench { Bench.rating() }
    if let grade = action.grade {
      return KeyRow(room) { bench, _ in bench.state.sheet?.rating.grade == grade }
    }
    switch action {
    case .beginSpan:
      return KeyRow(room) { bench, _ in bench.state.sheet?.marking == WordMarking(head: 0) }
    case .removeSpan:
      return KeyRow({
        var bench = room()
        bench.press(.character("v"), .character("h"))
        return bench
      }) { bench, _ in bench.state.sheet?.rating.spans.isEmpty == true }
    case .harm: return KeyRow(room) { bench, _ in bench.state.overlay == .harm(selected: 0) }
    case .flag: return KeyRow(room) { bench, _ in bench.state.sheet?.rating.isFlagged == true }
    default: return nil
    }
  }

  static func comparing(_ action: Action) -> KeyRow? {
    func room() -> Bench { Bench.comparing() }
    func chosen() -> Bench {
      var bench = room()
      bench.press(.character("h"))
      return bench
    }
    func verdict(
      _ room: @escaping () -> Bench, _ holds: @escaping (PairVerdict) -> Bool
    ) -> KeyRow {
      KeyRow(room) { bench, _ in bench.state.sheet.map { holds($0.verdict) } ?? false }
    }
    switch action {
    case .chooseLeft: return verdict(room) { $0.choice == .left }
    case .chooseRight: return verdict(room) { $0.choice == .right }
    case .chooseTie: return verdict(room) { $0.choice == .tie }
    case .chooseBothBad: return verdict(room) { $0.choice == .bothBad }
    case .slightly: return verdict(chosen) { $0.strength == .slightly }
    case .clearly: return verdict(chosen) { $0.strength == .clearly }
    case .forAccuracy: return verdict(room) { $0.reasons == [.accuracy] }
    case .forCompleteness: return verdict(room) { $0.reasons == [.completeness] }
    case .forNotStated: return verdict(room) { $0.reasons == [.notStated] }
    case .forBrevity: return verdict(room) { $0.reasons == [.brevity] }
    case .scrollTogether:
      return KeyRow(room) { bench, _ in bench.state.desk?.scrollsTogether == false }
    case .differences:
      return KeyRow(room) { bench, _ in bench.state.desk?.showsDifferences == true }
    case .hideNote: return KeyRow(room) { bench, _ in bench.state.desk?.hidesNote == true }
    default: return nil
    }
  }

  static func marking(_ action: Action) -> KeyRow? {
    func room(_ keys: Key...) -> () -> Bench {
      {
        var bench = Bench.rating()
        if action == .markOmission { bench.press(.tab) }
        bench.press(.character("v"))
        for key in keys { bench.press(key) }
        return bench
      }
    }
    if let kind = action.errorKind {
      return KeyRow(room()) { bench, _ in bench.state.sheet?.rating.spans.map(\.kind) == [kind] }
    }
    func head(_ room: @escaping () -> Bench, _ head: Int) -> KeyRow {
      KeyRow(room) { bench, _ in bench.state.sheet?.marking?.head == head }
    }
    switch action {
    case .spanNext: return head(room(), 1)
    case .spanPrevious: return head(room(.down), 6)
    case .lineDown: return head(room(), 7)
    case .lineUp: return head(room(.down), 6)
    case .beginSpan:
      return KeyRow(room()) { bench, _ in bench.state.sheet?.marking?.anchor == 0 }
    default: return nil
    }
  }
}
