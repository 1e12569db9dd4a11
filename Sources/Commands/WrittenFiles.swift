import CommandLanguage
import Files
import Foundation

/// The overwrite rule: a file is replaced only if this session wrote it, or with `overwrite=on`.
public final class WrittenFiles {
  private var written: Set<String> = []
  /// The paths as commands gave them, by where a replay put the files.
  private var given: [String: String] = [:]
  /// A folder that stands for the root while a replay runs, so that nothing outside is touched.
  public var redirection: String?

  /// Whether every command may replace files: inside `source … overwrite=on`.
  var replacesAll = false
  /// The outermost script that `source` runs, as it was written, for the help of an error.
  var script: String?

  /// Creates an empty record.
  public init() {}

  /// Checks that a command may write a file, before it does any work.
  ///
  /// - Parameters:
  ///   - path: The file, or nil to take the one after `->`.
  ///   - invocation: The command, for `overwrite=` and the place of the error.
  /// - Returns: The path to write to; nil when the command names no file.
  /// - Throws: `Diagnostic` when the file exists and is not this session's, when it is a folder, or
  ///   when its folder is missing or cannot be written to.
  public func checkedPath(_ path: String? = nil, for invocation: Invocation) throws -> String? {
    guard let path = path ?? invocation.outputPath else { return nil }
    let target = try redirected(path)
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    if manager.fileExists(atPath: target, isDirectory: &isFolder) {
      if isFolder.boolValue {
        throw invocation.outputError("cannot write \(Diagnostic.quote(path)): it is a folder")
      }
      guard invocation.overwrites || replacesAll || written.contains(key(target)) else {
        throw invocation.outputError(
          "\(Diagnostic.quote(path)) exists and was not written by this session",
          help: script.map { "source \($0) overwrite=on" } ?? "overwrite=on replaces it")
      }
      return target
    }
    let folder = PathText.folder(of: target)
    let place = folder.isEmpty ? "." : folder
    guard manager.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue else {
      throw invocation.outputError(
        "cannot write \(Diagnostic.quote(path)): there is no folder \(Diagnostic.quote(place))")
    }
    guard manager.isWritableFile(atPath: place) else {
      throw invocation.outputError(
        "cannot write \(Diagnostic.quote(path)): the folder \(Diagnostic.quote(place)) is read-only"
      )
    }
    return target
  }

  /// Records that this session wrote a file, so that it may replace it.
  public func didWrite(_ path: String) { written.insert(key(path)) }

  /// Where to read a file from: what a replay wrote under its temporary folder comes first.
  public func readPath(_ path: String) -> String {
    guard redirection != nil, let moved = try? redirected(path, creatingFolder: false),
      FileManager.default.fileExists(atPath: moved)
    else { return path }
    return moved
  }

  /// Where a file is written to: under the temporary folder of a replay.
  func writePlace(_ path: String) -> String { (try? redirected(path)) ?? path }

  /// The path as a command gave it, of a file that a replay wrote or read elsewhere.
  func givenPath(_ path: String) -> String { redirection == nil ? path : given[path] ?? path }

  /// A reply with the paths that the commands were given in place of a replay's own.
  func withGivenPaths(_ text: String) -> String {
    guard let redirection, text.contains(redirection) else { return text }
    // The longest first: one path may begin another.
    return given.sorted { $0.key.count > $1.key.count }.reduce(text) {
      $0.replacing($1.key, with: $1.value)
    }
  }

  private func redirected(_ path: String, creatingFolder: Bool = true) throws -> String {
    guard let redirection else { return path }
    let moved = redirection + absolute(path)
    given[moved] = path
    if creatingFolder {
      try FileManager.default.createDirectory(
        atPath: PathText.folder(of: moved), withIntermediateDirectories: true)
    }
    return moved
  }

  private func absolute(_ path: String) -> String {
    let full =
      path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    return URL(fileURLWithPath: full).standardizedFileURL.path
  }

  /// One name per file, whatever way led to it.
  private func key(_ path: String) -> String {
    URL(fileURLWithPath: absolute(path)).resolvingSymlinksInPath().path
  }
}
