import Foundation

/// The working directory of a child: whatever a line reads or writes is in here.
final class FuzzFolder {
  private let base: String
  /// Its path.
  let path: String
  /// Files that every unit starts with, by name.
  private(set) var originals: [String: [UInt8]] = [:]

  /// Makes the folder and the original files, and goes there.
  init() throws {
    base = NSTemporaryDirectory() + "dyad-fuzz-\(getpid())"
    // One level down: `~.dyad` is beside the folder, not in it.
    path = base + "/work"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    _ = FileManager.default.changeCurrentDirectoryPath(path)
    setenv("HOME", path, 1)
    originals = try Originals.plain()
    try reset()
    for name in try Originals.makeSessions(self) { originals[name] = try Self.bytes(name) }
  }

  /// Brings the folder back to the original files.
  func reset() throws {
    let manager = FileManager.default
    for name in try manager.contentsOfDirectory(atPath: path) {
      // A link is not followed: root would change the mode of the machine's /dev/null.
      var status = stat()
      if lstat(name, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { chmod(name, 0o755) }
      try manager.removeItem(atPath: name)
    }
    for folder in ["cifar10", "cifar100", "mnist", "gz", "readonly", "folder"] {
      try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    for (name, bytes) in originals { try Self.write(bytes, name) }
    symlink("/dev/null", "null")
    symlink("nowhere", "dangling")
    chmod("readonly", 0o555)
  }

  /// Removes the folder.
  func remove() {
    chmod(path + "/readonly", 0o755)
    try? FileManager.default.removeItem(atPath: base)
  }

  /// Writes a file in place, without flushing it to the disk.
  static func write(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: name))
  }

  private static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: name)))
  }

  /// Paths with a slash that lines may name; every other slash is taken out of a line.
  static let safePaths = [
    "readonly/x.png", "missing/x.png", "folder/x.npy", "cifar10/data_batch_1.bin", "./", "folder/s",
  ]

  /// Returns a line that can only reach files in here.
  static func confined(_ line: String) -> String {
    guard line.contains("/") else { return line }
    var result = ""
    // Safe paths count only as whole words: 'x/readonly/x.png' is another file.
    let pieces = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    for (i, piece) in pieces.enumerated() {
      let word = piece.split(separator: "=", omittingEmptySubsequences: false).last ?? ""
      let isSafe = safePaths.contains(String(word)) && !piece.contains("\n")
      result += (i == 0 ? "" : " ")
      result += isSafe ? piece : piece.replacingOccurrences(of: "/", with: "_")
    }
    return result
  }
}
