/// An opened safetensors file: its tensors by name, read on demand.
///
/// The layout is an 8-byte little-endian header length, a JSON header, then the data. The header
/// is checked whole at opening: offsets cover the data without holes or overlap, and shapes agree.
/// Source: the safetensors format description, huggingface/safetensors.
public struct SafetensorsFile: Sendable {
  /// One tensor of the file.
  public struct Entry: Sendable, Equatable {
    /// The tensor's name.
    public let name: String
    /// The type of its elements.
    public let type: ElementType
    /// The extent of each dimension; empty for a scalar.
    public let shape: [Int]
    /// The offset of its first byte in the file.
    public let offset: Int
    /// The number of its bytes.
    public let byteCount: Int
    /// The number of its elements.
    public var count: Int { byteCount / type.byteCount }
  }

  /// The largest accepted header, in bytes (as in the reference implementation).
  public static let headerLimit = 100_000_000

  /// The path as given.
  public let path: String
  /// The tensors in the order of the header.
  public let entries: [Entry]
  /// The free-form text of `__metadata__`.
  public let metadata: [String: String]
  private let file: ByteFile
  private let index: [String: Int]

  /// Opens a file and checks its header against its size.
  ///
  /// Throws: `FileError` that says what was expected and what was found.
  public init(path: String) throws {
    let file = try ByteFile(path: path)
    let quoted = "'\(path)'"
    guard file.size >= 8 else {
      throw FileError(
        "\(quoted) is not a safetensors file: expected at least 8 bytes, found \(file.size)")
    }
    var length: UInt64 = 0
    try withUnsafeMutableBytes(of: &length) { try file.read(at: 0, into: $0) }
    guard let headerSize = Int(exactly: UInt64(littleEndian: length)),
      headerSize <= file.size - 8, headerSize <= Self.headerLimit, headerSize >= 2
    else {
      throw FileError(
        "\(quoted) is not a safetensors file: expected a header of 2 to "
          + "\(max(2, min(file.size - 8, Self.headerLimit))) bytes, found length "
          + "\(UInt64(littleEndian: length)) in a file of \(file.size) bytes")
    }
    let header = try JSONText.parse(
      try file.bytes(at: 8, count: headerSize), limit: Self.headerLimit,
      source: "the header of \(quoted)")
    guard case .object(let members) = header else {
      throw FileError("the header of \(quoted): expected a JSON object")
    }
    let parsed = try SafetensorsHeader(
      members, dataStart: 8 + headerSize, dataSize: file.size - 8 - headerSize, source: quoted)
    self.path = path
    self.file = file
    entries = parsed.entries
    metadata = parsed.metadata
    index = Dictionary(uniqueKeysWithValues: parsed.entries.enumerated().map { ($1.name, $0) })
  }

  /// The names in the order of the header.
  public var names: [String] { entries.map(\.name) }

  /// Returns whether a tensor of this name exists.
  public func contains(_ name: String) -> Bool { index[name] != nil }

  /// Returns the entry of a name.
  ///
  /// Throws: `FileError` when the file has no such tensor.
  public func entry(_ name: String) throws -> Entry {
    guard let place = index[name] else {
      let shown = names.prefix(6).joined(separator: ", ") + (entries.count > 6 ? ", …" : "")
      throw FileError("'\(path)' has no tensor '\(name)': found \(shown.isEmpty ? "none" : shown)")
    }
    return entries[place]
  }

  /// Returns the raw little-endian bytes of a tensor.
  public func bytes(_ name: String) throws -> [UInt8] {
    let entry = try entry(name)
    return try file.bytes(at: entry.offset, count: entry.byteCount)
  }

  /// Copies the raw little-endian bytes of a tensor into a buffer of the same size.
  public func read(_ name: String, into buffer: UnsafeMutableRawBufferPointer) throws {
    let entry = try entry(name)
    guard buffer.count == entry.byteCount else {
      throw FileError(
        "'\(path)', tensor '\(name)': expected \(buffer.count) bytes, found \(entry.byteCount)")
    }
    try file.read(at: entry.offset, into: buffer)
  }

  /// Returns the elements of a tensor as Float32, converting from any element type.
  public func floats(_ name: String) throws -> [Float] {
    let entry = try entry(name)
    return try [Float](unsafeUninitializedCapacity: entry.count) { buffer, filled in
      let target = UnsafeMutableBufferPointer(rebasing: buffer[0..<entry.count])
      if entry.type == .float32 {
        try file.read(at: entry.offset, into: UnsafeMutableRawBufferPointer(target))
      } else {
        try file.bytes(at: entry.offset, count: entry.byteCount).withUnsafeBytes {
          entry.type.convert($0, to: target)
        }
      }
      filled = entry.count
    }
  }

  /// Returns the elements of a tensor as Float64, converting from any element type.
  public func doubles(_ name: String) throws -> [Double] {
    let entry = try entry(name)
    let raw = try bytes(name)
    return [Double](unsafeUninitializedCapacity: entry.count) { buffer, filled in
      raw.withUnsafeBytes {
        entry.type.convert($0, to: UnsafeMutableBufferPointer(rebasing: buffer[0..<entry.count]))
      }
      filled = entry.count
    }
  }

  /// Returns the elements of an integer tensor.
  ///
  /// Throws: `FileError` for floating-point tensors.
  public func int64s(_ name: String) throws -> [Int] {
    let entry = try entry(name)
    let raw = try bytes(name)
    var isInteger = true
    let values = [Int](unsafeUninitializedCapacity: entry.count) { buffer, filled in
      raw.withUnsafeBytes {
        isInteger = entry.type.convert(
          $0, to: UnsafeMutableBufferPointer(rebasing: buffer[0..<entry.count]))
      }
      filled = isInteger ? entry.count : 0
    }
    guard isInteger else {
      throw FileError(
        "'\(path)', tensor '\(name)': expected integers, found \(entry.type.rawValue)")
    }
    return values
  }

  /// Returns the elements of a U8 or BOOL tensor.
  ///
  /// Throws: `FileError` for other element types.
  public func uint8s(_ name: String) throws -> [UInt8] {
    let entry = try entry(name)
    guard entry.type == .uint8 || entry.type == .bool else {
      throw FileError("'\(path)', tensor '\(name)': expected U8, found \(entry.type.rawValue)")
    }
    return try bytes(name)
  }
}
