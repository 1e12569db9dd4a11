import CommandLanguage
import Commands
import Foundation

/// Entries of earlier prompts, one per line as `HistoryText` writes them, oldest first.
///
/// Several dyads may use it at once: each appends whole lines, and only the one that holds the
/// lock shortens it.
struct HistoryFile {
  static let maxEntries = 10_000
  let path: String

  /// The file `${XDG_STATE_HOME:-~/.local/state}/dyad/history`.
  static var standard: HistoryFile {
    let state = ProcessInfo.processInfo.environment["XDG_STATE_HOME"] ?? ""
    let folder = state.hasPrefix("/") ? state : Paths.home + "/.local/state"
    return HistoryFile(path: folder + "/dyad/history")
  }

  /// Reads the entries; none when there is no file.
  ///
  /// A file that has grown to twice the limit is cut to it.
  func load() -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    let lines = HistoryFile.lines(of: data)
    if lines.count > 2 * HistoryFile.maxEntries { shorten() }
    return lines.suffix(HistoryFile.maxEntries).map {
      HistoryText.entry(of: String(decoding: $0, as: UTF8.self))
    }
  }

  /// Appends an entry; a history that cannot be written is no reason to complain.
  func append(_ entry: String) {
    let folder = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    withFile { descriptor, _ in
      var text = HistoryText.line(of: entry) + "\n"
      // A line that a full disk or a crash left without its end must not join with this one.
      var last: UInt8 = 0
      let size = lseek(descriptor, 0, SEEK_END)
      if size > 0, pread(descriptor, &last, 1, size - 1) == 1, last != UInt8(ascii: "\n") {
        text = "\n" + text
      }
      let bytes = Array(text.utf8)
      _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
  }

  /// Cuts the file to the limit; entries that others append meanwhile wait for the lock.
  private func shorten() {
    withFile { _, isLocked in
      guard isLocked, let data = FileManager.default.contents(atPath: path) else { return }
      let kept = HistoryFile.lines(of: data).suffix(HistoryFile.maxEntries)
      let text = Data(kept.flatMap { $0 + [UInt8(ascii: "\n")] })
      let other = path + ".\(getpid())"
      guard
        FileManager.default.createFile(
          atPath: other, contents: text, attributes: [.posixPermissions: 0o600])
      else { return }
      if rename(other, path) != 0 { unlink(other) }
    }
  }

  private static func lines(of data: Data) -> [ArraySlice<UInt8>] {
    Array(data).split(separator: UInt8(ascii: "\n"))
  }

  /// Opens the file for appending, with its lock where it can be had within a tenth of a second.
  ///
  /// A file that was replaced while we waited for its lock is opened anew.
  private func withFile(_ body: (_ descriptor: Int32, _ isLocked: Bool) -> Void) {
    for _ in 0..<4 {
      let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { return }
      defer { close(descriptor) }
      var isLocked = false
      for attempt in 0..<20 where !isLocked {
        if attempt > 0 { usleep(5000) }
        isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
      }
      var (mine, named) = (stat(), stat())
      if isLocked, fstat(descriptor, &mine) == 0, stat(path, &named) == 0,
        mine.st_ino != named.st_ino || mine.st_dev != named.st_dev
      {
        continue
      }
      return body(descriptor, isLocked)
    }
  }
}
