internal import ArgumentParser
internal import Foundation
internal import Models

/// The model library.
struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Installs, lists and examines models.",
    subcommands: [
      List.self, Get.self, Inspect.self, Remove.self, Quantize.self, Merge.self, Import.self,
    ])

  static func library() throws -> ModelLibrary {
    try ModelLibrary(environment: ProcessInfo.processInfo.environment)
  }

  /// Lists installed models and those that can be fetched.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists installed models and those that `model get` knows.")

    @Flag(name: .long, help: "Print one JSON object a line.")
    var json = false

    private struct Row: Encodable {
      let name: String
      let installed: Bool
      let type: String?
      let bytes: Int
      let path: String?
      let license: String?
    }

    func run() throws {
      let installed = try ModelCommand.library().models()
      let rows =
        installed.map {
          Row(
            name: $0.catalogName ?? $0.name, installed: true, type: $0.type, bytes: $0.byteCount,
            path: $0.path, license: nil)
        }
        + ModelCatalog.models.filter { entry in
          !installed.contains { $0.catalogName == entry.name }
        }.map {
          Row(
            name: $0.name, installed: false, type: nil, bytes: $0.byteCount, path: nil,
            license: $0.license)
        }
      for row in rows {
        if json {
          try JSONOutput.print(row)
        } else {
          let state = row.path ?? "not installed; asclepius model get \(row.name)"
          print("\(row.name)\t\(row.type ?? "-")\t\(readable(byteCount: row.bytes))\t\(state)")
        }
      }
    }
  }

  /// Fetches a model.
  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetches a model, verifies it and installs it; goes on where it was stopped.")

    @Argument(help: "The model; \(ModelCatalog.models.map(\.name).joined(separator: ", ")).")
    var name = "default"

    func run() async throws {
      guard let entry = ModelCatalog.model(named: name) else {
        let known = ModelCatalog.models.map(\.name)
        throw ModelError.unknownModel(name: name, known: known)
      }
      let task = Task { try await follow(entry) }
      let interrupt = Interrupt { task.cancel() }
      defer { interrupt.end() }
      do {
        try await task.value
      } catch is CancellationError {
        FileHandle.standardError.write(
          Data("asclepius: stopped; the same command goes on from here\n".utf8))
        throw ExitCode(ExitStatus.interrupted)
      }
    }

    private func follow(_ entry: CatalogModel) async throws {
      let bars = [ProgressLine("fetching"), ProgressLine("checking"), ProgressLine("unpacking")]
      let download = ModelDownload(
        entry, into: try ModelCommand.library(),
        environment: ProcessInfo.processInfo.environment)
      var isInstalled = false
      for try await event in download.events() {
        switch event {
        case .waiting: say("another process is fetching this model; waiting for it")
        case .locating: say("looking for \(entry.title), \(readable(byteCount: entry.byteCount))")
        case .downloading(let progress): show(progress, bars[0])
        case .verifying(let progress): show(progress, bars[1])
        case .unpacking(let progress): show(progress, bars[2])
        case .installed(let model):
          bars.forEach { $0.clear() }
          print("installed \(model.path)")
          try installAdapter(for: entry)
          isInstalled = true
        case .alreadyInstalled(let model):
          print("already installed: \(model.path)")
          try installAdapter(for: entry)
          isInstalled = true
        }
      }
      bars.forEach { $0.clear() }
      if !isInstalled { throw CancellationError() }
    }

    /// The adapter that comes with the program is for the first model.
    private func installAdapter(for entry: CatalogModel) throws {
      guard entry == ModelCatalog.models.first else { return }
      let library = try AdapterLibrary(environment: ProcessInfo.processInfo.environment)
      if let path = try library.install() {
        print("installed \(path), in use with this model unless --adapter says otherwise")
      }
    }

    private func show(_ progress: DownloadProgress, _ bar: ProgressLine) {
      guard let total = progress.totalByteCount, total > 0 else { return }
      let rate = progress.bytesPerSecond.map { ", \(readable(byteCount: Int($0)))/s" } ?? ""
      bar.show(
        Double(progress.doneByteCount) / Double(total),
        "\(readable(byteCount: progress.doneByteCount)) of \(readable(byteCount: total))\(rate)")
    }

    private func say(_ words: String) {
      FileHandle.standardError.write(Data("asclepius: \(words)\n".utf8))
    }
  }

  /// Shows what a model file says of itself.
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows what a model file says of itself.")

    @Argument(help: "A model: a name or the path of a GGUF file.")
    var model = "default"

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func run() throws {
      let found = try ModelInspection(path: try ModelCommand.library().resolve(model))
      if json { return try JSONOutput.print(found) }
      func line(_ name: String, _ value: (any CustomStringConvertible)?) {
        guard let value else { return }
        let blanks = String(repeating: " ", count: max(1, 16 - name.count))
        print(name + blanks + printable(value.description))
      }
      line("file", found.path)
      line("size", readable(byteCount: found.byteCount))
      line("format", "GGUF \(found.formatVersion)")
      line("name", found.name)
      line("architecture", found.architecture)
      line("type", found.type)
      line("parameters", found.parameterCount)
      line("context", found.contextLength)
      line("layers", found.blockCount)
      line("width", found.embeddingLength)
      line("heads", found.headCount)
      line("key/value heads", found.keyValueHeadCount)
      line("vocabulary", found.vocabularyCount)
      line("tokenizer", found.tokenizer)
      for type in found.tensorTypes {
        let size = type.byteCount.map { ", \(readable(byteCount: $0))" } ?? ""
        line("tensors", "\(type.tensorCount) of \(type.name)\(size)")
      }
      for key in found.keys { print("  \(printable(key.key)) = \(printable(key.value))") }
    }

    /// A file's own text without what a terminal would obey.
    private func printable(_ text: String) -> String {
      String(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: " "
          default: Character(scalar)
          }
        })
    }
  }

  /// Removes an installed model.
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Removes an installed model.")

    @Argument(help: "The model's name.")
    var name: String

    func run() throws {
      try ModelCommand.library().remove(name)
      print("removed \(name)")
    }
  }
}
