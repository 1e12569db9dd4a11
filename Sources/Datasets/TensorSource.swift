import Files

/// A safetensors or npz file seen as named tensors; the kind is told by the first bytes.
struct TensorSource {
  private enum Kind {
    case safetensors(SafetensorsFile)
    case npz(NPZ, [String: NPYArray])
  }

  let path: String
  private let kind: Kind

  /// Opens a file; npz arrays are read at once, all of them at most `limit` bytes.
  init(path: String, limit: Int) throws {
    self.path = path
    let file = try ByteFile(path: path)
    if file.size >= 4, try file.bytes(at: 0, count: 2) == Array("PK".utf8) {
      let archive = try NPZ(path: path)
      var arrays: [String: NPYArray] = [:]
      // Decompressing, cutting off the header and converting hold up to three copies.
      var room = limit / 3
      for name in archive.names {
        let array = try archive.array(name, limit: room)
        room -= array.bytes.count
        arrays[name] = array
      }
      kind = .npz(archive, arrays)
    } else {
      kind = .safetensors(try SafetensorsFile(path: path))
    }
  }

  var names: [String] {
    switch kind {
    case .safetensors(let file): file.names
    case .npz(let archive, _): archive.names
    }
  }

  func contains(_ name: String) -> Bool { names.contains(name) }

  /// Returns the type and shape of a tensor of a known rank.
  ///
  /// - Throws: `DatasetError` when it is missing or of another rank.
  func shape(_ name: String, axes: [String]) throws -> (type: ElementType, shape: [Int]) {
    guard contains(name) else {
      throw DatasetError(
        "'\(path)': expected a tensor '\(name)', found \(names.prefix(6).joined(separator: ", "))"
          + (names.isEmpty ? "none" : ""))
    }
    let found: (type: ElementType, shape: [Int])
    switch kind {
    case .safetensors(let file):
      let entry = try file.entry(name)
      found = (entry.type, entry.shape)
    case .npz(_, let arrays):
      found = arrays[name].map { ($0.type, $0.shape) } ?? (.float32, [])
    }
    guard found.shape.count == axes.count else {
      throw DatasetError(
        "'\(path)', '\(name)': expected shape [\(axes.joined(separator: ", "))], "
          + "found \(found.shape)")
    }
    guard !found.shape.contains(0) else {
      throw DatasetError("'\(path)', '\(name)': expected no extent of 0, found \(found.shape)")
    }
    return found
  }

  func floats(_ name: String) throws -> [Float] {
    switch kind {
    case .safetensors(let file): try file.floats(name)
    case .npz(_, let arrays): arrays[name]?.floats ?? []
    }
  }

  func uint8s(_ name: String) throws -> [UInt8] {
    switch kind {
    case .safetensors(let file): try file.uint8s(name)
    case .npz(_, let arrays): arrays[name]?.bytes ?? []
    }
  }

  /// Returns integers in 0..<limit.
  ///
  /// - Throws: `DatasetError` for floating-point tensors and values out of range.
  func integers(_ name: String, below limit: Int) throws -> [Int] {
    let values: [Int]?
    switch kind {
    case .safetensors(let file): values = try file.int64s(name)
    case .npz(_, let arrays): values = arrays[name]?.int64s
    }
    guard let values else { throw DatasetError("'\(path)', '\(name)': expected integers") }
    if let place = values.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      throw DatasetError(
        "'\(path)', '\(name)'[\(place)]: expected 0…\(limit - 1), found \(values[place])")
    }
    return values
  }
}
