// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: what DESIGN in the README calls the house rules.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Rooms that own or lend out raw memory also mark every unsafe use. The kernel rooms and the forward
/// pass do not: there every line is one, and a mark on every line says nothing.
let strictMemory = strict + [.strictMemorySafety()]

/// Kernels are optimised in debug builds too, or the tests that run a real model would take hours.
let alwaysOptimized: [SwiftSetting] = [
  .unsafeFlags(
    ["-O", "-disable-batch-mode", "-whole-module-optimization", "-num-threads", "2"],
    .when(configuration: .debug))
]

/// Every file of `themes`, so that the program needs no folder beside it to show any of them.
let themes = [
  "system", "dark", "light", "contrast-dark", "contrast-light", "cvd-dark", "cvd-light", "mono",
  "console8",
]

#if arch(x86_64)
  let instructionSets = ["KernelsAVX512", "KernelsAVX2", "KernelsAMX"]
  let instructionSetTargets: [Target] = [
    .target(name: "CIntrinsics"),
    .target(
      name: "KernelsAVX512", dependencies: ["Kernels", "CIntrinsics"],
      swiftSettings: strict + alwaysOptimized + [
        .unsafeFlags(["-Xcc", "-march=x86-64-v4", "-Xcc", "-mavx512vnni"])
      ]),
    .target(name: "CIntrinsicsAMX"),
    .target(
      name: "KernelsAMX", dependencies: ["Kernels", "CIntrinsicsAMX"],
      swiftSettings: strict + alwaysOptimized + [
        .unsafeFlags([
          "-Xcc", "-march=x86-64-v4", "-Xcc", "-mavx512bf16", "-Xcc", "-mamx-tile", "-Xcc",
          "-mamx-bf16",
        ])
      ]),
    .target(name: "CIntrinsicsAVX2"),
    .target(
      name: "KernelsAVX2", dependencies: ["Kernels", "CIntrinsicsAVX2"],
      swiftSettings: strict + alwaysOptimized + [
        .unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma", "-Xcc", "-mf16c"])
      ]),
  ]
#else
  let instructionSets: [String] = []
  let instructionSetTargets: [Target] = []
#endif

let package = Package(
  name: "asclepius-terminal",
  products: [.executable(name: "asclepius", targets: ["asclepius"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-crypto", "3.12.3"..<"4.0.0"),
  ],
  targets: instructionSetTargets + [
    // System libraries and the little C that Swift cannot say.
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .target(name: "CTerminal"),
    .target(name: "CShippedAdapter"),

    // The engine, from the bottom up.
    .target(name: "Kernels", swiftSettings: strict + alwaysOptimized),
    .target(
      name: "Tensors", dependencies: ["Kernels"] + instructionSets.map { .init(stringLiteral: $0) },
      swiftSettings: strictMemory + alwaysOptimized),
    .target(name: "GGUF", dependencies: ["Tensors", "Kernels"], swiftSettings: strictMemory),
    .target(name: "Tokenization", swiftSettings: strict + alwaysOptimized),
    .target(
      name: "Llama", dependencies: ["Tokenization", "GGUF", "Tensors", "Kernels"],
      swiftSettings: strict + alwaysOptimized),
    .target(
      name: "Training",
      dependencies: ["Llama", "Tokenization", "GGUF", "Tensors", "Kernels", "COpenBLAS"],
      swiftSettings: strict + alwaysOptimized),

    // What is clinical, what is kept, what is seen.
    .target(name: "Clinical", resources: [.embedInCode("Prompts")], swiftSettings: strict),
    .target(name: "Evaluation", swiftSettings: strict),
    .target(
      name: "Grounding", resources: [.embedInCode("Tables")],
      swiftSettings: strict + alwaysOptimized),
    .target(
      name: "Synthesis", dependencies: ["Clinical", "Grounding", "Evaluation"],
      swiftSettings: strict),
    .target(
      name: "Grammar", dependencies: ["Clinical", "Llama", "Tokenization"],
      swiftSettings: strict + alwaysOptimized),
    .target(
      name: "Extraction", dependencies: ["Clinical", "Grounding", "Grammar"],
      resources: [.embedInCode("Schemas")], swiftSettings: strict),
    .target(name: "Endpoints", dependencies: ["Clinical"], swiftSettings: strict),
    .target(
      name: "Models",
      dependencies: [
        "GGUF", "Tensors", "Kernels", "CShippedAdapter",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      resources: [.embedInCode("Scripts")], swiftSettings: strict),
    .target(
      name: "Store",
      dependencies: ["Clinical", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),
    .target(
      name: "Screen",
      dependencies: [
        .product(name: "TOMLKit", package: "TOMLKit"), .product(name: "Yams", package: "Yams"),
      ],
      resources: themes.map { .embedInCode("../../themes/\($0).toml") }, swiftSettings: strict),
    .target(
      name: "Curses", dependencies: ["Screen", "CNcurses", "CTerminal"], swiftSettings: strict),
    .target(
      name: "Workbench", dependencies: ["Screen", "Clinical", "Grounding"], swiftSettings: strict),

    .target(
      name: "Conversion",
      dependencies: ["GGUF", "Tokenization", "Tensors", "Kernels", "Clinical"],
      swiftSettings: strict + alwaysOptimized),

    // Everything joined.
    .executableTarget(
      name: "asclepius",
      dependencies: [
        "Workbench", "Screen", "Curses", "Store", "Models", "Clinical", "Llama", "Tokenization",
        "Evaluation", "Grounding", "GGUF", "Tensors", "Kernels", "Synthesis", "Endpoints",
        "Conversion", "Training", "Grammar", "Extraction",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "TOMLKit", package: "TOMLKit"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "Tensors", "Training"],
      exclude: ["Resources"], swiftSettings: strict),
    .testTarget(
      name: "GGUFTests", dependencies: ["GGUF", "Tensors", "Kernels"], exclude: ["Recipes"],
      resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(
      name: "ModelsTests",
      dependencies: [
        "Models", "GGUF", "Kernels", .product(name: "Crypto", package: "swift-crypto"),
      ],
      resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(
      name: "TokenizationTests", dependencies: ["Tokenization", "Llama", "GGUF"],
      exclude: ["Recipes"], resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(
      name: "LlamaTests", dependencies: ["Llama", "Tokenization", "GGUF", "Tensors", "Kernels"],
      exclude: ["Resources"], swiftSettings: strict),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Llama", "Tokenization", "GGUF", "Tensors", "Kernels"],
      exclude: ["Resources"], swiftSettings: strict),
    .testTarget(
      name: "EvaluationTests", dependencies: ["Evaluation"], exclude: ["Recipes"],
      resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(
      name: "ConversionTests",
      dependencies: [
        "Conversion", "GGUF", "Llama", "Tokenization", "Tensors", "Kernels",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      exclude: ["Recipes"], resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(name: "GroundingTests", dependencies: ["Grounding"], swiftSettings: strict),
    .testTarget(
      name: "GrammarTests",
      dependencies: ["Grammar", "Clinical", "Llama", "Tokenization", "Tensors"],
      exclude: ["Recipes"], resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(
      name: "ExtractionTests",
      dependencies: ["Extraction", "Clinical", "Grammar", "Grounding"], exclude: ["Recipes"],
      resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(
      name: "SynthesisTests", dependencies: ["Synthesis", "Clinical"], swiftSettings: strict),
    .testTarget(
      name: "EndpointsTests", dependencies: ["Endpoints", "Clinical"], exclude: ["Resources"],
      swiftSettings: strict),
    .testTarget(name: "ClinicalTests", dependencies: ["Clinical"], swiftSettings: strict),
    .testTarget(
      name: "StoreTests",
      dependencies: ["Store", "Clinical", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict),
    .testTarget(
      name: "ScreenTests", dependencies: ["Screen"], exclude: ["Recipes"], swiftSettings: strict),
    .testTarget(
      name: "CursesTests",
      dependencies: ["Curses", "Screen", "CTerminal", "Workbench", "Clinical"],
      swiftSettings: strict),
    .testTarget(
      name: "WorkbenchTests", dependencies: ["Workbench", "Screen", "Clinical"],
      resources: [.copy("Resources")], swiftSettings: strict),
    .testTarget(
      name: "ProgramTests",
      dependencies: [
        "asclepius", "Workbench", "Screen", "Curses", "Store", "Clinical", "GGUF", "Grounding",
        "Llama", "Tensors", "Tokenization",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
  ]
)
