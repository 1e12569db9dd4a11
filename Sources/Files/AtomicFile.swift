import Foundation
import Synchronization

/// A file under construction: a temporary beside its target, renamed when it is complete.
///
/// A crash at any byte leaves the old file or the new one. Where the file system can, the temporary
/// has no name until it is complete, so that a killed process leaves nothing behind.
public final class AtomicFile {
  private static let serial = Atomic<Int>(0)

  private let shownPath: String
  private let target: String
  private let temporary: String?
  private var descriptor: Int32
  /// Whether the temporary has no name yet.
  private var isUnnamed = false
  private var buffer: [UInt8] = []

  /// Writes a file through a closure, then flushes it to disk and puts it in place.
  ///
  /// When the closure or a write throws, the temporary is removed and an existing file is as it
  /// was. Devices and pipes are written directly. Throws: `FileError`, or the closure's error.
  public static func write<Result>(
    to path: String, _ body: (AtomicFile) throws -> Result
  ) throws -> Result {
    let file = try AtomicFile(path)
    do {
      let result = try body(file)
      try file.commit()
      return result
    } catch {
      file.abandon()
      throw error
    }
  }

  /// Gives a file or folder another name; a file of that name is replaced.
  ///
  /// Throws: `FileError`; then nothing changed.
  public static func move(_ old: String, to new: String) throws {
    guard rename(PathText.absolute(old), PathText.absolute(new)) == 0 else {
      throw FileError.system("write", new, code: errno)
    }
  }

  /// Makes sure that there is a folder, in one that exists.
  ///
  /// Throws: `FileError` when it cannot be made, or a file has its name.
  public static func createFolder(_ path: String) throws {
    let place = PathText.absolute(path)
    var status = stat()
    if mkdir(place, 0o777) == 0 { return }
    let code = errno
    guard code == EEXIST, stat(place, &status) == 0 else {
      throw FileError.system("write", path, code: code)
    }
    if status.st_mode & S_IFMT != S_IFDIR {
      throw FileError("cannot write '\(path)': it is a file, expected a folder")
    }
  }

  /// Writes bytes to a file that appears only when it is complete.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { file in try bytes.withUnsafeBytes { try file.write($0) } }
  }

  /// Writes a text to a file that appears only when it is complete.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  private init(_ path: String) throws {
    shownPath = path
    guard !path.isEmpty else { throw FileError("cannot write '': expected a file name") }
    var place = PathText.absolute(path)
    var status = stat()
    let exists = stat(place, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw FileError.system("write", path, code: EISDIR)
    }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      target = place
      temporary = nil
      descriptor = open(place, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileError.system("write", path, code: errno) }
      return
    }
    if exists, let resolved = realpath(place, nil) {
      // A symbolic link keeps pointing to the file it points to.
      place = String(cString: resolved)
      free(resolved)
    }
    target = place
    let folder = PathText.folder(of: place)
    let number = Self.serial.add(1, ordering: .relaxed).newValue
    // Made from the process and a counter, not the name: a name of full length must work too.
    let beside = PathText.join(folder, ".dyad-\(getpid())-\(number).tmp")
    temporary = beside
    descriptor = Self.openUnnamed(in: folder)
    isUnnamed = descriptor >= 0
    if !isUnnamed { descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw FileError.system("write", path, code: errno) }
    if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
  }

  /// Linux's O_TMPFILE without O_DIRECTORY; the C macro is not imported.
  private static let temporaryFile: Int32 = 0o20_000_000

  /// Opens a file without a name; negative where the file system has none or /proc is not there.
  private static func openUnnamed(in folder: String) -> Int32 {
    let place = folder.isEmpty ? "." : folder
    let opened = open(place, temporaryFile | O_DIRECTORY | O_WRONLY | O_CLOEXEC, 0o666)
    guard opened >= 0 else { return -1 }
    guard access("/proc/self/fd/\(opened)", F_OK) == 0 else {
      close(opened)
      return -1
    }
    return opened
  }

  /// Gives the temporary its name.
  private func nameTemporary(_ name: String) -> Bool {
    guard isUnnamed else { return true }
    // A leftover of a process of the same number cannot be in use.
    unlink(name)
    return linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count + buffer.count <= 1 << 16 {
      buffer.append(contentsOf: bytes)
    } else {
      try flushBuffer()
      try writeOut(bytes)
    }
  }

  /// Appends a text in UTF-8.
  public func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  private func flushBuffer() throws {
    try buffer.withUnsafeBytes { try writeOut($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeOut(_ bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = Foundation.write(descriptor, base + done, min(bytes.count - done, 1 << 30))
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw FileError.system("write", shownPath, code: errno)
      }
    }
  }

  private func commit() throws {
    try flushBuffer()
    guard let temporary else {
      abandon()
      return
    }
    guard fsync(descriptor) == 0, nameTemporary(temporary) else {
      throw FileError.system("write", shownPath, code: errno)
    }
    isUnnamed = false
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0, rename(temporary, target) == 0 else {
      throw FileError.system("write", shownPath, code: errno)
    }
    // The new name is on disk only when the folder is.
    let folder = open(PathText.folder(of: target), O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      _ = fsync(folder)
      close(folder)
    }
  }

  private func abandon() {
    if descriptor >= 0 {
      close(descriptor)
      descriptor = -1
    }
    if let temporary, !isUnnamed { unlink(temporary) }
  }
}
