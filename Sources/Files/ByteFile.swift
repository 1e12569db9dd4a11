import Foundation

/// An open file that is read at offsets; every read is checked against the size at opening.
///
/// Reads copy (`pread`) rather than map, so a file that shrinks meanwhile is an error, not a signal.
public final class ByteFile: Sendable {
  /// The path as given.
  public let path: String
  /// The size in bytes when the file was opened.
  public let size: Int
  private let descriptor: Int32

  /// Opens a regular file for reading.
  ///
  /// Throws: `FileError` when it is missing, unreadable or not a regular file.
  public init(path: String) throws {
    let opened = open(PathText.expand(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { throw FileError.system("read", path, code: errno) }
    var status = stat()
    guard fstat(opened, &status) == 0 else {
      let code = errno
      close(opened)
      throw FileError.system("read", path, code: code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(opened)
      throw status.st_mode & S_IFMT == S_IFDIR
        ? FileError.system("read", path, code: EISDIR)
        : FileError("cannot read '\(path)': expected a regular file")
    }
    self.path = path
    size = Int(status.st_size)
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// Throws: `FileError` when the range lies outside the file or the file has shrunk.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard offset >= 0, buffer.count <= size, offset <= size - buffer.count else {
      throw FileError(
        "'\(path)': expected \(buffer.count) bytes at offset \(offset), found \(size) in the file")
    }
    guard let base = buffer.baseAddress else { return }
    var done = 0
    while done < buffer.count {
      let got = pread(
        descriptor, base + done, min(buffer.count - done, 1 << 30), off_t(offset + done))
      if got > 0 {
        done += got
      } else if got == 0 {
        throw FileError("'\(path)' shrank while it was read: expected \(size) bytes")
      } else if errno != EINTR {
        throw FileError.system("read", path, code: errno)
      }
    }
  }

  /// Returns a copy of the bytes of a range.
  public func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    guard count >= 0, count <= size else {
      throw FileError("'\(path)': expected \(count) bytes, found \(size) in the file")
    }
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let target = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
      try read(at: offset, into: target)
      filled = count
    }
  }

  /// Returns the whole content of a file of at most `limit` bytes.
  public static func contents(of path: String, limit: Int) throws -> [UInt8] {
    let file = try ByteFile(path: path)
    guard file.size <= limit else {
      throw FileError("'\(path)': expected at most \(limit) bytes, found \(file.size)")
    }
    return try file.bytes(at: 0, count: file.size)
  }
}
