import Conversion
import Foundation
import GGUF
import Kernels
import Llama
import Tensors
import Testing
import Tokenization

private let models = ["pairs-tied", "pairs-llama3", "pieces-file", "pieces-json"]

/// The path of a folder among the resources.
private func folderPath(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/\(name)").path
}

private func importModel(
  _ name: String, as type: GGUFFileType?, to path: String
) throws -> GGUFFile {
  try ModelImport(folder: folderPath(name), as: type)
    .write(to: path, pool: WorkerPool(workerCount: 2))
  return try GGUFFile(path: path)
}

@Suite struct ImportTests {
  @Test("tensors and keys are those of llama.cpp's converter", arguments: models)
  func converter(_ name: String) throws {
    let folder = try TemporaryFolder()
    let golden = try FolderGolden.named(name)
    let file = try importModel(name, as: .f32, to: folder.path("out.gguf"))
    var (found, expected) = (try file.described(), try #require(golden.tensors))
    // Computed there in single precision; the logits tell whether they are right.
    let factors = found.removeValue(forKey: "rope_freqs.weight")
    #expect(factors?.dimensions == expected.removeValue(forKey: "rope_freqs.weight")?.dimensions)
    #expect(found == expected)
    for (key, value) in try #require(golden.metadata) where !key.hasSuffix("add_sep_token") {
      let found = try #require(try file.metadata.described(key), "\(key)")
      switch (found, value) {
      case (.number(let found), .number(let value)):
        #expect(abs(found - value) <= 1e-6 * abs(value), "\(key)")
      case (.array(let count, _), .array(let expected, _)) where key.hasSuffix("scores"):
        #expect(count == expected)
      case (.array, .array) where name == "pieces-json" && key.hasSuffix("token_type"):
        // The converter forgets that <unk> stands for what is unknown.
        #expect(try file.metadata.integers(key)[0] == 2)
      default: #expect(found == value, "\(key)")
      }
    }
  }

  @Test("texts become the tokens that the original tokenizer makes", arguments: models)
  func tokens(_ name: String) throws {
    let folder = try TemporaryFolder()
    _ = try importModel(name, as: .f32, to: folder.path("out.gguf"))
    let model = try LlamaModel(
      path: folder.path("out.gguf"), pool: WorkerPool(workerCount: 1))
    for text in try #require(FolderGolden.named(name).texts) {
      let found = model.tokenizer.encode(
        text.text, addingSpecialTokens: true, readingSpecialTokens: name != "pieces-file")
      #expect(found == text.tokens, "\(text.text)")
    }
  }

  @Test("logits are those of transformers", arguments: models)
  func logitsOfImported(_ name: String) throws {
    let folder = try TemporaryFolder()
    let golden = try FolderGolden.named(name)
    let file = try importModel(name, as: .f32, to: folder.path("out.gguf"))
    golden.expectLogits(try logits(folder.path("out.gguf"), golden.tokens), below: 0.0025)
    let rounded = try importModel(name, as: .q8_0, to: folder.path("rounded.gguf"))
    for tensor in rounded.tensors where tensor.elementType == .q8_0 {
      let error = relativeError(
        rounded.floats(of: tensor), try file.floats(named: tensor.name))
      #expect(error < 0.008, "\(tensor.name)")
    }
    #expect(rounded.tensors.contains { $0.elementType == .q8_0 })
  }

  @Test("without a type the numbers keep theirs, and the chat template comes along")
  func ownType() throws {
    let folder = try TemporaryFolder()
    let file = try importModel("pairs-llama3", as: nil, to: folder.path("out.gguf"))
    #expect(file.tensor(named: "blk.1.ffn_up.weight")?.elementType == .bf16)
    #expect(file.tensor(named: "blk.1.ffn_norm.weight")?.elementType == .f32)
    #expect(try file.metadata.integer("general.file_type") == 32)
    let tied = try ModelImport(folder: folderPath("pairs-tied"), as: nil)
    #expect(tied.fileType == .f32)
    try tied.write(to: folder.path("tied.gguf"), pool: WorkerPool(workerCount: 1))
    let template = try GGUFFile(path: folder.path("tied.gguf")).metadata
      .string("tokenizer.chat_template")
    #expect(template.contains("<|im_start|>assistant"))
  }

  @Test("an adapter has the tensors of llama.cpp's converter")
  func adapterTensors() throws {
    let folder = try TemporaryFolder()
    let golden = try FolderGolden.named("adapter-plain")
    let base = try importModel("pairs-tied", as: .f32, to: folder.path("base.gguf"))
    try AdapterImport(folder: folderPath("adapter-plain"), for: base, as: .f32)
      .write(to: folder.path("adapter.gguf"), pool: WorkerPool(workerCount: 2))
    let file = try GGUFFile(path: folder.path("adapter.gguf"))
    #expect(try file.described() == golden.tensors)
    for (key, value) in try #require(golden.metadata) {
      #expect(try file.metadata.described(key) == value, "\(key)")
    }
    #expect(try file.metadata.string("general.type") == "adapter")
  }

  @Test(
    "logits with an adapter are those of peft", arguments: ["adapter-plain", "adapter-ranks"])
  func adapterLogits(_ name: String) throws {
    let folder = try TemporaryFolder()
    let golden = try FolderGolden.named(name)
    let base = try #require(golden.base)
    let (basePath, path) = (folder.path("base.gguf"), folder.path("adapter.gguf"))
    let file = try importModel(base, as: .f32, to: basePath)
    for type in [GGUFFileType.f32, .f16, .q8_0] {
      try AdapterImport(folder: folderPath(name), forFolder: folderPath(base), as: type)
        .write(to: path, pool: WorkerPool(workerCount: 2))
      golden.expectLogits(
        try logits(basePath, golden.tokens, adapter: path), below: type == .f32 ? 0.0025 : 0.03)
    }
    let bare = try logits(basePath, golden.tokens)
    let size = golden.logits.floats.count / golden.positions.count
    #expect(relativeError(bare[0], Array(golden.logits.floats[..<size])) > 0.05)
    // And once more through the weights themselves.
    try ModelMerge(file, AdapterFile(path: path), as: nil)
      .write(to: folder.path("merged.gguf"), pool: WorkerPool(workerCount: 2))
    golden.expectLogits(try logits(folder.path("merged.gguf"), golden.tokens), below: 0.03)
  }
}

@Suite struct HostileFolderTests {
  /// A copy of a folder whose files can be changed.
  private func copy(_ name: String, _ folder: TemporaryFolder) throws -> String {
    let path = folder.path(name)
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: folderPath(name), toPath: path)
    return path
  }

  private func edit(_ path: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try #require(text.contains(old), "\(path)")
    try text.replacing(old, with: new).write(toFile: path, atomically: false, encoding: .utf8)
  }

  @Test("what the engine cannot compute is refused by name")
  func refusals() throws {
    let folder = try TemporaryFolder()
    for (old, new, part) in [
      ("LlamaForCausalLM", "Qwen3ForCausalLM", "architecture"),
      ("\"silu\"", "\"gelu\"", "hidden_act"),
      ("\"default\"", "\"yarn\"", "rotary scaling"),
      ("\"hidden_size\": 32", "\"hidden_size\": 0", "hidden_size is 0"),
      ("\"hidden_size\": 32", "\"hidden_size\": \"32\"", "hidden_size is a string"),
      ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "heads contradict"),
      ("\"intermediate_size\": 48", "\"intermediate_size\": 64", "[32, 64]"),
      ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "blk.2.attn_norm.weight is missing"),
      ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "model.layers.1."),
      ("\"vocab_size\": 340", "\"vocab_size\": 300", "340"),
    ] {
      let path = try copy("pairs-tied", folder)
      try edit(path + "/config.json", old, new)
      #expect {
        try ModelImport(folder: path, as: .f32)
      } throws: { "\($0)".contains(part) }
    }
    let path = try copy("pairs-tied", folder)
    try edit(
      path + "/tokenizer.json", "\"individual_digits\": true", "\"individual_digits\": false")
    #expect {
      try ModelImport(folder: path, as: .f32)
    } throws: { "\($0)".contains("pre-tokenizer") }
    try FileManager.default.removeItem(atPath: path + "/model.safetensors")
    #expect(throws: ConversionError.missingFile(path: path + "/model.safetensors")) {
      try ModelImport(folder: path, as: .f32)
    }
  }

  @Test("an index names files of its own folder only, and each tensor where it is")
  func index() throws {
    let folder = try TemporaryFolder()
    for (old, new) in [
      ("model-00001-of", "../model-00001-of"), ("model-00001-of", "model-00009-of"),
      ("\"lm_head.weight\"", "\"lm_tail.weight\""), ("\"weight_map\"", "\"weight_mop\""),
    ] {
      let path = try copy("pairs-llama3", folder)
      try edit(path + "/model.safetensors.index.json", old, new)
      #expect(throws: ConversionError.self) { try ModelImport(folder: path, as: .f32) }
    }
  }

  @Test("adapters that are no plain LoRA, or none for the model, are refused")
  func adapters() throws {
    let folder = try TemporaryFolder()
    let base = folderPath("pairs-tied")
    for (old, new) in [
      ("\"use_dora\": false", "\"use_dora\": true"), ("\"LORA\"", "\"IA3\""),
      ("\"fan_in_fan_out\": false", "\"fan_in_fan_out\": true"), ("\"r\": 4", "\"r\": 5000"),
      ("\"lora_alpha\": 8", "\"lora_alpha\": null"),
    ] {
      let path = try copy("adapter-plain", folder)
      try edit(path + "/adapter_config.json", old, new)
      #expect(throws: ConversionError.self) {
        try AdapterImport(folder: path, forFolder: base, as: .f32)
      }
    }
    #expect(throws: (any Error).self) {
      try AdapterImport(
        folder: folderPath("adapter-plain"), forFolder: folderPath("pieces-file"), as: .f32)
    }
    #expect(throws: ConversionError.self) {
      try AdapterImport(folder: folderPath("adapter-plain"), forFolder: base, as: .q4_K_M)
    }
  }

  @Test("damaged safetensors files are errors that never trap")
  func safetensors() throws {
    let folder = try TemporaryFolder()
    let path = try copy("adapter-plain", folder)
    let file = URL(filePath: path + "/adapter_model.safetensors")
    let bytes = try Data(contentsOf: file)
    func load() throws {
      try AdapterImport(folder: path, forFolder: folderPath("pairs-tied"), as: .f16)
        .write(to: folder.path("out.gguf"), pool: WorkerPool(workerCount: 1))
    }
    for share in stride(from: 0.0, to: 1, by: 0.03) {
      try bytes.prefix(Int(share * Double(bytes.count))).write(to: file)
      #expect(throws: (any Error).self) { try load() }
    }
    for claimed in [UInt64.max, 1 << 40, 100_000_001, UInt64(bytes.count)] {
      var damaged = bytes
      damaged.replaceSubrange(0..<8, with: withUnsafeBytes(of: claimed.littleEndian) { Data($0) })
      try damaged.write(to: file)
      #expect(throws: ConversionError.self) { try load() }
    }
    let header = String(decoding: bytes[8..<2048], as: UTF8.self)
    for (old, new) in [
      ("[4,48]", "[4,99]"), ("[4,48]", "[-4,3]"), ("[0,768]", "[0,999]"), ("[0,768]", "[9,768]"),
      ("\"F32\"", "\"F99\""), ("[4,48]", "[4e9]"), ("\"F32\"", "\"I32\""),
    ] {
      try #require(header.contains(old), "\(old) in \(header.prefix(300))")
      var damaged = bytes
      let range = try #require(damaged.firstRange(of: Data(old.utf8)))
      try #require(old.utf8.count == new.utf8.count || old == "[4,48]")
      damaged.replaceSubrange(
        range,
        with: Data(
          new.padding(
            toLength: old.utf8.count, withPad: " ", startingAt: 0
          ).utf8))
      try damaged.write(to: file)
      #expect(throws: (any Error).self) { try load() }
    }
    var random = SeededRandom(seed: 5)
    for _ in 0..<150 {
      var damaged = bytes
      for _ in 0..<1 + random.next() % 4 {
        damaged[Int(random.next() % 2400)] ^= 1 << UInt8(random.next() % 8)
      }
      try damaged.write(to: file)
      try? load()
    }
  }

  @Test("damaged tokenizers and configurations never trap")
  func tokenizers() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 9)
    for (name, fileName) in [
      ("pieces-file", "tokenizer.model"), ("pairs-tied", "tokenizer.json"),
      ("pairs-tied", "config.json"), ("pairs-llama3", "model.safetensors.index.json"),
    ] {
      let path = try copy(name, folder)
      let file = URL(filePath: path + "/" + fileName)
      let bytes = try Data(contentsOf: file)
      for round in 0..<30 {
        var damaged = bytes
        if round < 10 {
          damaged = bytes.prefix(bytes.count * round / 10)
        } else {
          for _ in 0..<1 + round % 5 {
            damaged[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
          }
        }
        try damaged.write(to: file)
        guard let model = try? ModelImport(folder: path, as: .q8_0) else { continue }
        try? model.write(to: folder.path("out.gguf"), pool: WorkerPool(workerCount: 1))
        _ = try? LlamaModel(path: folder.path("out.gguf"), pool: WorkerPool(workerCount: 1))
      }
    }
  }
}
