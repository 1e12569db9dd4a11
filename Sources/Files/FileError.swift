import Foundation

/// A file that could not be read or written, in one line: what was expected and what was found.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible, LocalizedError {
  /// The whole message, lower case, with the path in single quotes and no final period.
  public let message: String

  /// Makes an error from its message.
  public init(_ message: String) {
    self.message = message
  }

  /// The message.
  public var description: String { message }

  /// The message, for code that only knows `Error`.
  public var errorDescription: String? { message }

  /// Returns the error of a failed system call on a path.
  ///
  /// - Parameters:
  ///   - action: what was tried, such as `read` or `write`.
  ///   - path: the path as the user wrote it.
  ///   - code: the value of `errno`.
  /// - Returns: the error with the reason in words.
  static func system(_ action: String, _ path: String, code: Int32) -> FileError {
    FileError("cannot \(action) '\(path)': \(reason(code, path))")
  }

  private static func reason(_ code: Int32, _ path: String) -> String {
    let folder = PathText.folder(of: path)
    switch code {
    case ENOENT:
      if !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
        return "no such folder '\(folder)'"
      }
      return "no such file"
    case ENOTDIR: return "'\(folder)' is not a folder"
    case EISDIR: return "it is a folder, not a file"
    case EACCES, EPERM: return "no permission"
    case EROFS: return "the file system is read-only"
    case ENOSPC: return "the disk is full"
    case EDQUOT: return "the disk quota is used up"
    case ENAMETOOLONG: return "the name is too long"
    case EMFILE, ENFILE: return "too many open files"
    case ELOOP: return "too many symbolic links"
    case EFBIG: return "the file would be too large for this file system"
    default: return String(cString: strerror(code))
    }
  }
}
