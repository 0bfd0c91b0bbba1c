internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Llama
internal import Models
internal import Screen
internal import Store
internal import Synchronization
internal import Workbench

/// Opens the workbench.
struct OpenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Opens the workbench on some notes (the default).")

  @Argument(help: "Notes, text files.")
  var notes: [String] = []

  @Option(name: .long, help: "The colours: a theme's name.")
  var theme: String?

  @Flag(name: .long, help: "Plain lines, for screen readers and simple terminals.")
  var plain = false

  @Flag(name: .long, help: "Draw less often, for slow lines.")
  var slowLink = false

  @Option(name: .long, help: "Press the keys of a file, without a terminal.")
  var script: String?

  @Option(name: .long, help: "Recorded answers in place of a model.")
  var replay: String?

  @Option(name: .long, help: "The screen of a script: COLUMNSxROWS.")
  var size = "80x24"

  @Option(name: .long, help: "How the prompt is written.")
  var template: String?

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var adapterOptions: AdapterOptions

  func validate() throws {
    if let template { _ = try validated { try PromptTemplate(name: template) } }
    _ = try screenSize()
  }

  private func screenSize() throws -> Size {
    let parts = size.split(separator: "x").compactMap { Int($0) }
    guard parts.count == 2, parts.allSatisfy({ (1...1000).contains($0) }) else {
      throw ValidationError("--size is \(size), but must be like 80x24")
    }
    return Size(columns: parts[0], rows: parts[1])
  }

  @MainActor
  func run() async throws {
    let configuration = WorkbenchConfiguration.read(
      environment: ProcessInfo.processInfo.environment,
      contents: { FileManager.default.contents(atPath: $0) })
    var options = WorkbenchOptions()
    options.configuration = configuration
    options.notePaths = notes
    options.theme = theme
    options.display = plain ? .plain : .automatic
    options.link = slowLink ? .slow : configuration.link
    options.scriptPath = script
    options.replayPath = replay
    options.size = try screenSize()
    options.parameters = generation.parameters
    // A script's screens are to be the same everywhere.
    options.threadCount = replay == nil && script == nil ? modelOptions.threadCount : nil
    let current = CurrentModel()
    defer { current.waitUntilWritten() }
    try runWorkbench(options, services: services(current, configuration))
  }

  private func services(
    _ current: CurrentModel, _ configuration: WorkbenchConfiguration
  ) -> WorkbenchServices {
    var modelOptions = modelOptions
    if let model = configuration.model, !Self.namesModel(CommandLine.arguments) {
      modelOptions.model = model
    }
    modelOptions.kv = modelOptions.kv ?? configuration.keyValueType
    let folders = ThemeLibrary.folders(environment: ProcessInfo.processInfo.environment)
    let themes = ThemeLibrary.installed(in: folders)
    return WorkbenchServices(
      loadModel: { [modelOptions, adapterOptions, template] selection in
        var (model, adapter) = (modelOptions, adapterOptions)
        if let selection { (model.model, adapter.adapter) = (selection.model, selection.adapter) }
        return current.load(model, adapter, templateName: template)
      },
      listModels: {
        ModelItems.all(
          environment: ProcessInfo.processInfo.environment, loaded: current.paths)
      },
      downloadDefault: { DefaultModel.download() },
      renderPrompt: { order, _ in
        try current.writer(order.template).prompt(note: order.note, question: order.question)
      },
      countPrompt: { prompt, _ in try current.writer().tokenizer.encode(prompt).count },
      answerTokens: { try current.writer().tokenizer.answerTokens(of: $0) },
      template: { try? current.writer().template },
      journal: journal(of: current),
      theme: { try themes.theme(named: $0) },
      themeNames: { ThemeLibrary.names(in: folders) },
      // A script's screens are to be the same everywhere.
      runs: script == nil
        ? .registered(in: ProcessInfo.processInfo.environment) : .named,
      hearNotices: { current.hear($0) })
  }

  /// True where the command line says which model, and the configuration does not count.
  private static func namesModel(_ arguments: [String]) -> Bool {
    arguments.contains { $0 == "--model" || $0.hasPrefix("--model=") }
  }

  private func journal(of current: CurrentModel) -> SessionJournal {
    do {
      let store = try SessionStore(environment: ProcessInfo.processInfo.environment)
      return .kept(in: store, template: { try? current.writer().template })
    } catch {
      return .unavailable(error)
    }
  }
}

/// The model that the workbench has loaded, with its way of writing prompts.
private final class CurrentModel: Sendable {
  private let loaded = Mutex<(model: LoadedModel, writer: PromptWriter)?>(nil)
  private let listener = Mutex<(@Sendable (Notice) -> Void)?>(nil)

  struct NotLoaded: Error, CustomStringConvertible {
    var description: String { "no model is loaded yet" }
  }

  /// The way prompts are written in the form of `template`, or as the command line says.
  func writer(_ template: PromptTemplate? = nil) throws -> PromptWriter {
    guard let (model, writer) = loaded.withLock({ $0 }) else { throw NotLoaded() }
    guard let template, template != writer.template else { return writer }
    return try model.promptWriter(templateName: template.rawValue)
  }

  /// The files that are loaded.
  var paths: (model: String, adapter: String?)? {
    loaded.withLock { $0 }.map { ($0.model.path, $0.model.adapterPath) }
  }

  /// Sends `listener` what is to be said while answers are written.
  func hear(_ listener: @escaping @Sendable (Notice) -> Void) {
    self.listener.withLock { $0 = listener }
  }

  /// Returns when what was read of notes is on the disk.
  func waitUntilWritten() {
    loaded.withLock { $0 }?.model.noteMemory?.waitUntilWritten()
  }

  /// Loads on a thread of its own: packing the weights is a long computation.
  func load(
    _ options: ModelOptions, _ adapter: AdapterOptions, templateName: String?
  ) -> AsyncThrowingStream<ModelLoading, any Error> {
    AsyncThrowingStream { continuation in
      let thread = Thread {
        do {
          // Two models at once may be more than the memory holds.
          self.waitUntilWritten()
          self.loaded.withLock { $0 = nil }
          let path = try options.path()
          let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
          let notes = NoteKeeping.onDisk { problem in
            self.listener.withLock { $0 }?(Notice(.warning, "\(problem)"))
          }
          let loaded = try LoadedModel(
            path: path, adapterPath: adapter.path(forModel: path), threadCount: options.threadCount,
            keyValueType: options.keyValueType, notes: notes
          ) { share in
            let total = size ?? 100
            continuation.yield(
              .progress(ByteProgress(done: Int64(share * Double(total)), total: total)))
          }
          let writer = try loaded.promptWriter(templateName: templateName)
          self.loaded.withLock { $0 = (loaded, writer) }
          if let warning = loaded.adapter?.warning {
            self.listener.withLock { $0 }?(Notice(.warning, warning))
          }
          continuation.yield(.ready(loaded.generator()))
          var description = loaded.description
          description.digest = try loaded.digest()
          try ModelLibrary(environment: ProcessInfo.processInfo.environment)
            .verify(path, digest: description.digest)
          continuation.yield(.identified(description))
          continuation.finish()
        } catch let problem as ModelError where problem.isAlteration {
          continuation.yield(.unfit(reason: "\(problem)"))
          continuation.finish()
        } catch ModelError.notInstalled(let name) {
          if let offer = DefaultModel.offer(name) { continuation.yield(.missing(offer)) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }
}

extension ModelError {
  /// True where a file is not what its name says.
  fileprivate var isAlteration: Bool {
    if case .alteredFile = self { return true }
    return false
  }
}

/// The model that the workbench offers to fetch.
private enum DefaultModel {
  static func offer(_ name: String) -> ModelOffer? {
    guard let entry = ModelCatalog.model(named: name),
      let library = try? ModelLibrary(environment: ProcessInfo.processInfo.environment)
    else { return nil }
    return ModelOffer(
      name: entry.title, byteCount: Int64(entry.byteCount), license: entry.license,
      folder: library.path)
  }

  static func download() -> AsyncThrowingStream<ByteProgress, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          guard let entry = ModelCatalog.model(named: "default") else { return }
          let environment = ProcessInfo.processInfo.environment
          let library = try ModelLibrary(environment: environment)
          let download = ModelDownload(entry, into: library, environment: environment)
          for try await event in download.events() {
            guard case .downloading(let progress) = event else { continue }
            continuation.yield(
              ByteProgress(
                done: Int64(progress.doneByteCount),
                total: Int64(progress.totalByteCount ?? entry.archiveByteCount)))
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { @Sendable _ in task.cancel() }
    }
  }
}
