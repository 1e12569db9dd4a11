import Files
import Foundation

/// The commands of a running session on disk, so that nothing is lost when the process is.
///
/// A journal is the session's log, appended to and flushed after each command. A lock tells a
/// journal whose process lives from one that was left behind. Beside `NAME.dyad` may lie what
/// `autosave` wrote last: `NAME.safetensors` and `NAME.moments/`.
public final class Journal {
  /// The path without its ending.
  public let path: String
  private var file: AppendedFile
  /// How many entries of the log are written.
  private var writtenEntries = 0
  /// How many entries are written when those of a block that runs are counted.
  private var begunEntries = 0
  /// Which notes are written.
  private var writtenNotes = Running()
  private var writtenSaved: String?

  /// The folder of all journals: `${XDG_STATE_HOME:-~/.local/state}/dyad/journal`.
  public static var standardFolder: String {
    let environment = ProcessInfo.processInfo.environment
    let state = environment["XDG_STATE_HOME"] ?? ""
    let home = environment["HOME"] ?? NSHomeDirectory()
    return (state.hasPrefix("/") ? state : home + "/.local/state") + "/dyad/journal"
  }

  /// Begins a journal in a folder, which is made when it is missing.
  ///
  /// - Parameters:
  ///   - folder: Where journals are.
  ///   - part: The journal of which only a part came back, when the session begins with that.
  /// - Throws: `FileError` when the folder cannot be written to.
  public init(in folder: String = Journal.standardFolder, after part: Abandoned? = nil) throws {
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
    let place = FileManager.default.currentDirectoryPath
    // A working folder that was removed has no path.
    header =
      "version 1\n" + (place.isEmpty ? "" : Note.folder.line(place))
      + (part.map { Note.part.line($0.name) } ?? "")
    try file.append(header)
  }

  private let header: String

  /// Writes the entries of a log that are not written yet; a log that became shorter or another one
  /// is written anew.
  ///
  /// Throws: `FileError`; what could not be written is written with the next command.
  public func keep(_ log: SessionLog, isNew: Bool = false) throws {
    if isNew || isBegun || log.entries.count < writtenEntries {
      isBegun = true
      // The old content stays until the new one is whole.
      let next = path + ".dyad.new"
      unlink(next)
      let fresh = try AppendedFile(next, permissions: 0o600)
      _ = fresh.lock()
      try fresh.append(header + log.text(from: 0))
      fresh.flush()
      try AtomicFile.move(next, to: path + ".dyad")
      file = fresh
      writtenEntries = log.entries.count
      writtenNotes = Running()
      writtenSaved = nil
      isBegun = false
    }
    begunEntries = log.entries.count
    guard log.entries.count > writtenEntries else { return }
    try file.append(log.text(from: writtenEntries))
    writtenEntries = log.entries.count
    file.flush()
  }

  /// Writes what a block that runs has added to the log so far; `keep` puts the block in its place.
  ///
  /// What cannot be written is in the journal when the block has ended.
  public func keepBegun(_ log: SessionLog) {
    begunEntries = max(begunEntries, writtenEntries)
    guard log.entries.count > begunEntries, !isBegun else { return }
    do {
      // Recovery runs them again, so that their replies would only make long loops longer.
      try file.append(Note.begun.line(log.text(from: begunEntries, withReplies: false)))
      begunEntries = log.entries.count
    } catch { return }
  }

  /// Notes where the session as it is was saved; nil when it was not.
  public func keepSaved(at path: String?) {
    guard path != writtenSaved else { return }
    do {
      if let path { try file.append(Note.saved.line(path)) }
      writtenSaved = path
    } catch { return }
  }

  /// What runs beside the commands, which recovery goes on with.
  public struct Running: Sendable, Equatable {
    /// The first lines of the files of recordings, by path.
    public var recordings: [String: String] = [:]
    /// How the session is saved by itself; nil when it is not.
    public var autosave: Saving?

    /// Nothing.
    public init() {}
  }

  /// How a session is saved by itself.
  public struct Saving: Sendable, Equatable {
    /// How often, as the command says it: `every=2steps`.
    public var pace: String
    /// The path without ending; nil for beside the journal.
    public var path: String?

    /// Makes it.
    public init(pace: String, path: String?) {
      self.pace = pace
      self.path = path
    }
  }

  /// Writes what runs beside the commands, where it is other than before.
  ///
  /// A line that cannot be written is written with the next command.
  public func keep(_ running: Running) {
    guard running != writtenNotes else { return }
    let new = running.recordings.filter { writtenNotes.recordings[$0.key] != $0.value }
    var lines = new.sorted { $0.key < $1.key }.map { Note.recording.line($0.key, $0.value) }
    if running.autosave != writtenNotes.autosave {
      let saving = running.autosave.map { [$0.pace] + ($0.path.map { [$0] } ?? []) } ?? []
      lines.append(Note.autosave.line(saving))
    }
    do {
      try file.append(lines.joined())
      writtenNotes = running
    } catch { return }
  }

  /// Whether writing anew was begun and could not be done.
  private var isBegun = false

  /// Removes the journal and the states beside it: the session was saved, or there was nothing to.
  public func remove() { Self.remove(path) }

  private static func remove(_ path: String, withMoments: Bool = true) {
    unlink(path + ".dyad")
    unlink(path + ".safetensors")
    guard withMoments else { return }
    try? FileManager.default.removeItem(atPath: path + Timeline.storedEnding)
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
    /// The working folder of its session; nil in an older journal.
    public var folder: String?
    /// The name of the journal of which its session was recovered in part.
    public var part: String?
    /// What ran beside its commands.
    public var running = Running()
    /// The path without ending that the session was saved to after its last change.
    public var saved: String?

    /// The name of the file without its ending.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Whether its session was recovered from a part of another one and has commands of its own.
    public func goesOn(after whole: Abandoned) -> Bool {
      part == whole.name && !whole.log.commands.starts(with: log.commands)
    }

    /// Whether another journal is of a session that was recovered from a part of this one and has no
    /// command of its own.
    public func covers(_ other: Abandoned) -> Bool {
      other.part == name && !other.goesOn(after: self)
    }

    /// Removes it: its session lives on in another journal.
    ///
    /// - Parameter withMoments: Whether the states of its moments go too, for nothing needs them.
    public func remove(withMoments: Bool = true) {
      Journal.remove(path, withMoments: withMoments)
    }
  }

  /// The journals that no process holds any more and that have commands, the newest first.
  ///
  /// One that came back in part stands before the session that went on from the part.
  public static func abandoned(in folder: String = Journal.standardFolder) -> [Abandoned] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let found: [Abandoned] = names.filter { $0.hasSuffix(".dyad") }.compactMap { name in
      let path = "\(folder)/\(name)"
      guard !isHeld(path), let data = FileManager.default.contents(atPath: path) else {
        return nil
      }
      var text = String(decoding: data, as: UTF8.self)
      if !text.hasSuffix("\n") {
        text = text.lastIndex(of: "\n").map { String(text[...$0]) } ?? ""
      }
      let notes = Notes(&text)
      let log = SessionLog(text: text)
      guard log.entries.contains(where: { if case .command = $0 { true } else { false } }) else {
        return nil
      }
      let base = String(path.dropLast(5))
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      return Abandoned(
        path: base, date: attributes?[.modificationDate] as? Date ?? .distantPast, log: log,
        hasState: FileManager.default.fileExists(atPath: base + ".safetensors"),
        folder: notes.folder, part: notes.part, running: notes.running,
        saved: notes.saved)
    }
    return inOrder(found)
  }

  private static func inOrder(_ journals: [Abandoned]) -> [Abandoned] {
    let byName = Dictionary(journals.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    /// A whole journal counts as old as the newest that began with a part of it.
    func root(_ journal: Abandoned) -> (name: String, depth: Int) {
      var (at, depth) = (journal, 0)
      while let whole = at.part.flatMap({ byName[$0] }), depth < journals.count {
        (at, depth) = (whole, depth + 1)
      }
      return (at.name, depth)
    }
    let roots = journals.map(root)
    let dates = Dictionary(
      zip(roots.map(\.name), journals.map(\.date)), uniquingKeysWith: { max($0, $1) })
    return zip(journals, roots).sorted { a, b in
      let (one, other) = (dates[a.1.name] ?? a.0.date, dates[b.1.name] ?? b.0.date)
      if a.1.name != b.1.name { return one > other }
      return a.1.depth != b.1.depth ? a.1.depth < b.1.depth : a.0.date > b.0.date
    }.map(\.0)
  }

  private static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }
}
