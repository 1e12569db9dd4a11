import Files
import Foundation

/// The states of other moments on disk, beside a session's own: `NAME.moments/`.
///
/// Each is a state file like the session's, named by the hash of its description, so that saving
/// again writes only what is new.
extension Timeline {
  /// The ending of the folder.
  public static let storedEnding = ".moments"

  /// The file names of moments that were stored.
  public typealias Stored = [ObjectIdentifier: String]

  /// Writes the states of named moments and of the ends of branches, but for the present state.
  ///
  /// What cannot be computed, as from before a load, is left out.
  /// Throws: `FileError`, or `SessionError` when the user stopped; new files are removed then.
  public func store(in folder: String, _ watcher: Watcher = Watcher()) throws -> Stored {
    keepPresent()
    var out: Stored = [:]
    var new: [String] = []
    do {
      for branch in branches {
        for moment in branch.moments where isStorable(moment, on: branch) {
          guard out[ObjectIdentifier(moment)] == nil else { continue }
          if moment.image == nil, let path = moment.stored,
            path.hasPrefix(folder + "/"),
            FileManager.default.fileExists(atPath: path + ".safetensors")
          {
            out[ObjectIdentifier(moment)] = String(path.dropFirst(folder.count + 1))
            continue
          }
          let target = try self.target(of: moment, on: branch.name)
          let other = try excursion(to: target, withBatch: false, watcher)
          let text = try other.stateText(log: SessionLog(), extras: nil)
          let name = SessionState.checksum(text)
          let file = Self.storedFile(folder, name)
          out[ObjectIdentifier(moment)] = name
          if FileManager.default.fileExists(atPath: file) { continue }
          try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
          new.append(file)
          try other.writeState(file, text)
        }
      }
    } catch {
      for file in new { try? FileManager.default.removeItem(atPath: file) }
      throw error
    }
    return out
  }

  /// Whether a session's folder has a moment: it can be named, and is another than the present one.
  func isStorable(_ moment: Moment, on branch: Branch) -> Bool {
    let canBeNamed = moment === branch.moments.last || !moment.names.isEmpty
    return canBeNamed && moment !== here && (try? target(of: moment, on: branch.name)) != nil
  }

  static func storedFile(_ folder: String, _ name: String) -> String {
    folder + "/" + name + ".safetensors"
  }

  /// Removes stored states that an older version of a session had and the present one has not.
  public static func removeStored(_ old: TimelineShape?, but kept: Stored, in folder: String) {
    let files = Set(old?.lines.flatMap { $0.moments.compactMap(\.file) } ?? [])
    for name in files.subtracting(kept.values) {
      try? FileManager.default.removeItem(atPath: storedFile(folder, name))
    }
    // Only an empty folder goes.
    if kept.isEmpty { rmdir(folder) }
  }

  /// Reads a moment's state when it is on disk and not in memory.
  ///
  /// Throws: `SessionError`, `FileError`, or what the data reader throws; nothing changed then.
  func hold(_ moment: Moment) throws {
    guard moment.image == nil, let path = moment.stored else { return }
    let other = Workbench(workers: bench.workers)
    other.memoryLimit = bench.memoryLimit
    _ = try other.loadSession(path, known: bench.data)
    other.run = moment.run
    moment.image = other.capture(pool)
    moment.log = other.metrics
  }
}
