internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Models
internal import Store
internal import Tensors

/// Says what this machine has and what is missing.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "What this machine has, what is missing, and the command that mends it.")

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  private struct Finding: Encodable {
    let name: String
    let value: String
    /// What to do about it; nil where all is well.
    let mend: String?
  }

  func run() throws {
    let findings =
      [kernels(), threads(), products(), bandwidth(), memory()] + terminal() + storage()
    if json {
      try JSONOutput.print(findings)
    } else {
      for finding in findings {
        let blanks = String(repeating: " ", count: max(1, 14 - finding.name.count))
        print((finding.mend == nil ? "  " : "! ") + finding.name + blanks + finding.value)
        if let mend = finding.mend { print("                " + mend) }
      }
    }
    if findings.contains(where: { $0.mend != nil }) { throw ExitCode(ExitStatus.failure) }
  }

  private func kernels() -> Finding {
    let name = KernelTable.best.name
    return Finding(
      name: "kernels", value: name == "portable" ? "portable (slow on this processor)" : name,
      mend: nil)
  }

  private func threads() -> Finding {
    let count = ProcessInfo.processInfo.activeProcessorCount
    return Finding(name: "threads", value: "\(count)", mend: nil)
  }

  /// Reads more memory than any cache holds, on all threads.
  private func bandwidth() -> Finding {
    let pool = WorkerPool(workerCount: ProcessInfo.processInfo.activeProcessorCount)
    let rate = MemoryBandwidth.measure(pool: pool)
    return Finding(
      name: "memory read", value: String(format: "%.1f GB/s", rate / 1e9), mend: nil)
  }

  /// The limit of reading a prompt, on all threads.
  private func products() -> Finding {
    let pool = WorkerPool(workerCount: ProcessInfo.processInfo.activeProcessorCount)
    let rate = ProductPeak.measure(pool: pool)
    return Finding(
      name: "byte products",
      value: rate.map { String(format: "%.0f billion a second", $0 / 1e9) } ?? "not measured",
      mend: nil)
  }

  private func memory() -> Finding {
    let bytes = Int(ProcessInfo.processInfo.physicalMemory)
    return Finding(name: "memory", value: readable(byteCount: bytes), mend: nil)
  }

  private func terminal() -> [Finding] {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let isUTF8 = locale?.lowercased().contains("utf") ?? false
    let plain = TerminalAbility.whyPlain
    return [
      Finding(
        name: "terminal",
        value: (environment["TERM"] ?? "none") + (plain.map { ": plain lines, since \($0)" } ?? ""),
        mend: nil),
      Finding(
        name: "characters",
        value: isUTF8 ? "UTF-8" : "ASCII lines (the locale is \(locale ?? "not set"))",
        mend: nil),
    ]
  }

  private func storage() -> [Finding] {
    let environment = ProcessInfo.processInfo.environment
    var findings: [Finding] = []
    do {
      let store = try SessionStore(environment: environment)
      findings.append(Finding(name: "sessions", value: store.path, mend: nil))
    } catch {
      findings.append(
        Finding(name: "sessions", value: "cannot be kept", mend: describe(error)))
    }
    do {
      let library = try ModelLibrary(environment: environment)
      let names = library.models().map { $0.catalogName ?? $0.name }
      let hasDefault = names.contains("default")
      findings.append(
        Finding(
          name: "models", value: names.isEmpty ? "none" : names.joined(separator: ", "),
          mend: hasDefault ? nil : "asclepius model get default"))
    } catch {
      findings.append(Finding(name: "models", value: "no folder", mend: describe(error)))
    }
    return findings
  }
}
