import CommandLanguage
import Foundation

/// Entries of earlier prompts, one per line, oldest first.
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
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    let kept = Array(lines.suffix(HistoryFile.maxEntries))
    if lines.count > 2 * HistoryFile.maxEntries {
      try? Data((kept.joined(separator: "\n") + "\n").utf8)
        .write(to: URL(fileURLWithPath: path), options: .atomic)
    }
    return kept
  }

  /// Appends an entry; a history that cannot be written is no reason to complain.
  func append(_ entry: String) {
    let folder = (path as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array((entry + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}
