internal import Clinical
internal import Foundation
internal import GGUF

/// What the `config.json` of a Hugging Face folder says of a model of the `llama` architecture.
struct LlamaFolderConfiguration {
  let shape: LlamaShape
  let hasOwnHeadSize: Bool
  let contextLength: Int
  let epsilon: Double
  let rotaryBase: Double
  /// Positions are divided by it, where there is linear scaling.
  let linearFactor: Double?
  /// Divisors of the rotary frequencies, where Llama 3's rule makes some.
  let rotaryFactors: [Float]?

  static let architectures = ["LlamaForCausalLM", "MistralForCausalLM"]

  /// - Throws: `ConversionError` with `unsupported` for another architecture or a feature that the
  ///   engine lacks, `malformed` for numbers that are missing or contradict each other.
  init(_ config: JSONFields) throws(ConversionError) {
    try Self.checkArchitecture(config)
    shape = try LlamaShape(config)
    hasOwnHeadSize = config["head_dim"] != nil
    contextLength = try config.integer("max_position_embeddings", atMost: 1 << 24)
    epsilon = try config.required("rms_norm_eps", try config.optionalNumber("rms_norm_eps"))
    let rotary = try RotaryFields(config)
    rotaryBase = rotary.base
    linearFactor = rotary.linearFactor
    rotaryFactors = rotary.llama3?.factors(base: rotary.base, headSize: shape.headSize)
  }

  private static func checkArchitecture(_ config: JSONFields) throws(ConversionError) {
    let found = try config.optionalArray("architectures")?.first?.string ?? "nothing"
    guard architectures.contains(found) else {
      throw .unsupported(
        item: "the architecture in \(config.path)",
        expected: architectures.joined(separator: " or "), found: found)
    }
    let activation = try config.optionalString("hidden_act") ?? "silu"
    guard activation == "silu" else {
      throw .unsupported(
        item: "hidden_act in \(config.path)", expected: "silu", found: activation)
    }
    if let quantised = try config.optionalFields("quantization_config") {
      throw .unsupported(
        item: "quantization_config in \(config.path)", expected: "a model that is not quantised",
        found: try quantised.optionalString("quant_method") ?? "there")
    }
  }
}

/// How positions turn the heads.
private struct RotaryFields {
  /// Llama 3's rule: short waves stay, long ones are stretched, those between partly.
  struct Llama3 {
    let factor: Double
    let lowFactor: Double
    let highFactor: Double
    let oldContextLength: Double

    /// - Source: llama.cpp, `LlamaModel.generate_extra_tensors`; transformers,
    ///   `_compute_llama3_parameters`.
    func factors(base: Double, headSize: Int) -> [Float] {
      (0..<headSize / 2).map { index in
        let wave = 2 * Double.pi * pow(base, Double(2 * index) / Double(headSize))
        if wave < oldContextLength / highFactor { return 1 }
        if wave > oldContextLength / lowFactor { return Float(factor) }
        let smooth = (oldContextLength / wave - lowFactor) / (highFactor - lowFactor)
        return Float(1 / ((1 - smooth) / factor + smooth))
      }
    }
  }

  let base: Double
  let linearFactor: Double?
  let llama3: Llama3?

  init(_ config: JSONFields) throws(ConversionError) {
    // transformers 5 writes rope_parameters, older ones rope_theta and rope_scaling.
    let newer = try config.optionalFields("rope_parameters")
    let older = try config.optionalFields("rope_scaling")
    let fields = newer ?? older
    let (inner, outer) = (
      try fields?.optionalNumber("rope_theta"), try config.optionalNumber("rope_theta")
    )
    base = inner ?? outer ?? 10_000
    let (newName, oldName) = (
      try fields?.optionalString("rope_type"), try fields?.optionalString("type")
    )
    let type = newName ?? oldName
    func number(_ name: String, _ fallback: Double) throws(ConversionError) -> Double {
      let value = try fields?.optionalNumber(name) ?? fallback
      guard value > 0, value.isFinite else {
        throw .malformed(path: config.path, fault: "\(name) is \(value), but must be above 0")
      }
      return value
    }
    guard base > 0, base.isFinite else {
      throw .malformed(path: config.path, fault: "rope_theta is \(base), but must be above 0")
    }
    switch type {
    case nil, "default":
      (linearFactor, llama3) = (nil, nil)
    case "linear":
      (linearFactor, llama3) = (try number("factor", 1), nil)
    case "llama3":
      linearFactor = nil
      llama3 = Llama3(
        factor: try number("factor", 8), lowFactor: try number("low_freq_factor", 1),
        highFactor: try number("high_freq_factor", 4),
        oldContextLength: try number("original_max_position_embeddings", 8192))
    case let other?:
      throw .unsupported(
        item: "the rotary scaling in \(config.path)", expected: "default, linear or llama3",
        found: other)
    }
  }
}

extension LlamaFolderConfiguration {
  /// The keys of the model, without those of its vocabulary.
  func metadata(name: String) -> GGUFMetadata {
    var metadata = GGUFMetadata()
    func set(_ key: String, _ value: Int) { metadata["llama." + key] = .uint32(UInt32(value)) }
    metadata["general.architecture"] = .string("llama")
    metadata["general.type"] = .string("model")
    metadata["general.name"] = .string(name)
    set("block_count", shape.layerCount)
    set("context_length", contextLength)
    set("embedding_length", shape.embeddingSize)
    set("feed_forward_length", shape.feedForwardSize)
    set("attention.head_count", shape.headCount)
    set("attention.head_count_kv", shape.keyValueHeadCount)
    if hasOwnHeadSize {
      set("attention.key_length", shape.headSize)
      set("attention.value_length", shape.headSize)
    }
    set("vocab_size", shape.vocabularySize)
    set("rope.dimension_count", shape.headSize)
    metadata["llama.rope.freq_base"] = .float32(Float(rotaryBase))
    if let linearFactor {
      metadata["llama.rope.scaling.type"] = .string("linear")
      metadata["llama.rope.scaling.factor"] = .float32(Float(linearFactor))
    }
    metadata["llama.attention.layer_norm_rms_epsilon"] = .float32(Float(epsilon))
    return metadata
  }
}
