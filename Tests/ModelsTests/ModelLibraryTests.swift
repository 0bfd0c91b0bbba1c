import Foundation
import GGUF
import Testing

@testable import Models

struct ModelLibraryTests {
  @Test func liesWhereTheEnvironmentSays() throws {
    #expect(
      try ModelLibrary(environment: ["XDG_DATA_HOME": "/data", "HOME": "/home/x"]).path
        == "/data/asclepius/models")
    #expect(
      try ModelLibrary(environment: ["HOME": "/home/x"]).path
        == "/home/x/.local/share/asclepius/models")
    #expect(
      try ModelLibrary(environment: ["XDG_DATA_HOME": "relative", "HOME": "/h"]).path
        == "/h/.local/share/asclepius/models")
    #expect(throws: ModelError.missingDataFolder) { try ModelLibrary(environment: [:]) }
  }

  @Test func aMissingLibraryIsEmpty() {
    #expect(ModelLibrary(path: "/nonexistent/models").models().isEmpty)
  }

  @Test func listsModelsAndNothingElse() throws {
    let fixture = try Fixture()
    try FileManager.default.createDirectory(
      atPath: fixture.library.path + "/folder.gguf", withIntermediateDirectories: true)
    try fixture.payload.write(to: URL(filePath: fixture.library.path + "/b.gguf"))
    try Data("not a model".utf8).write(to: URL(filePath: fixture.library.path + "/a.gguf"))
    try Data().write(to: URL(filePath: fixture.library.path + "/c.txt"))
    try Data().write(to: URL(filePath: fixture.library.path + "/.hidden.gguf"))
    let models = fixture.library.models()
    #expect(models.map(\.name) == ["a", "b"])
    #expect(models.map(\.type) == [nil, "F32"])
    #expect(models.map(\.byteCount) == [11, fixture.payload.count])
  }

  @Test func resolvesNamesAndPaths() throws {
    let fixture = try Fixture()
    let library = fixture.library
    try FileManager.default.createDirectory(
      atPath: library.path, withIntermediateDirectories: true)
    try fixture.payload.write(to: URL(filePath: library.path + "/mine.gguf"))
    #expect(try library.resolve("mine") == library.path + "/mine.gguf")
    #expect(try library.resolve("mine.gguf") == library.path + "/mine.gguf")
    let path = fixture.folder.path("payload.gguf")
    #expect(try library.resolve(path) == path)
    #expect(throws: ModelError.missingFile(path: "/none/x.gguf")) {
      try library.resolve("/none/x.gguf")
    }
    #expect(throws: ModelError.notInstalled(name: "default")) { try library.resolve("default") }
    #expect(throws: ModelError.unknownModel(name: "other", known: ["default", "mine"])) {
      try library.resolve("other")
    }
  }

  @Test func resolvesAndRemovesTheDefaultModel() throws {
    let fixture = try Fixture()
    let library = fixture.library
    let entry = try #require(ModelCatalog.model(named: "default"))
    try FileManager.default.createDirectory(
      atPath: library.path, withIntermediateDirectories: true)
    let path = library.path + "/" + entry.fileName
    // A hole of the right size stands for the model.
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: UInt64(entry.byteCount))
    try handle.close()
    #expect(try library.resolve("default") == path)
    #expect(library.models().map(\.catalogName) == ["default"])
    try library.remove("default")
    #expect(library.models().isEmpty)
    #expect(throws: ModelError.notInstalled(name: "default")) { try library.remove("default") }
  }

  @Test func removesOnlyWhatIsItsOwn() throws {
    let fixture = try Fixture()
    let library = fixture.library
    try FileManager.default.createDirectory(
      atPath: library.path, withIntermediateDirectories: true)
    try fixture.payload.write(to: URL(filePath: library.path + "/mine.gguf"))
    let outside = fixture.folder.path("payload.gguf")
    for name in [outside, "../payload", "../../../payload.gguf", ""] {
      #expect(throws: ModelError.unknownModel(name: name, known: ["default", "mine"])) {
        try library.remove(name)
      }
    }
    #expect(FileManager.default.fileExists(atPath: outside))
    try library.remove("mine")
    #expect(library.models().isEmpty)
  }

  @Test func everyErrorSaysWhatToDo() {
    #expect(
      ModelError.notInstalled(name: "default").description
        == "the model default is not installed. Fetch it: asclepius model get default")
    #expect(ModelError.missingPython.description.hasSuffix("apt-get install python3-pip"))
    #expect(
      ModelError.missingPip(python: "/p").description.hasSuffix("apt-get install python3-pip"))
  }
}

struct ModelInspectionTests {
  @Test func tellsWhatTheFileSays() throws {
    let fixture = try Fixture()
    let inspection = try ModelInspection(path: fixture.folder.path("payload.gguf"))
    #expect(inspection.byteCount == fixture.payload.count)
    #expect(inspection.architecture == "llama")
    #expect(inspection.name == "Tiny")
    #expect(inspection.contextLength == 128)
    #expect(inspection.embeddingLength == 8)
    #expect(inspection.vocabularyCount == 3)
    #expect(inspection.parameterCount == 100_064)
    #expect(inspection.tensorTypes.map(\.name) == ["F32", "Q8_0"])
    #expect(inspection.tensorTypes.map(\.byteCount) == [400_000, 68])
    #expect(inspection.keys.map(\.key).first == "general.architecture")
    let tokens = try #require(inspection.keys.last)
    #expect(tokens.type == "array of string")
    #expect(tokens.value == "3 elements")
  }

  @Test func hasStableNamesInJSON() throws {
    let fixture = try Fixture()
    let inspection = try ModelInspection(path: fixture.folder.path("payload.gguf"))
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(inspection))
    let fields = try #require(object as? [String: Any])
    #expect(fields["context_length"] as? Int == 128)
    #expect(fields["vocabulary_count"] as? Int == 3)
    #expect((fields["tensor_types"] as? [[String: Any]])?.first?["tensor_count"] as? Int == 1)
  }

  @Test func refusesWhatIsNoModel() throws {
    let fixture = try Fixture()
    let path = fixture.folder.path("x.gguf")
    try Data("text".utf8).write(to: URL(filePath: path))
    #expect(throws: GGUFError.self) { try ModelInspection(path: path) }
  }
}
