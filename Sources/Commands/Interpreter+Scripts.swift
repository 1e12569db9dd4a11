import CommandLanguage
import Foundation

/// Scripts as files.
extension Interpreter {
  /// Reads a script.
  ///
  /// - Throws: `Diagnostic` when it cannot be read, is too large or is not UTF-8.
  public static func readScript(_ path: String) throws -> SourceText {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Diagnostic("there is no file \(Diagnostic.quote(path))")
    }
    if isFolder.boolValue {
      throw Diagnostic("\(Diagnostic.quote(path)) is a folder, expected a script")
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    if size > maxScriptBytes {
      throw Diagnostic(
        "\(Diagnostic.quote(path)) has \(size) bytes, a script has at most \(maxScriptBytes)")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Diagnostic("cannot read \(Diagnostic.quote(path))")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      let start = data.prefix(2).map { String(format: "%02x", $0) }.joined(separator: " ")
      throw Diagnostic(
        "\(Diagnostic.quote(path)) is not a script: it is not UTF-8 text, it starts with \(start)")
    }
    return SourceText(text, name: path)
  }
}
