internal import ArgumentParser
internal import Conversion
internal import Foundation
internal import GGUF
internal import Models
internal import Synchronization
internal import Tensors

/// The type of weights that an option names.
enum WeightTypeOption {
  /// Q2_K_S is read but not written: without weights measured on text it makes garbage.
  private static let types = GGUFFileType.allCases.filter { $0 != .q2_K_S }

  static let names = types.map(\.name).joined(separator: ", ")

  /// The type of that name, in any spelling of letters; `Q4_K` and its like mean the medium mix.
  static func parse(_ argument: String) throws -> GGUFFileType {
    let name = argument.uppercased()
    for wanted in [name, name + "_M"] {
      if let type = types.first(where: { $0.name.uppercased() == wanted }) { return type }
    }
    throw ValidationError("--type is \(argument), but must be one of \(names)")
  }
}

/// The options of commands that write model files.
struct ConversionOptions: ParsableArguments {
  @Option(name: .long, help: "Threads to compute on; as many as there are processors by default.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads is \(threads), but must be 1 to 256")
    }
  }

  /// Runs `body` with a pool and what takes its progress; an interrupt stops it.
  func run(
    _ title: String, _ body: (WorkerPool, @escaping (Double) throws -> Void) throws -> Void
  ) throws {
    let stop = Atomic<Bool>(false)
    let interrupt = Interrupt { stop.store(true, ordering: .relaxed) }
    let bar = ProgressLine(title)
    defer {
      bar.clear()
      interrupt.end()
    }
    let pool = WorkerPool(workerCount: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    do {
      try body(pool) { share in
        if stop.load(ordering: .relaxed) { throw CancellationError() }
        bar.show(share, "")
      }
    } catch is CancellationError {
      bar.clear()
      tell("stopped; nothing was written")
      throw ExitCode(ExitStatus.interrupted)
    }
  }
}

extension ModelCommand {
  /// Writes a model in another type.
  struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a model file in another type, with llama-quantize's mixes of types.")

    @Argument(help: "A model: a name or the path of a GGUF file.")
    var model: String

    @Argument(help: "The GGUF file to write.")
    var output: String

    @Option(
      name: .long, help: "The type: \(WeightTypeOption.names).",
      transform: WeightTypeOption.parse)
    var type: GGUFFileType

    @OptionGroup var options: ConversionOptions

    func run() throws {
      let path = try ModelCommand.library().resolve(model)
      let quantization = try ModelQuantization(GGUFFile(path: path), as: type)
      if quantization.roundsAgain {
        tell(
          "\(path) was rounded before; made from the original weights, the file would be better")
      }
      try options.run("quantizing") { pool, progress in
        try quantization.write(to: output, pool: pool, progress: progress)
      }
      print("wrote \(output), \(type.name)")
    }
  }
}

extension ModelCommand {
  /// Adds an adapter to a model.
  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a model file that has an adapter in its weights.")

    @Argument(help: "A model: a name or the path of a GGUF file.")
    var model: String

    @Argument(help: "An adapter: a name in the folder of adapters, or a path.")
    var adapter: String

    @Argument(help: "The GGUF file to write.")
    var output: String

    @Option(
      name: .long,
      help: "The type, as for quantize; without it each tensor keeps the type that it has.",
      transform: WeightTypeOption.parse)
    var type: GGUFFileType?

    @OptionGroup var options: ConversionOptions

    func run() throws {
      let path = try ModelCommand.library().resolve(model)
      let library = try AdapterLibrary(environment: ProcessInfo.processInfo.environment)
      let file = try AdapterFile(path: library.resolve(adapter))
      let merge = try ModelMerge(GGUFFile(path: path), file, as: type)
      if let first = file.ignoredTensors.first {
        tell("the adapter also holds norms (such as \(first)), which have no effect")
      }
      if let digest = file.baseModelDigest, try digest != fileDigest(path: path) {
        tell("the adapter was trained on another file than \(path)")
      }
      try options.run("merging") { pool, progress in
        try merge.write(to: output, pool: pool, progress: progress)
      }
      print("wrote \(output)\(type.map { ", \($0.name)" } ?? "")")
    }
  }
}

extension ModelCommand {
  /// Reads what other programs publish.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a Hugging Face folder of a model, or a PEFT folder of an adapter, as GGUF.")

    @Argument(help: "The folder, with config.json or adapter_config.json.")
    var folder: String

    @Argument(help: "The GGUF file to write.")
    var output: String

    @Option(
      name: .long,
      help: """
        The type, as for quantize; for an adapter F32, F16, BF16 or Q8_0. Without it that of the \
        folder's matrices, F32 for an adapter.
        """,
      transform: WeightTypeOption.parse)
    var type: GGUFFileType?

    @Option(
      name: .long,
      help: """
        The model that an adapter is for: a name, a GGUF file or a Hugging Face folder. Without it \
        the folder that the adapter names, else the default model.
        """)
    var base: String?

    @OptionGroup var options: ConversionOptions

    func run() throws {
      if AdapterImport.isAdapter(folder) { return try importAdapter() }
      let model = try ModelImport(folder: folder, as: type)
      try options.run("importing") { pool, progress in
        try model.write(to: output, pool: pool, progress: progress)
      }
      print("wrote \(output), \(model.fileType.name)")
    }

    private func importAdapter() throws {
      let type = self.type ?? .f32
      let adapter: AdapterImport
      if let base = try base ?? AdapterImport.baseFolder(of: folder), isFolder(base) {
        adapter = try AdapterImport(folder: folder, forFolder: base, as: type)
      } else {
        let path = try ModelCommand.library().resolve(base ?? "default")
        if base == nil { tell("taken as an adapter of \(path); --base names another model") }
        adapter = try AdapterImport(folder: folder, for: GGUFFile(path: path), as: type)
      }
      try options.run("importing") { pool, progress in
        try adapter.write(to: output, pool: pool, progress: progress)
      }
      print("wrote \(output), \(type.name)")
    }

    private func isFolder(_ path: String) -> Bool {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && isFolder.boolValue
    }
  }
}
