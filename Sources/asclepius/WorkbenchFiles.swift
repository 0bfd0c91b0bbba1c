import Foundation
import Workbench

extension NoteDocument {
  /// No note is larger; a wrong file by mistake should not fill the memory.
  private static let largestByteCount = 16 << 20

  /// Endings of files that a folder's notes are told by.
  private static let endings = ["txt", "md", "text"]

  /// Reads the note of a file, or those of a folder in the order of their names.
  ///
  /// - Throws: `WorkbenchError.unreadable`.
  static func notes(at path: String) throws -> [NoteDocument] {
    var isFolder: ObjCBool = false
    let expanded = expandingHome(path)
    guard FileManager.default.fileExists(atPath: expanded, isDirectory: &isFolder),
      isFolder.boolValue
    else { return [try NoteDocument(contentsOf: path)] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: expanded)) ?? []
    let found = names.sorted().filter { name in
      !name.hasPrefix(".") && endings.contains((name as NSString).pathExtension.lowercased())
    }
    guard !found.isEmpty else {
      throw WorkbenchError.unreadable(
        path: path, reason: "this folder has no notes, which end in .txt, .md or .text")
    }
    let folder = path.hasSuffix("/") ? path : path + "/"
    return try found.map { try NoteDocument(contentsOf: folder + $0) }
  }

  /// Reads a note from a file.
  ///
  /// - Throws: `WorkbenchError.unreadable`.
  init(contentsOf path: String) throws {
    let expanded = expandingHome(path)
    let url = URL(fileURLWithPath: expanded)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: expanded, isDirectory: &isFolder) else {
      throw WorkbenchError.unreadable(path: path, reason: "there is no such file")
    }
    guard !isFolder.boolValue else {
      throw WorkbenchError.unreadable(path: path, reason: "it is a folder")
    }
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: url)
    } catch {
      throw WorkbenchError.unreadable(path: path, reason: "it cannot be opened")
    }
    defer { try? handle.close() }
    let data = try handle.read(upToCount: Self.largestByteCount + 1) ?? Data()
    guard data.count <= Self.largestByteCount else {
      throw WorkbenchError.unreadable(path: path, reason: "it is larger than 16 MB, so no note")
    }
    self.init(name: url.lastPathComponent, path: path, bytes: Array(data))
  }
}

/// Writes a file that only its owner can read.
///
/// - Throws: `WorkbenchError.system` where the file exists or cannot be written.
func writeNewFile(_ contents: String, path: String) throws {
  try write(contents, path: path, flags: O_WRONLY | O_CREAT | O_EXCL)
}

/// Writes a file, whether or not there was one.
///
/// - Throws: `WorkbenchError.system`.
func overwriteFile(_ contents: String, path: String) throws {
  try write(contents, path: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
}

private func write(_ contents: String, path: String, flags: Int32) throws {
  let descriptor = open(expandingHome(path), flags | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else {
    throw WorkbenchError.system(call: "opening \(path)", code: errno)
  }
  let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  try handle.write(contentsOf: Data(contents.utf8))
  try handle.close()
}

/// Files and folders whose paths begin with `prefix`, in the order of their names; folders end in a
/// slash, and hidden files are among them where the prefix asks for them by a dot.
func paths(beginningWith prefix: String) -> [String] {
  let folderEnd = prefix.lastIndex(of: "/").map { prefix.index(after: $0) } ?? prefix.startIndex
  let folder = String(prefix[..<folderEnd])
  let start = prefix[folderEnd...]
  let place = folder.isEmpty ? "." : expandingHome(folder)
  guard let names = try? FileManager.default.contentsOfDirectory(atPath: place) else { return [] }
  return names.filter { $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix(".")) }
    .sorted().prefix(500).map { name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: place + "/" + name, isDirectory: &isFolder)
      return folder + name + (isFolder.boolValue ? "/" : "")
    }
}

func expandingHome(_ path: String) -> String {
  path.hasPrefix("~/") ? NSHomeDirectory() + path.dropFirst() : path
}
