import Foundation
import Testing

/// Debian's OpenSSH server on the loopback interface, with keys and configuration of its own in the
/// folder of one test.
final class SecureShellServer {
  private static let patience = 20.0

  private let program: Program
  private let folder: URL
  private let process = Process()
  private let port: UInt16

  /// Why no server can be started here; nil where one can.
  static let whyMissing: String? = {
    for name in ["sshd", "ssh", "ssh-keygen"] where find(name) == nil {
      return "\(name) is missing: apt-get install openssh-server openssh-client"
    }
    // Run by root, the server wants an empty folder that the package's own start makes.
    let isRoot = getuid() == 0
    if isRoot, mkdir("/run/sshd", 0o755) != 0, errno != EEXIST {
      return "/run/sshd is missing and cannot be made"
    }
    return nil
  }()

  /// Starts a server that lets the person who runs the tests in, by a key made for it.
  init(_ program: Program) throws {
    self.program = program
    folder = program.file("ssh")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    port = try Self.freePort()
    for name in ["host", "user"] {
      let keygen: URL = try #require(Self.find("ssh-keygen"))
      let make = Process()
      make.executableURL = keygen
      make.arguments = ["-q", "-t", "ed25519", "-N", "", "-f", path(name)]
      try make.run()
      make.waitUntilExit()
      #expect(make.terminationStatus == 0)
    }
    try FileManager.default.copyItem(atPath: path("user.pub"), toPath: path("authorized"))
    try """
    Port \(port)
    ListenAddress 127.0.0.1
    HostKey \(path("host"))
    AuthorizedKeysFile \(path("authorized"))
    AuthenticationMethods publickey
    PermitRootLogin prohibit-password
    PidFile none
    UsePAM no
    StrictModes no
    PrintMotd no
    PrintLastLog no
    ClientAliveInterval 1
    ClientAliveCountMax 1
    """.write(toFile: path("config"), atomically: true, encoding: .utf8)
    let executable: URL = try #require(Self.find("sshd"))
    process.executableURL = executable
    process.arguments = ["-D", "-e", "-f", path("config")]
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitUntilItListens()
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
  }

  /// The command that logs in from a terminal and opens a shell in the test's folder. The client's
  /// process id is written to `client.pid`.
  var login: String {
    let settings = program.environment.map { "\($0.key)='\($0.value)'" }.sorted()
      .joined(separator: " ")
    let shell =
      "cd \(program.folder.path) && exec env \(settings) PS1='remote\\$ ' bash --norc --noprofile -i"
    return "sh -c 'echo $$ > \(program.file("client.pid").path); exec \"$@\"' - "
      + "ssh -F /dev/null -p \(port) -i \(path("user")) -o IdentitiesOnly=yes"
      + " -o StrictHostKeyChecking=no -o UserKnownHostsFile=\(path("known")) -o LogLevel=ERROR"
      + " -o PasswordAuthentication=no -tt 127.0.0.1 \"\(shell)\""
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func waitUntilItListens() throws {
    let end = Date().addingTimeInterval(Self.patience)
    while Date() < end, process.isRunning {
      let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(socket) }
      var address = Self.loopback(port: port)
      if withSocketAddress(&address, { connect(socket, $0, $1) }) == 0 { return }
      usleep(20_000)
    }
    throw NotListening()
  }

  struct NotListening: Error {}

  /// A port that nobody listened on a moment ago.
  private static func freePort() throws -> UInt16 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = loopback(port: 0)
    try #require(withSocketAddress(&address, { bind(socket, $0, $1) }) == 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let named = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(socket, $0, &length)
      }
    }
    try #require(named == 0)
    return UInt16(bigEndian: address.sin_port)
  }

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func find(_ name: String) -> URL? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return (path.split(separator: ":").map(String.init) + ["/usr/sbin"])
      .map { URL(fileURLWithPath: $0).appendingPathComponent(name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}

private func withSocketAddress(
  _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}
