import Files
import Foundation

/// Finds the folder that holds a data set's files.
enum DatasetFolder {
  /// Returns whether a folder has a regular file of this name.
  static func has(_ file: String, in folder: String) -> Bool {
    var isFolder: ObjCBool = false
    let path = PathText.expand(PathText.join(folder, file))
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }

  /// Returns the first folder that passes: the root, or one of the usual folders inside it.
  ///
  /// - Parameters:
  ///   - name: the data set's name, for errors.
  ///   - root: the folder that the user named; the working directory's `data` when nil.
  ///   - inside: folder names that the root may hold.
  ///   - others: further places when the user named none.
  ///   - marker: whether a folder holds the data set.
  ///   - expected: the file that is looked for, for errors.
  /// - Returns: the folder, as the user's path with at most one part added.
  /// - Throws: `DatasetError` when there is no such folder or it lacks the files.
  static func find(
    _ name: String, root: String?, inside: [String], others: [String] = [],
    marker: (String) -> Bool, expected: String
  ) throws -> String {
    let starts = root.map { [$0] } ?? ["data/" + name, "data"] + others
    for start in starts {
      for folder in [start] + inside.map({ PathText.join(start, $0) }) where marker(folder) {
        return folder
      }
    }
    if let root {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(
        atPath: PathText.expand(root), isDirectory: &isFolder)
      guard exists, isFolder.boolValue else {
        throw DatasetError("data \(name): no such folder '\(root)'", about: "root")
      }
      throw DatasetError(
        "data \(name): expected '\(expected)' in '\(root)', found none", about: "root")
    }
    let places = starts.map { "'\($0)'" }.joined(separator: ", ")
    throw DatasetError(
      "data \(name): expected '\(expected)' in \(places), found none; name the folder with root=",
      suggestion: "data \(name) root=FOLDER", about: "name")
  }
}
