import Files
import Foundation

/// The commands of a running session on disk, so that nothing is lost when the process is.
///
/// A journal is the session's log, appended to and flushed after each command. A lock tells a
/// journal whose process lives from one that was left behind. Beside `NAME.dyad` may lie
/// `NAME.safetensors`, the state that `autosave` wrote last.
public final class Journal {
  /// The path without its ending.
  public let path: String
  private let file: AppendedFile
  /// How many entries of the log are written.
  private var written = 0

  /// The folder of all journals: `${XDG_STATE_HOME:-~/.local/state}/dyad/journal`.
  public static var standardFolder: String {
    let environment = ProcessInfo.processInfo.environment
    let state = environment["XDG_STATE_HOME"] ?? ""
    let home = environment["HOME"] ?? NSHomeDirectory()
    return (state.hasPrefix("/") ? state : home + "/.local/state") + "/dyad/journal"
  }

  /// Begins a journal in a folder, which is made when it is missing.
  ///
  /// Throws: `FileError` when the folder cannot be written to.
  public init(in folder: String = Journal.standardFolder) throws {
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyyMMdd-HHmmss"
    let base = "\(folder)/\(format.string(from: Date()))-\(getpid())"
    var number = 1
    var free = base
    while FileManager.default.fileExists(atPath: free + ".dyad") {
      number += 1
      free = "\(base)-\(number)"
    }
    path = free
    file = try AppendedFile(path + ".dyad", permissions: 0o600)
    _ = file.lock()
    try file.append(Journal.header)
  }

  private static let header = "version 1\n"

  /// Writes the entries of a log that are not written yet; a log that became shorter or another one
  /// is written anew.
  ///
  /// Throws: `FileError`; what could not be written is written with the next command.
  public func keep(_ log: SessionLog, isNew: Bool = false) throws {
    if isNew || isBegun || log.entries.count < written {
      isBegun = true
      written = 0
      file.clear()
      try file.append(Journal.header)
      isBegun = false
    }
    guard log.entries.count > written else { return }
    try file.append(log.text(from: written))
    written = log.entries.count
    file.flush()
  }

  /// Whether writing anew was begun and could not be done.
  private var isBegun = false

  /// Removes the journal and the state beside it: the session was saved, or there was nothing to.
  public func remove() {
    unlink(path + ".dyad")
    unlink(path + ".safetensors")
  }

  /// A journal whose process ended without saving.
  public struct Abandoned: Sendable, Equatable {
    /// The path without its ending.
    public var path: String
    /// When it was written last.
    public var date: Date
    /// The commands in it, without a last line that was cut.
    public var log: SessionLog
    /// Whether `autosave` left a state beside it.
    public var hasState: Bool

    /// Removes it: its session lives on in another journal.
    public func remove() {
      unlink(path + ".dyad")
      unlink(path + ".safetensors")
    }
  }

  /// The journals that no process holds any more and that have commands, the newest first.
  public static func abandoned(in folder: String = Journal.standardFolder) -> [Abandoned] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".dyad") }.compactMap { name in
      let path = "\(folder)/\(name)"
      guard !isHeld(path), let data = FileManager.default.contents(atPath: path) else {
        return nil
      }
      var text = String(decoding: data, as: UTF8.self)
      if !text.hasSuffix("\n") {
        text = text.lastIndex(of: "\n").map { String(text[...$0]) } ?? ""
      }
      let log = SessionLog(text: text)
      guard log.entries.contains(where: { if case .command = $0 { true } else { false } }) else {
        return nil
      }
      let base = String(path.dropLast(5))
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return Abandoned(
        path: base, date: attributes?[.modificationDate] as? Date ?? .distantPast, log: log,
        hasState: FileManager.default.fileExists(atPath: base + ".safetensors"))
    }.sorted { $0.date > $1.date }
  }

  private static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }
}
