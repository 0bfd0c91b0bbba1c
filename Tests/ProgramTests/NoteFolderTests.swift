import Foundation
import Testing

/// Notes that are opened by the folder, and several at a time.
@Suite struct NoteFolderTests {
  private static let demo = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("samples/demo.jsonl").path

  @Test func aFolderIsItsNotesInTheOrderOfTheirNames() throws {
    let program = try Program()
    defer { program.remove() }
    let folder = program.file("patient")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in [
      ("b letter.md", "Second."), ("a.txt", "First."), (".hidden.txt", "No."), ("scan.pdf", "No."),
    ] {
      try text.write(
        to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
    try "Alone.".write(to: program.file("c.txt"), atomically: true, encoding: .utf8)
    let script = """
      wait ready
      save-display folder.txt
      type :open c.txt missing.txt
      key enter
      wait ready
      save-display several.txt
      type :open patient/b letter.md
      key enter
      wait ready
      type :with all
      key enter
      wait ready
      save-display together.txt
      """
    try script.write(to: program.file("a.script"), atomically: true, encoding: .utf8)
    let result = try program.run([
      "patient", "--replay", Self.demo, "--script", "a.script",
    ])
    #expect(result.status == 0, "\(result.problems)")
    func screen(_ name: String) throws -> String {
      try String(contentsOf: program.file(name), encoding: .utf8)
    }
    #expect(try screen("folder.txt").contains("Note a.txt"))
    #expect(try screen("folder.txt").contains("1/2  lines 1-1 of 1"))
    #expect(try screen("several.txt").contains("Note c.txt"))
    #expect(try screen("several.txt").contains("Cannot open missing.txt"))
    #expect(try screen("together.txt").contains("Note a.txt + b letter.md + c.txt"))
  }
}
