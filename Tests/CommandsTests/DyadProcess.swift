import Foundation
import Glibc
import Testing

/// The product's binary, run from outside.
enum DyadProcess {
  /// The binary beside the test bundle.
  static var path: String {
    get throws {
      let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
      for _ in 0..<3 {
        let file = folder.appendingPathComponent("dyad").path
        if FileManager.default.isExecutableFile(atPath: file) { return file }
        folder.deleteLastPathComponent()
      }
      // The test runner may live in the toolchain; its argument then names the bundle.
      let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
      let file = try #require(bundles.first.map(URL.init(fileURLWithPath:)))
        .deletingLastPathComponent().appendingPathComponent("dyad").path
      return try #require(FileManager.default.isExecutableFile(atPath: file) ? file : nil)
    }
  }

  /// Runs the binary, or another program, to its end.
  static func run(
    _ arguments: [String], input: String = "", folder: String? = nil, program: String? = nil
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try program ?? path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let pipes = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = pipes
    try process.run()
    pipes.0.fileHandleForWriting.write(Data(input.utf8))
    try pipes.0.fileHandleForWriting.close()
    let output = pipes.1.fileHandleForReading.readDataToEndOfFile()
    let errors = pipes.2.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let status = process.terminationReason == .exit ? process.terminationStatus : -1
    return (
      status, String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self)
    )
  }
}

/// The binary on a terminal of its own.
final class TerminalSession {
  let process: pid_t
  private let terminal: Int32
  private var pending = ""

  init(_ arguments: [String] = [], environment: [String: String]) throws {
    // Glibc's module hides openpty; this is what it does.
    terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(terminal >= 0)
    let unlock: UInt = 0x4004_5431
    let number: UInt = 0x8004_5430
    var index: Int32 = 0
    try #require(ioctl(terminal, unlock, &index) == 0 && ioctl(terminal, number, &index) == 0)
    let name = "/dev/pts/\(index)"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that a session leader opens becomes the one whose keys send signals.
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    let newSession: Int16 = 0x80  // POSIX_SPAWN_SETSID
    posix_spawnattr_setflags(&attributes, newSession)
    let path = try DyadProcess.path
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, path, &actions, &attributes, &words, &variables)
    try #require(status == 0)
    self.process = process
  }

  deinit {
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    close(terminal)
  }

  func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = write(terminal, bytes, bytes.count)
  }

  /// Waits until the terminal shows a text after everything that was waited for before.
  func waits(for text: String, seconds: Double = 20) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if let found = pending.range(of: text) {
        pending = String(pending[found.upperBound...])
        return true
      }
      // A command may print megabytes before the text.
      if pending.utf8.count > 65536 { pending = String(pending.suffix(4096)) }
      var poll = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, 100) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = Glibc.read(terminal, &buffer, buffer.count)
      if count <= 0 { return false }
      pending += String(decoding: buffer[..<count], as: UTF8.self)
    }
    return false
  }

  /// Waits for a prompt, and a moment more: libedit shows it before it takes the keys.
  func waitsForPrompt(_ prompt: String = "dyad> ") -> Bool {
    defer { usleep(150_000) }
    return waits(for: prompt)
  }

  /// Waits for the process to end and returns its exit status; nil after a signal or 20 seconds.
  func exitStatus() -> Int32? {
    _ = waits(for: "\u{0}never\u{0}", seconds: 0.2)
    for _ in 0..<200 {
      var status: Int32 = 0
      if waitpid(process, &status, WNOHANG) == process {
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : nil
      }
      usleep(100_000)
    }
    return nil
  }
}
