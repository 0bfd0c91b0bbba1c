internal import ArgumentParser
internal import Foundation
internal import Screen

/// The themes of the workbench.
struct ThemeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "theme", abstract: "Lists themes, checks their contrast, imports base16 schemes.",
    subcommands: [List.self, Check.self, Import.self])

  private static var folders: [String] {
    ThemeLibrary.folders(environment: ProcessInfo.processInfo.environment)
  }

  /// Lists what `--theme` and `:theme` know.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the themes that there are and where they come from.")

    func run() throws {
      let library = ThemeLibrary.installed(in: ThemeCommand.folders)
      for name in ThemeLibrary.names(in: ThemeCommand.folders) {
        let place = library.place(ofThemeNamed: name) ?? ""
        print("\(name)\t\(place == name ? "part of the program" : place)")
      }
    }
  }

  /// Checks what can be read.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks the contrast of a theme at every depth of colour.",
      discussion: """
        Asked for are 7:1 for notes and answers, 4.5:1 for all other text and 3:1 for lines, as in \
        the Web Content Accessibility Guidelines. Exit status 1 where something falls short.
        """)

    @Argument(help: "A theme's name, or a file: .toml, or a base16 scheme in .yaml.")
    var theme: String

    func run() throws {
      let found = try ThemeLibrary.installed(in: ThemeCommand.folders).theme(named: theme)
      let faults = found.contrastFaults
      for fault in faults { print("\(fault)") }
      guard faults.isEmpty else { throw ExitCode(ExitStatus.failure) }
      print("\(found.name): every role can be read at every depth of color")
    }
  }

  /// Makes a theme of a scheme.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a theme of a base16 scheme, in your folder of themes.",
      discussion: "Colors for 256 and 16 are written out, so that you can change them.")

    @Argument(help: "The scheme: a .yaml file with base00 to base0F.")
    var file: String

    @Flag(name: .long, help: "Write over a theme of that name.")
    var force = false

    func run() throws {
      let scheme = try Base16Scheme(yaml: try TextInput.read(file), from: file)
      guard let folder = ThemeCommand.folders.first else {
        throw ThemeCommandError.noFolder
      }
      let path = "\(folder)/\(scheme.fileName).toml"
      if !force, FileManager.default.fileExists(atPath: path) {
        throw ThemeCommandError.exists(path: path)
      }
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try overwriteFile(scheme.themeTOML, path: path)
      let theme = try ThemeLibrary.installed(in: ThemeCommand.folders)
        .theme(named: scheme.fileName)
      print("\(path)\nasclepius --theme \(theme.name) shows it")
      let faults = theme.contrastFaults
      guard !faults.isEmpty else { return }
      print("hard to read, since the scheme has no better color:")
      for fault in faults { print("  \(fault)") }
    }
  }
}

/// Why a theme was not made.
enum ThemeCommandError: Error, CustomStringConvertible {
  case noFolder
  case exists(path: String)

  var description: String {
    switch self {
    case .noFolder: "there is no place for themes: set HOME or XDG_CONFIG_HOME"
    case .exists(let path): "\(path) is there already; --force writes over it"
    }
  }
}

extension ThemeLibrary {
  /// The themes in the files of `folders` and those of the program.
  static func installed(in folders: [String]) -> ThemeLibrary {
    ThemeLibrary(folders: folders) { try? TextInput.read(expandingHome($0)) }
  }

  /// The names of all themes, the program's own first.
  static func names(in folders: [String]) -> [String] {
    let files = folders.flatMap {
      (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
    }
    let own = Set(files.filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) })
    return embeddedNames + own.subtracting(embeddedNames).sorted()
  }
}
