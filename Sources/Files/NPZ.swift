/// A NumPy .npz archive: arrays by name, read on demand.
public struct NPZ: Sendable {
  /// The largest accepted array, in bytes.
  public static let memberLimit = 1 << 36

  private let zip: ZipFile
  /// The names of the arrays, without `.npy`, in the order of the archive.
  public let names: [String]

  /// Opens an archive.
  ///
  /// Throws: `FileError` when it is not a zip file or a member's name does not end in `.npy`.
  public init(path: String) throws {
    zip = try ZipFile(path: path)
    names = try zip.members.map { member in
      guard member.name.hasSuffix(".npy") else {
        throw FileError("'\(path)': expected members named *.npy, found '\(member.name)'")
      }
      return String(member.name.dropLast(4))
    }
  }

  /// Returns an array of the archive.
  ///
  /// Throws: `FileError` when there is no such array, or it is damaged or of an unknown type.
  public func array(_ name: String, limit: Int = memberLimit) throws -> NPYArray {
    guard let place = names.firstIndex(of: name) else {
      let shown = names.prefix(6).joined(separator: ", ")
      throw FileError(
        "'\(zip.path)' has no array '\(name)': found \(shown.isEmpty ? "none" : shown)")
    }
    return try NPY.parse(
      try zip.contents(of: zip.members[place], limit: limit),
      source: "'\(zip.path)', array '\(name)'")
  }
}
