import Files

/// What a session keeps of a file that it read: enough to notice that it changed.
public struct FileRecord: Sendable, Equatable {
  /// The path as it was opened.
  public let path: String
  /// The size in bytes.
  public let size: Int
  /// The content hash of all bytes.
  public let hash: UInt64

  /// Makes a record.
  public init(path: String, size: Int, hash: UInt64) {
    self.path = path
    self.size = size
    self.hash = hash
  }

  /// Makes the record of a file whose bytes were read already.
  init(path: String, bytes: [UInt8]) {
    self.init(
      path: path, size: bytes.count, hash: bytes.withUnsafeBytes { ContentHash.of($0) })
  }

  /// Reads a file in pieces and returns its record.
  public static func read(_ path: String) throws -> FileRecord {
    let file = try ByteFile(path: path)
    var hash = ContentHash()
    var offset = 0
    while offset < file.size {
      let piece = try file.bytes(at: offset, count: min(1 << 22, file.size - offset))
      piece.withUnsafeBytes { hash.update($0) }
      offset += piece.count
    }
    return FileRecord(path: path, size: file.size, hash: hash.finalize())
  }
}
