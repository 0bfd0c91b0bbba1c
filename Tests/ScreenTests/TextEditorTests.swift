import Testing

@testable import Screen

@Suite struct TextEditorTests {
  /// The text with `|` where the cursor is.
  private func shown(_ editor: TextEditor) -> String {
    editor.text[..<editor.cursor] + "|" + editor.text[editor.cursor...]
  }

  private func editor(_ text: String, _ keys: Key...) -> TextEditor {
    var editor = TextEditor(text: text)
    for key in keys { _ = editor.handle(key) }
    return editor
  }

  @Test func writesAtTheCursor() {
    #expect(shown(editor("ab", .left, .character("x"), .newline)) == "ax\n|b")
  }

  @Test func keysOfAShellWork() {
    #expect(shown(editor("one two", .control("a"), .control("f"))) == "o|ne two")
    #expect(shown(editor("one two", .control("w"))) == "one |")
    #expect(shown(editor("one, two", .alt("b"), .alt("b"))) == "|one, two")
    #expect(shown(editor("one, two", .home, .alt("f"), .alt("f"))) == "one, two|")
    #expect(shown(editor("one two", .home, .alt("d"))) == "| two")
    #expect(shown(editor("a\nbcd", .left, .control("u"))) == "a\n|d")
    #expect(shown(editor("a\nbcd", .home, .right, .control("k"))) == "a\nb|")
    #expect(shown(editor("a\nb", .up, .control("k"))) == "a|b")
    #expect(shown(editor("ab", .home, .delete, .control("d"), .delete)) == "|")
  }

  @Test func deletesWholeClusters() {
    #expect(shown(editor("ae\u{301}", .backspace)) == "a|")
    #expect(shown(editor("\u{1F44D}\u{1F3FD}", .backspace)) == "|")
    #expect(shown(editor("a\u{65E5}", .left, .backspace)) == "|\u{65E5}")
  }

  @Test func anAccentJoinsTheLetterBeforeIt() {
    let editor = editor("a", .character("\u{301}"))
    #expect(editor.text.count == 1)
    #expect(editor.cursor == editor.text.endIndex)
  }

  @Test func theCursorNeverStandsInsideACluster() {
    var editor = editor("\u{301}x", .home)
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

  @Test func keysThatMeanNothingAreLeftToOthers() {
    var editor = TextEditor(text: "x")
    for key in [Key.enter, .tab, .up, .down, .function(2), .control("c"), .right, .escape] {
      let wasUsed = editor.handle(key)
      #expect(!wasUsed, "\(key)")
    }
    #expect(shown(editor) == "x|")
  }

  @Test func pastedTextIsCleaned() {
    #expect(editor("", .paste("a\r\n\u{1B}[31mb\tc\u{200B}")).text == "a\n[31mb    c")
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
      .character("a"), .character(" "), .character("\u{65E5}"), .character("\u{301}"), .newline,
      .up, .down, .left, .right, .home, .end, .backspace, .delete, .control("w"), .alt("b"),
      .alt("f"), .alt("d"), .paste("two words\nand more of them"),
    ]
    var editor = TextEditor()
    for _ in 0..<600 {
      guard let key = keys.randomElement(using: &source) else { continue }
      _ = editor.handle(key)
      #expect(String.Index(editor.cursor, within: editor.text) != nil)
      let columns = Int.random(in: 1..<30, using: &source)
      let rows = editor.visibleRows(columns: columns, height: 4)
      #expect(rows.rows.count <= 4)
      #expect((0..<max(1, columns)).contains(rows.cursor.x))
      #expect((0..<4).contains(rows.cursor.y))
      #expect(rows.cursor.y < editor.rowCount(columns: columns))
    }
  }
}
