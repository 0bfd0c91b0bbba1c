import Screen

extension KeyMap {
  /// The keys the program comes with.
  public static let standard = KeyMap(
    bindings: everywhere + panes + instruction + note + outline + answer + tokens + places + grading
      + comparing + marking + editing + popUps
  )

  private static let everywhere: [Binding] = [
    Binding([.function(1)], .help, in: .everywhere),
    Binding([.tab], .focusNext, in: .everywhere),
    Binding([.backTab], .focusPrevious, in: .everywhere),
    Binding([.control("c")], .stop, in: .everywhere),
    Binding([.control("z")], .suspend, in: .everywhere),
    Binding([.control("l")], .redraw, in: .everywhere),
    Binding([.escape], .peel, in: .everywhere),
    Binding([.function(2)], .showQuery, in: .everywhere),
    Binding([.function(3)], .showRating, in: .everywhere),
    Binding([.function(4)], .showCompare, in: .everywhere),
    Binding([.function(5)], .showJobs, in: .everywhere),
    Binding([.control("t")], .tasks, in: .everywhere),
    Binding([.control("r")], .historySearch, in: .everywhere),
    Binding([.control("g")], .editor, in: .everywhere),
    Binding([.alt("l")], .bare, in: .everywhere),
  ]

  private static let panes: [Binding] = [
    Binding([.character("?")], .help, in: .panes),
    Binding([.character("/")], .find, in: .panes),
    Binding([.character("n")], .findNext, in: .panes),
    Binding([.character("N")], .findPrevious, in: .panes),
    Binding([.character(":")], .command, in: .panes),
    Binding([.character("q")], .back, in: .panes),
    Binding([.character("o")], .outline, in: .panes),
    Binding([.character("B")], .blank, in: .panes),
    Binding([.character("g"), .character("q")], .showQuery, in: .panes),
    Binding([.character("g"), .character("r")], .showRating, in: .panes),
    Binding([.character("g"), .character("c")], .showCompare, in: .panes),
    Binding([.character("g"), .character("j")], .showJobs, in: .panes),
    Binding([.character("g"), .character("n")], .notes, in: .panes),
    Binding([.character("g"), .character("/")], .sessions, in: .panes),
    Binding([.character("g"), .character("s")], .settings, in: .panes),
    Binding([.character("g"), .character("m")], .models, in: .panes),
    Binding([.up], .lineUp, in: .panes),
    Binding([.down], .lineDown, in: .panes),
    Binding([.pageUp], .pageUp, in: .panes),
    Binding([.pageDown], .pageDown, in: .panes),
    Binding([.home], .top, in: .panes),
    Binding([.end], .end, in: .panes),
  ]

  private static let instruction: [Binding] = [
    Binding([.enter], .send, in: .instruction),
    Binding([.newline], .newline, in: .instruction),
    Binding([.up], .historyOlder, in: .instruction),
    Binding([.down], .historyNewer, in: .instruction),
    Binding([.pageUp], .answerPageUp, in: .instruction),
    Binding([.pageDown], .answerPageDown, in: .instruction),
  ]

  private static let note: [Binding] = [
    Binding([.character("{")], .sectionPrevious, in: .note),
    Binding([.character("}")], .sectionNext, in: .note),
    Binding([.character("["), .character("n")], .notePrevious, in: .note),
    Binding([.character("]"), .character("n")], .noteNext, in: .note),
    Binding([.character("v")], .select, in: .note),
    Binding([.character("a")], .askAbout, in: .note),
  ]

  private static let outline: [Binding] = [
    Binding([.character(" ")], .toggleSection, in: .outline),
    Binding([.enter], .goToSection, in: .outline),
  ]

  private static let answer: [Binding] = [
    Binding([.character("r")], .again, in: .answer),
    Binding([.character("R")], .newSeed, in: .answer),
    Binding([.character("c")], .continueAnswer, in: .answer),
    Binding([.character("<")], .versionPrevious, in: .answer),
    Binding([.character(">")], .versionNext, in: .answer),
    Binding([.character("{")], .questionPrevious, in: .answer),
    Binding([.character("}")], .questionNext, in: .answer),
    Binding([.character("E")], .editQuestion, in: .answer),
    Binding([.character("b")], .branches, in: .answer),
    Binding([.character("e")], .marks, in: .answer),
    Binding([.character("T")], .tokens, in: .answer),
    Binding([.character("[")], .sentencePrevious, in: .answer),
    Binding([.character("]")], .sentenceNext, in: .answer),
    Binding([.character("u")], .unsupportedNext, in: .answer),
    Binding([.enter], .showEvidence, in: .answer),
    Binding([.character("y")], .copy, in: .answer),
    Binding([.character("w")], .export, in: .answer),
  ]

  private static let tokens: [Binding] = [
    Binding([.left], .tokenPrevious, in: .tokens),
    Binding([.right], .tokenNext, in: .tokens),
    Binding([.home], .tokenFirst, in: .tokens),
    Binding([.end], .tokenLast, in: .tokens),
    Binding([.character("u")], .tokenUncertain, in: .tokens),
    Binding([.up], .optionPrevious, in: .tokens),
    Binding([.down], .optionNext, in: .tokens),
    Binding([.enter], .branch, in: .tokens),
    Binding([.character("i")], .branchWithText, in: .tokens),
  ]

  private static let places: [Binding] = [
    Binding([.enter], .openItem, in: .qa),
    Binding([.character("{")], .questionPrevious, in: .compare),
    Binding([.character("}")], .questionNext, in: .compare),
    Binding([.character("<")], .pairPrevious, in: .compare),
    Binding([.character(">")], .pairNext, in: .compare),
    Binding([.enter], .openItem, in: .compare),
    Binding([.enter], .openItem, in: .jobs),
    Binding([.character("c")], .cancelItem, in: .jobs),
    Binding([.character("p")], .pauseItem, in: .jobs),
    Binding([.character("r")], .resumeItem, in: .jobs),
  ]

  private static let grading: [Binding] =
    [
      Binding([.character("1")], .grade1, in: .grading),
      Binding([.character("2")], .grade2, in: .grading),
      Binding([.character("3")], .grade3, in: .grading),
      Binding([.character("4")], .grade4, in: .grading),
      Binding([.character("v")], .beginSpan, in: .grading),
      Binding([.character("d")], .removeSpan, in: .grading),
      Binding([.character("m")], .harm, in: .grading),
      Binding([.character("f")], .flag, in: .grading),
    ] + desk(.grading)

  private static let comparing: [Binding] =
    [
      Binding([.character("h")], .chooseLeft, in: .comparing),
      Binding([.character("l")], .chooseRight, in: .comparing),
      Binding([.character("=")], .chooseTie, in: .comparing),
      Binding([.character("x")], .chooseBothBad, in: .comparing),
      Binding([.character("1")], .slightly, in: .comparing),
      Binding([.character("2")], .clearly, in: .comparing),
      Binding([.character("a")], .forAccuracy, in: .comparing),
      Binding([.character("c")], .forCompleteness, in: .comparing),
      Binding([.character("t")], .forNotStated, in: .comparing),
      Binding([.character("b")], .forBrevity, in: .comparing),
      Binding([.character("z")], .scrollTogether, in: .comparing),
      Binding([.character("D")], .differences, in: .comparing),
      Binding([.character("S")], .hideNote, in: .comparing),
    ] + desk(.comparing)

  private static func desk(_ context: Context) -> [Binding] {
    [
      Binding([.character(";")], .comment, in: context),
      Binding([.enter], .submit, in: context),
      Binding([.character("s")], .skip, in: context),
      Binding([.character("U")], .undo, in: context),
      Binding([.control("y")], .redo, in: context),
      Binding([.character("p")], .previousItem, in: context),
      Binding([.character("G")], .guidelines, in: context),
    ]
  }

  private static let marking: [Binding] = [
    Binding([.character("w")], .spanNext, in: .marking),
    Binding([.right], .spanNext, in: .marking),
    Binding([.character("b")], .spanPrevious, in: .marking),
    Binding([.left], .spanPrevious, in: .marking),
    Binding([.down], .lineDown, in: .marking),
    Binding([.up], .lineUp, in: .marking),
    Binding([.character("v")], .beginSpan, in: .marking),
    Binding([.character("h")], .markUnsupported, in: .marking),
    Binding([.character("c")], .markContradiction, in: .marking),
    Binding([.character("o")], .markOmission, in: .marking),
    Binding([.character("i")], .markIrrelevant, in: .marking),
    Binding([.character("n")], .markNumber, in: .marking),
    Binding([.character("g")], .markNegation, in: .marking),
    Binding([.character("t")], .markTime, in: .marking),
  ]

  /// Those of a shell beside the keys with names.
  private static let editing: [Binding] = [
    Binding([.left], .left, in: .editing),
    Binding([.control("b")], .left, in: .editing),
    Binding([.right], .right, in: .editing),
    Binding([.control("f")], .right, in: .editing),
    Binding([.alt("b")], .wordLeft, in: .editing),
    Binding([.alt("f")], .wordRight, in: .editing),
    Binding([.home], .lineStart, in: .editing),
    Binding([.control("a")], .lineStart, in: .editing),
    Binding([.end], .lineEnd, in: .editing),
    Binding([.control("e")], .lineEnd, in: .editing),
    Binding([.backspace], .deleteLeft, in: .editing),
    Binding([.control("h")], .deleteLeft, in: .editing),
    Binding([.delete], .deleteRight, in: .editing),
    Binding([.control("d")], .deleteRight, in: .editing),
    Binding([.control("w")], .deleteWordLeft, in: .editing),
    Binding([.alt("d")], .deleteWordRight, in: .editing),
    Binding([.control("u")], .deleteToLineStart, in: .editing),
    Binding([.control("k")], .deleteToLineEnd, in: .editing),
  ]

  private static let popUps: [Binding] = [
    Binding([.enter], .accept, in: .line),
    Binding([.tab], .complete, in: .line),
    Binding([.backTab], .completePrevious, in: .line),
    Binding([.up], .historyOlder, in: .line),
    Binding([.down], .historyNewer, in: .line),
    Binding([.escape], .close, in: .line),
    Binding([.control("c")], .close, in: .line),

    Binding([.up], .lineUp, in: .choice),
    Binding([.backTab], .lineUp, in: .choice),
    Binding([.down], .lineDown, in: .choice),
    Binding([.tab], .lineDown, in: .choice),
    Binding([.control("r")], .lineDown, in: .choice),
    Binding([.pageUp], .pageUp, in: .choice),
    Binding([.pageDown], .pageDown, in: .choice),
    Binding([.enter], .accept, in: .choice),
    Binding([.escape], .close, in: .choice),
    Binding([.control("c")], .close, in: .choice),

    Binding([.character(" ")], .markNote, in: .notes),
    Binding([.character("w")], .askTogether, in: .notes),

    Binding([.left], .settingLess, in: .settings),
    Binding([.right], .settingMore, in: .settings),
    Binding([.character("d")], .settingDefault, in: .settings),
    Binding([.character("D")], .allDefaults, in: .settings),

    Binding([.up], .lineUp, in: .page),
    Binding([.down], .lineDown, in: .page),
    Binding([.pageUp], .pageUp, in: .page),
    Binding([.pageDown], .pageDown, in: .page),
    Binding([.character(" ")], .pageDown, in: .page),
    Binding([.home], .top, in: .page),
    Binding([.end], .end, in: .page),
    Binding([.escape], .close, in: .page),
    Binding([.enter], .close, in: .page),
    Binding([.character("q")], .close, in: .page),
    Binding([.character("?")], .close, in: .page),
    Binding([.function(1)], .close, in: .page),
    Binding([.alt("l")], .close, in: .page),
    Binding([.control("c")], .close, in: .page),

    Binding([.character("y")], .yes, in: .question),
    Binding([.character("Y")], .yes, in: .question),
    Binding([.character("n")], .no, in: .question),
    Binding([.character("N")], .no, in: .question),
    Binding([.escape], .no, in: .question),
    Binding([.control("c")], .stop, in: .question),
  ]
}

extension Key {
  /// The key as it is written on the screen.
  var label: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .enter: "Enter"
    case .newline: "^J"
    case .tab: "Tab"
    case .backTab: "S-Tab"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .backspace: "Backspace"
    case .delete: "Delete"
    case .escape: "Esc"
    case .function(let number): "F\(number)"
    case .control(let character): "^\(character.uppercased())"
    case .alt(let character): "Alt-\(character)"
    case .paste: "paste"
    case .pointer: "mouse"
    }
  }
}
