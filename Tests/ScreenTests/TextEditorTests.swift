import Testing

@testable import Screen

@Suite struct TextEditorTests {
  /// The text with `|` where the cursor is.
  private func shown(_ editor: TextEditor) -> String {
    editor.text[..<editor.cursor] + "|" + editor.text[editor.cursor...]
  }

  private func editor(_ text: String, _ edits: TextEditor.Edit...) -> TextEditor {
    var editor = TextEditor(text: text)
    for edit in edits { _ = editor.perform(edit) }
    return editor
  }

  @Test func writesAtTheCursor() {
    var editor = editor("ab", .moveLeft)
    let wasUsed = [editor.write(.character("x")), editor.write(.paste("\n"))]
    #expect(wasUsed == [true, true])
    #expect(shown(editor) == "ax\n|b")
  }

  @Test func editsChangeWhatTheirNamesSay() {
    #expect(shown(editor("one two", .moveToLineStart, .moveRight)) == "o|ne two")
    #expect(shown(editor("one two", .deleteWordLeft)) == "one |")
    #expect(shown(editor("one, two", .moveWordLeft, .moveWordLeft)) == "|one, two")
    #expect(
      shown(editor("one, two", .moveToLineStart, .moveWordRight, .moveWordRight)) == "one, two|")
    #expect(shown(editor("one two", .moveToLineStart, .deleteWordRight)) == "| two")
    #expect(shown(editor("a\nbcd", .moveLeft, .deleteToLineStart)) == "a\n|d")
    #expect(shown(editor("a\nbcd", .moveToLineStart, .moveRight, .deleteToLineEnd)) == "a\nb|")
    #expect(shown(editor("a\nb", .moveToLineStart, .moveLeft, .deleteToLineEnd)) == "a|b")
    #expect(shown(editor("ab", .moveToLineStart, .deleteRight, .deleteRight)) == "|")
    #expect(shown(editor("a\nb", .moveLeft, .moveToLineEnd, .moveLeft)) == "a\n|b")
  }

  @Test func deletesWholeClusters() {
    #expect(shown(editor("ae\u{301}", .deleteLeft)) == "a|")
    #expect(shown(editor("\u{1F44D}\u{1F3FD}", .deleteLeft)) == "|")
    #expect(shown(editor("a\u{65E5}", .moveLeft, .deleteLeft)) == "|\u{65E5}")
  }

  @Test func anAccentJoinsTheLetterBeforeIt() {
    var editor = editor("a")
    _ = editor.write(.character("\u{301}"))
    #expect(editor.text.count == 1)
    #expect(editor.cursor == editor.text.endIndex)
  }

  @Test func theCursorNeverStandsInsideACluster() {
    var editor = editor("\u{301}x", .moveToLineStart)
    editor.insert("e")
    #expect(shown(editor) == "e\u{301}|x")
  }

  @Test func upAndDownKeepTheColumn() {
    var editor = editor("first line\nab\nlast line")
    var moved = [editor.moveUp()]
    #expect(shown(editor) == "first line\nab|\nlast line")
    moved.append(editor.moveUp())
    #expect(shown(editor) == "first lin|e\nab\nlast line")
    moved.append(editor.moveUp())
    moved.append(editor.moveDown())
    moved.append(editor.moveDown())
    #expect(shown(editor) == "first line\nab\nlast line|")
    moved.append(editor.moveDown())
    #expect(moved == [true, true, false, true, true, false])
  }

  @Test func whatChangesNothingSaysSo() {
    var editor = TextEditor(text: "x")
    for key in [Key.enter, .newline, .tab, .up, .function(2), .control("c"), .escape] {
      let wasUsed = editor.write(key)
      #expect(!wasUsed, "\(key)")
    }
    for edit in [TextEditor.Edit.moveRight, .moveToLineEnd, .deleteRight, .deleteToLineEnd] {
      let changed = editor.perform(edit)
      #expect(!changed, "\(edit)")
    }
    #expect(shown(editor) == "x|")
  }

  @Test func pastedTextIsCleaned() {
    var editor = TextEditor()
    _ = editor.write(.paste("a\r\n\u{1B}[31mb\tc\u{200B}"))
    #expect(editor.text == "a\n[31mb    c")
  }

  @Test func rowsAreWrappedAndTheCursorIsAmongThem() {
    let long = TextEditor(text: "Which diuretic was he sent home on")
    #expect(long.rowCount(columns: 16) == 3)
    let rows = long.visibleRows(columns: 16, height: 2)
    // The blank at which the row breaks is still a place for the cursor.
    #expect(rows.rows == ["was he sent home ", "on"])
    #expect(rows.cursor == Point(x: 2, y: 1))
  }

  @Test func aFullRowMakesRoomForTheCursor() {
    let full = TextEditor(text: "abcd")
    #expect(full.rowCount(columns: 4) == 2)
    #expect(full.visibleRows(columns: 4, height: 2).cursor == Point(x: 0, y: 1))
    #expect(full.visibleRows(columns: 4, height: 2).rows == ["abcd"])
    #expect(full.visibleRows(columns: 5, height: 2).cursor == Point(x: 4, y: 0))
  }

  @Test func anEmptyTextHasARow() {
    let empty = TextEditor()
    #expect(empty.rowCount(columns: 10) == 1)
    let rows = empty.visibleRows(columns: 10, height: 3)
    #expect(rows.rows == [""] && rows.cursor == Point(x: 0, y: 0))
  }

  @Test(arguments: [1, 2, 3, 4])
  func anyKeysKeepTheCursorInPlace(seed: UInt64) {
    var source = SeededSource(seed: seed)
    let keys: [Key] = [
      .character("a"), .character(" "), .character("\u{65E5}"), .character("\u{301}"),
      .paste("\n"), .paste("two words\nand more of them"),
    ]
    var editor = TextEditor()
    var width = 9
    for step in 0..<600 {
      if step % 50 == 0 {
        width = Int.random(in: 1..<30, using: &source)
        editor.layOut(columns: width)
      }
      switch Int.random(in: 0..<4, using: &source) {
      case 0: _ = Bool.random(using: &source) ? editor.moveUp() : editor.moveDown()
      case 1: if let key = keys.randomElement(using: &source) { _ = editor.write(key) }
      default:
        if let edit = TextEditor.Edit.allCases.randomElement(using: &source) {
          _ = editor.perform(edit)
        }
      }
      #expect(String.Index(editor.cursor, within: editor.text) != nil)
      #expect(
        editor.rows(columns: width).starts == EditorRows(editor.text, columns: width).starts,
        "rows kept while writing are those of the whole text, step \(step)")
      let columns = Int.random(in: 1..<30, using: &source)
      let rows = editor.visibleRows(columns: columns, height: 4)
      #expect(rows.rows.count <= 4)
      #expect((0..<max(1, columns)).contains(rows.cursor.x))
      #expect((0..<4).contains(rows.cursor.y))
      #expect(rows.cursor.y < editor.rowCount(columns: columns))
    }
  }
}
