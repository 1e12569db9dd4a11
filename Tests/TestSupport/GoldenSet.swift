import Files
import Foundation
import Synchronization

/// A folder of reference cases: `cases.json` and the safetensors files beside it.
///
/// With the environment variable DYAD_GOLDEN the full set in that folder is used, else the subset
/// in `Tests/Fixtures`.
public struct GoldenSet: Sendable {
  /// The set's name, such as `golden`.
  public let name: String
  /// The folder with `cases.json`.
  public let folder: String
  /// Whether the full set is in force rather than the subset in the repository.
  public let isFull: Bool
  /// Every case, in the order of `cases.json`.
  public let cases: [GoldenCase]
  /// The whole of `cases.json`.
  public let root: JSONValue

  private static let loaded = Mutex<[String: GoldenSet]>([:])

  /// Returns a set, read once per process.
  ///
  /// Throws: `FileError` when `cases.json` is missing or not as expected.
  public static func load(_ name: String = "golden") throws -> GoldenSet {
    try loaded.withLock { cache in
      if let set = cache[name] { return set }
      let set = try GoldenSet(name)
      cache[name] = set
      return set
    }
  }

  /// Returns the cases of families, for use as test arguments.
  ///
  /// Throws: `FileError` when the set cannot be read or a family has no case in it.
  public static func cases(_ name: String = "golden", families: [String]) throws -> [GoldenCase] {
    let set = try load(name)
    for family in families where set.expectedCount(families: [family]) == 0 {
      throw FileError("'\(set.folder)': expected cases of family '\(family)', found none")
    }
    return set.cases.filter { families.contains($0.family) }
  }

  /// The folder of the repository's fixtures of a name.
  public static func fixtureFolder(_ name: String, file: String = #filePath) -> String {
    let tests = ((file as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent
    return tests + "/Fixtures/" + name
  }

  private init(_ name: String) throws {
    self.name = name
    if let full = ProcessInfo.processInfo.environment["DYAD_GOLDEN"], !full.isEmpty {
      folder = PathText.absolute(PathText.join(full, name))
      isFull = true
    } else {
      folder = Self.fixtureFolder(name)
      isFull = false
    }
    let path = folder + "/cases.json"
    let bytes = try ByteFile.contents(of: path, limit: 1 << 28)
    let root = try JSONText.parse(bytes, limit: 1 << 28, source: "'\(path)'")
    guard let list = root["cases"]?.array else {
      throw FileError("'\(path)': expected an array 'cases'")
    }
    let files = GoldenFiles()
    let folder = folder
    self.root = root
    cases = try list.map { try GoldenCase($0, folder: folder, files: files, all: list) }
  }

  /// Returns how many cases of families `cases.json` lists; a test that ran fewer must fail.
  public func expectedCount(families: [String]) -> Int {
    cases.count { families.contains($0.family) }
  }

  /// Returns the case of a name.
  public func named(_ name: String) throws -> GoldenCase {
    guard let found = cases.first(where: { $0.name == name }) else {
      throw FileError("'\(folder)': expected a case '\(name)', found none")
    }
    return found
  }
}

/// The opened files of a set.
final class GoldenFiles: Sendable {
  private let opened = Mutex<[String: SafetensorsFile]>([:])

  /// Returns a file, opened once.
  func file(_ path: String) throws -> SafetensorsFile {
    try opened.withLock { cache in
      if let file = cache[path] { return file }
      let file = try SafetensorsFile(path: path)
      cache[path] = file
      return file
    }
  }
}
