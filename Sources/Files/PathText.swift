import Foundation

/// Paths as users write them: `~` expands, relative paths start from the working directory.
public enum PathText {
  /// Returns the path with a leading `~` or `~/` replaced by the home folder.
  public static func expand(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/") else { return path }
    let home = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
    return home + path.dropFirst()
  }

  /// Returns the path as an absolute one, without `.` and `..` parts where they can be resolved.
  ///
  /// - Parameters:
  ///   - path: absolute, relative or starting with `~`.
  ///   - folder: where relative paths start; the working directory when nil.
  /// - Returns: a path that starts with `/`.
  public static func absolute(_ path: String, from folder: String? = nil) -> String {
    let expanded = expand(path)
    guard !expanded.hasPrefix("/") else { return (expanded as NSString).standardizingPath }
    let start = folder.map(expand) ?? FileManager.default.currentDirectoryPath
    return ((start as NSString).appendingPathComponent(expanded) as NSString).standardizingPath
  }

  /// Returns the folder part of a path: "" for a plain name, "/" for a name in the root.
  ///
  /// Foundation's `deletingLastPathComponent` of Swift 6.3 traps on names of one character.
  public static func folder(of path: String) -> String {
    let named = path.utf8.reversed().drop { $0 == UInt8(ascii: "/") }
    let rest = named.drop { $0 != UInt8(ascii: "/") }
    let folder = rest.drop { $0 == UInt8(ascii: "/") }
    if folder.isEmpty { return rest.isEmpty && !(named.isEmpty && path.hasPrefix("/")) ? "" : "/" }
    return String(decoding: folder.reversed(), as: UTF8.self)
  }

  /// Returns a file name inside a folder; the name itself when the folder is empty.
  public static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }
}
