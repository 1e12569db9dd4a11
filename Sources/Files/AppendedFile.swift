import Foundation

/// A file that grows by whole pieces: lines of a recording, commands of a journal.
///
/// A piece that cannot be written as a whole (disk full) leaves nothing of itself behind.
public final class AppendedFile {
  private let path: String
  private let descriptor: Int32
  /// The size, where the file has one: a pipe has none.
  private var size: off_t?

  /// Opens a file, created with some permissions when it is missing.
  ///
  /// Throws: `FileError` when it cannot be opened for writing.
  public init(_ path: String, permissions: mode_t = 0o666) throws {
    self.path = path
    descriptor = open(
      PathText.absolute(path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, permissions)
    guard descriptor >= 0 else { throw FileError.system("write", path, code: errno) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG { size = status.st_size }
  }

  deinit { close(descriptor) }

  /// Marks the file as held by this process as long as it is open; false when another one holds it.
  public func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

  /// Adds a text.
  ///
  /// Throws: `FileError`; then the file is as it was.
  public func append(_ text: String) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        if let size { ftruncate(descriptor, size) }
        throw FileError.system("write", path, code: code)
      }
      rest = rest.dropFirst(count)
    }
    if let old = size { size = old + off_t(text.utf8.count) }
  }

  /// Removes everything that was written.
  public func clear() {
    if ftruncate(descriptor, 0) == 0 { size = 0 }
  }

  /// Waits until the disk has it.
  public func flush() { fdatasync(descriptor) }
}
