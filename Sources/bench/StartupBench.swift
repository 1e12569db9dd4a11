import Files
import Foundation
import Glibc

/// The group `startup`: the time of `dyad -c 'help'`, and until a terminal shows the prompt.
enum StartupBench {
  static func run(_ context: BenchContext) throws {
    let path = try binary(context.options.dyad)
    if context.wants("help") {
      var seconds: [Double] = []
      try context.repeated {
        seconds.append(try Clock.time { try runToEnd(path, ["-c", "help"]) } * 1e3)
      }
      emit(context, "help", seconds)
    }
    if context.wants("prompt") {
      var seconds: [Double] = []
      try context.repeated { seconds.append(try prompt(path) * 1e3) }
      emit(context, "prompt", seconds)
    }
  }

  private static func emit(_ context: BenchContext, _ name: String, _ all: [Double]) {
    context.emit(
      "startup", name, results: [("milliseconds", Array(all.dropFirst()))])
  }

  private static func binary(_ given: String?) throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path =
      given
      ?? URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("dyad").path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw BenchError(
        "no program '\(path)': swift build -c release --product dyad, or give --dyad PATH")
    }
    return path
  }

  /// Starts a program with its standard streams on a file.
  private static func spawn(
    _ path: String, _ arguments: [String], environment: [String], streams: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, streams, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A session of its own (POSIX_SPAWN_SETSID), so that the terminal becomes the program's.
    posix_spawnattr_setflags(&attributes, 0x80)
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var process: pid_t = 0
    guard posix_spawn(&process, path, &actions, &attributes, &words, &variables) == 0 else {
      throw BenchError("'\(path)' cannot be started")
    }
    return process
  }

  private static func runToEnd(_ path: String, _ arguments: [String]) throws {
    let process = try spawn(path, arguments, environment: [], streams: "/dev/null")
    var status: Int32 = 0
    waitpid(process, &status, 0)
    guard status == 0 else {
      let signal = status & 0x7f
      throw BenchError(
        "'\(path)' ended "
          + (signal == 0 ? "with status \(status >> 8 & 0xff)" : "by signal \(signal)"))
    }
  }

  /// Returns the seconds until a terminal of its own shows the prompt.
  private static func prompt(_ path: String) throws -> Double {
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    defer { close(terminal) }
    // TIOCSPTLCK and TIOCGPTN: Glibc's module hides openpty.
    var index: Int32 = 0
    guard terminal >= 0, ioctl(terminal, UInt(0x4004_5431), &index) == 0,
      ioctl(terminal, UInt(0x8004_5430), &index) == 0
    else { throw BenchError("no pseudo-terminal") }
    // A home of its own: the prompt keeps a history and a journal.
    let home = FileManager.default.temporaryDirectory
      .appendingPathComponent("dyad-bench-" + UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: home) }
    let start = Clock.seconds()
    let process = try spawn(
      path, [], environment: ["TERM=xterm", "HOME=" + home, "LANG=C"],
      streams: "/dev/pts/\(index)")
    defer {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    var shown = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while Clock.seconds() - start < 10 {
      var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 1000) >= 0 else { break }
      if waiting.revents == 0 { continue }
      let count = read(terminal, &buffer, buffer.count)
      guard count > 0 else { break }
      shown += String(decoding: buffer[..<count], as: UTF8.self)
      // Without its last space: a coloured prompt ends its colour before that.
      if shown.contains("dyad>") { return Clock.seconds() - start }
    }
    throw BenchError("'\(path)' showed no prompt: '\(shown)'")
  }
}
