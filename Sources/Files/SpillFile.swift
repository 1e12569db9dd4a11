import Foundation

/// Disk space for what memory has no room for: a file without a name, gone with its process.
public final class SpillFile {
  /// The part of the file system that stays free for others: sessions must still be saved.
  static let reserve = 0.05

  /// The most bytes that may be held.
  public var limit: Int
  private let folder: String
  private let descriptor: Int32
  /// Where the file ends.
  private var end = 0
  /// What is free before the end, by offset; neighbours are joined.
  private var holes: [Range<Int>] = []

  /// Opens a file in `$TMPDIR`, or in `/var/tmp`, which is on a disk where `/tmp` may be memory.
  ///
  /// Throws: `FileError` when there is no folder that can be written.
  public init(limit: Int) throws {
    self.limit = limit
    folder = SpillFile.folder
    var path = Array((folder + "/dyad-moments-XXXXXX").utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw FileError.system("write", folder, code: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
  }

  deinit { close(descriptor) }

  private static var folder: String {
    let chosen = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
    return chosen.isEmpty ? "/var/tmp" : chosen
  }

  /// The bytes that are free on the disk of such files; 0 when it cannot be asked.
  public static var freeDisk: Int {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return 0 }
    let (bytes, overflow) = Int(status.f_bavail).multipliedReportingOverflow(
      by: Int(status.f_frsize))
    return overflow ? Int.max : bytes
  }

  /// The bytes held.
  public var byteCount: Int { end - holes.reduce(0) { $0 + $1.count } }

  /// Writes pieces one after the other.
  ///
  /// - Returns: The place; its space is free again when nobody holds it any more.
  /// Throws: `FileError` when the limit or the disk has no room; then nothing is held.
  public func store(_ pieces: [UnsafeRawBufferPointer]) throws -> SpillSlot {
    let count = pieces.reduce(0) { $0 + $1.count }
    guard count <= limit - byteCount else {
      throw FileError(
        "no room for \(count) bytes on disk: \(byteCount) of \(limit) bytes are in use")
    }
    let offset = try reserve(count)
    let slot = SpillSlot(file: self, range: offset..<offset + count)
    var place = offset
    for piece in pieces {
      try write(piece, at: place)
      place += piece.count
    }
    return slot
  }

  private func reserve(_ count: Int) throws -> Int {
    if let i = holes.firstIndex(where: { $0.count >= count }) {
      let offset = holes[i].lowerBound
      if holes[i].count == count {
        holes.remove(at: i)
      } else {
        holes[i] = offset + count..<holes[i].upperBound
      }
      return offset
    }
    var status = statvfs()
    if fstatvfs(descriptor, &status) == 0 {
      let block = Double(status.f_frsize)
      let (free, all) = (Double(status.f_bavail) * block, Double(status.f_blocks) * block)
      guard free - Double(count) >= SpillFile.reserve * all else {
        throw FileError.system("write", folder, code: ENOSPC)
      }
    }
    defer { end += count }
    return end
  }

  private func write(_ piece: UnsafeRawBufferPointer, at place: Int) throws {
    var done = 0
    while done < piece.count, let base = piece.baseAddress {
      let count = pwrite(descriptor, base + done, piece.count - done, off_t(place + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError.system("write", folder, code: errno) }
      done += count
    }
  }

  fileprivate func read(_ piece: UnsafeMutableRawBufferPointer, at place: Int) throws {
    var done = 0
    while done < piece.count, let base = piece.baseAddress {
      let count = pread(descriptor, base + done, piece.count - done, off_t(place + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw FileError.system("read", folder, code: count < 0 ? errno : EIO)
      }
      done += count
    }
  }

  fileprivate func free(_ range: Range<Int>) {
    var joined = range
    if let after = holes.firstIndex(where: { $0.lowerBound == joined.upperBound }) {
      joined = joined.lowerBound..<holes.remove(at: after).upperBound
    }
    if let before = holes.firstIndex(where: { $0.upperBound == joined.lowerBound }) {
      joined = holes.remove(at: before).lowerBound..<joined.upperBound
    }
    if joined.upperBound == end {
      end = joined.lowerBound
      // Space that is not given back is used again.
      _ = ftruncate(descriptor, off_t(end))
    } else {
      holes.insert(
        joined, at: holes.firstIndex { $0.lowerBound > joined.lowerBound } ?? holes.count)
    }
  }
}

/// What one `store` wrote; the space is free again when it is released.
public final class SpillSlot {
  private let file: SpillFile
  private let range: Range<Int>

  fileprivate init(file: SpillFile, range: Range<Int>) {
    self.file = file
    self.range = range
  }

  deinit { file.free(range) }

  /// The bytes on disk.
  public var byteCount: Int { range.count }

  /// Reads all of it back into pieces of the sizes that were stored.
  ///
  /// Precondition: as many bytes as were stored.
  /// Throws: `FileError` when the disk fails.
  public func read(into pieces: [UnsafeMutableRawBufferPointer]) throws {
    precondition(pieces.reduce(0) { $0 + $1.count } == range.count, "sizes of a spilled state")
    var place = range.lowerBound
    for piece in pieces {
      try file.read(piece, at: place)
      place += piece.count
    }
  }
}
