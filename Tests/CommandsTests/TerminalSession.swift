import Foundation
import Glibc
import Testing

/// The binary on a terminal of its own.
final class TerminalSession {
  let process: pid_t
  private let terminal: Int32
  /// The process's end of the terminal, held open so that its mode outlives the process.
  private let end: Int32
  private var pending = ""
  /// Everything that was read from the terminal; what is waited for is without the paste mode.
  private(set) var shown = ""

  init(
    _ arguments: [String] = [], environment: [String: String], columns: UInt16 = 0,
    folder: String? = nil
  ) throws {
    // Glibc's module hides openpty; this is what it does.
    terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(terminal >= 0)
    let unlock: UInt = 0x4004_5431
    let number: UInt = 0x8004_5430
    var index: Int32 = 0
    try #require(ioctl(terminal, unlock, &index) == 0 && ioctl(terminal, number, &index) == 0)
    let name = "/dev/pts/\(index)"
    end = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(end >= 0)
    if columns > 0 {
      var size = winsize(ws_row: 30, ws_col: columns, ws_xpixel: columns * 8, ws_ypixel: 480)
      try #require(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
    }
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
    let binary = try DyadProcess.path
    // Glibc's module hides the file action that changes the folder.
    let path = folder == nil ? binary : "/bin/sh"
    let shell = folder.map { [path, "-c", "cd \"$0\" && exec \"$@\"", $0] } ?? []
    var words = (shell + [binary] + arguments).map { strdup($0) } + [nil]
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
    close(end)
    close(terminal)
  }

  /// Forgets what was shown so far.
  func forget() {
    (pending, shown) = ("", "")
  }

  /// The mode of the terminal: input, output, control and local flags.
  var mode: [tcflag_t] {
    var mode = termios()
    tcgetattr(end, &mode)
    return [mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag]
  }

  /// Makes the terminal wider or narrower, as a user who pulls at its window.
  func resize(columns: UInt16) throws {
    var size = winsize(ws_row: 30, ws_col: columns, ws_xpixel: columns * 8, ws_ypixel: 480)
    try #require(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
  }

  /// Waits for the process to end by a signal; nil when it ends otherwise or does not end.
  func endingSignal() -> Int32? {
    for _ in 0..<200 {
      _ = waits(for: "\u{0}never\u{0}", seconds: 0.05)
      var status: Int32 = 0
      if waitpid(process, &status, WNOHANG) == process {
        return status & 0x7F == 0 ? nil : status & 0x7F
      }
    }
    return nil
  }

  /// Waits until everything that was shown since `forget` holds a text.
  func shows(_ text: String) -> Bool {
    for _ in 0..<400 where !shown.contains(text) {
      _ = waits(for: "\u{0}never\u{0}", seconds: 0.05)
    }
    return shown.contains(text)
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
      let text = String(decoding: buffer[..<count], as: UTF8.self)
      pending = (pending + text).replacing("\u{1b}[?2004h", with: "")
        .replacing("\u{1b}[?2004l", with: "")
      if shown.utf8.count < 1 << 20 { shown += text }
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
