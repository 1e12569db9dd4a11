import Files
import Foundation

/// The states of other moments on disk, beside a session's own: `NAME.moments/`.
///
/// Each is a state file like the session's, named by the hash of its description, so that saving
/// again writes only what is new.
extension Timeline {
  /// The ending of the folder.
  public static let storedEnding = ".moments"

  /// The moments that a folder has.
  public struct Stored {
    /// The names of their files.
    var names: [ObjectIdentifier: String] = [:]
    /// The files that were not there before.
    fileprivate var new: [String] = []

    /// There are none.
    public init() {}

    /// How many states there are; equal moments share one.
    public var count: Int { Set(names.values).count }

    /// Removes what was written for a session that could not be saved.
    public func discard() {
      for file in new { try? FileManager.default.removeItem(atPath: file) }
      // Only an empty folder goes.
      if let file = new.first { rmdir(PathText.folder(of: file)) }
    }
  }

  /// Writes the states of named moments and of the ends of branches, but for the present state.
  ///
  /// What cannot be computed, as from before a load, is left out.
  /// Throws: `FileError`, or `SessionError` when the user stopped; new files are removed then.
  public func store(in folder: String, _ watcher: Watcher = Watcher()) throws -> Stored {
    keepPresent()
    var out = Stored()
    do {
      for branch in branches {
        for moment in branch.moments where isStorable(moment, on: branch) {
          if out.names[ObjectIdentifier(moment)] == nil {
            try store(moment, on: branch, in: folder, watcher, &out)
          }
        }
      }
    } catch {
      out.discard()
      throw error
    }
    return out
  }

  private func store(
    _ moment: Moment, on branch: Branch, in folder: String, _ watcher: Watcher,
    _ out: inout Stored
  ) throws {
    if let path = moment.savedAs ?? (moment.image == nil ? moment.stored : nil),
      path.hasPrefix(folder + "/"),
      FileManager.default.fileExists(atPath: path + Self.stateEnding)
    {
      out.names[ObjectIdentifier(moment)] = String(path.dropFirst(folder.count + 1))
      return
    }
    let other: Workbench
    do {
      let target = try target(of: moment, on: branch.name)
      other = try excursion(to: target, withBatch: false, watcher)
    } catch  where !watcher.isCancelled() {
      return
    }
    let text = try other.stateText(log: SessionLog(), extras: nil)
    let name = SessionState.checksum(text)
    let path = folder + "/" + name
    if !FileManager.default.fileExists(atPath: path + Self.stateEnding) {
      try AtomicFile.createFolder(folder)
      out.new.append(path + Self.stateEnding)
      try other.writeState(path + Self.stateEnding, text)
    }
    moment.savedAs = path
    out.names[ObjectIdentifier(moment)] = name
  }

  /// Whether a session's folder has a moment: it can be named, and is another than the present one.
  func isStorable(_ moment: Moment, on branch: Branch) -> Bool {
    let canBeNamed = moment === branch.moments.last || !moment.names.isEmpty
    return canBeNamed && moment !== here && (try? target(of: moment, on: branch.name)) != nil
  }

  private static let stateEnding = ".safetensors"

  /// Removes the stored states in a session's folder that the session as it was saved now has not:
  /// those of an older version, and what a save that was killed left.
  ///
  /// A moment that undo can still come to is read before its file goes; the file of one that cannot
  /// be read stays.
  public func removeStored(but kept: Stored, in folder: String) {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let names = files.filter { $0.hasSuffix(Self.stateEnding) }.map {
      String($0.dropLast(Self.stateEnding.count))
    }
    let needed = Set(kept.names.values)
    func isSame(_ path: String) -> (String) -> Bool {
      let place = URL(fileURLWithPath: path).standardizedFileURL
      return { URL(fileURLWithPath: $0).standardizedFileURL == place }
    }
    let all = allBranches.flatMap(\.moments)
    for name in names where TimelineShape.isFileName(name) && !needed.contains(name) {
      let path = folder + "/" + name
      guard Workbench.isState(path + Self.stateEnding) else { continue }
      guard release(all.filter { $0.stored.map(isSame(path)) == true }) else { continue }
      try? FileManager.default.removeItem(atPath: path + Self.stateEnding)
    }
    // Only an empty folder goes.
    if kept.names.isEmpty { rmdir(folder) }
  }

  /// Makes moments independent of their files; false when one cannot be read.
  private func release(_ moments: [Moment]) -> Bool {
    do {
      for moment in moments { try hold(moment) }
    } catch {
      return false
    }
    for moment in moments { (moment.stored, moment.savedAs) = (nil, nil) }
    return true
  }

  /// Moves the folder of the moments that a recovered session has.
  ///
  /// Throws: `FileError` when it cannot be moved; they are found where they are then.
  public func moveStored(from old: String, to new: String) throws {
    guard FileManager.default.fileExists(atPath: old) else { return }
    try AtomicFile.move(old, to: new)
    func moved(_ path: String?) -> String? {
      path.map { $0.hasPrefix(old + "/") ? new + $0.dropFirst(old.count) : $0 }
    }
    for moment in branches.flatMap(\.moments) {
      moment.stored = moved(moment.stored)
      moment.savedAs = moved(moment.savedAs)
    }
  }

  /// Reads a moment's state when it is on disk and not in memory.
  ///
  /// Throws: `SessionError`, `FileError`, or what the data reader throws; nothing changed then.
  func hold(_ moment: Moment) throws {
    guard moment.image == nil, let path = moment.stored else { return }
    let other = Workbench(workers: bench.workers)
    other.memoryLimit = bench.memoryLimit
    _ = try other.loadSession(path, known: bench.data)
    guard other.summary.step == moment.step, other.summary.epoch == moment.epoch else {
      throw SessionError(
        file:
          "'\(path)\(Self.stateEnding)' is another moment: expected step \(moment.step) of epoch "
          + "\(moment.epoch), found step \(other.summary.step) of epoch \(other.summary.epoch)")
    }
    other.run = moment.run
    moment.image = other.capture(pool)
    moment.log = other.metrics
    moment.savedAs = path
  }
}
