/// A tensor to be written: its name, type, shape and a way to get at its bytes.
public struct SafetensorsTensor: Sendable {
  /// The name in the file.
  public let name: String
  /// The type of the elements.
  public let type: ElementType
  /// The extent of each dimension; empty for a scalar.
  public let shape: [Int]
  let withBytes: @Sendable ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

  /// Makes a tensor whose bytes come from a closure, possibly in several parts.
  ///
  /// The closure calls its argument with little-endian bytes until all are given; nothing is
  /// copied, so an arena can be written without a second one.
  public init(
    name: String, type: ElementType, shape: [Int],
    bytes: @escaping @Sendable ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    withBytes = bytes
  }

  /// Makes a Float32 tensor.
  public static func floats(_ name: String, _ shape: [Int], _ values: [Float])
    -> SafetensorsTensor
  {
    SafetensorsTensor(name: name, type: .float32, shape: shape) { write in
      try values.withUnsafeBytes { try write($0) }
    }
  }

  /// Makes a Float64 tensor.
  public static func doubles(_ name: String, _ shape: [Int], _ values: [Double])
    -> SafetensorsTensor
  {
    SafetensorsTensor(name: name, type: .float64, shape: shape) { write in
      try values.withUnsafeBytes { try write($0) }
    }
  }

  /// Makes an int64 tensor.
  public static func int64s(_ name: String, _ shape: [Int], _ values: [Int])
    -> SafetensorsTensor
  {
    SafetensorsTensor(name: name, type: .int64, shape: shape) { write in
      try values.map { Int64($0) }.withUnsafeBytes { try write($0) }
    }
  }

  /// Makes a uint8 tensor.
  public static func uint8s(_ name: String, _ shape: [Int], _ values: [UInt8])
    -> SafetensorsTensor
  {
    SafetensorsTensor(name: name, type: .uint8, shape: shape) { write in
      try values.withUnsafeBytes { try write($0) }
    }
  }
}

/// Writes safetensors files, tensors in the order given, atomically.
public enum SafetensorsWriter {
  /// Writes tensors and metadata to a file that appears only when it is complete.
  ///
  /// - Parameters:
  ///   - path: the file to make or replace.
  ///   - tensors: what to write; names are unique and not `__metadata__`.
  ///   - metadata: free-form text, in the order given.
  ///   - alignment: the data starts at a multiple of this many bytes; 8 or 64.
  /// - Throws: `FileError` when a name repeats, a size overflows, a tensor gives another number of
  ///   bytes than its shape has, or the file cannot be written.
  public static func write(
    to path: String, tensors: [SafetensorsTensor], metadata: [(String, String)] = [],
    alignment: Int = 64
  ) throws {
    let header = try header(tensors, metadata, alignment, path)
    try AtomicFile.write(to: path) { file in
      try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
      try header.withUnsafeBytes { try file.write($0) }
      for tensor in tensors {
        let expected = tensor.type.byteCount(of: tensor.shape) ?? 0
        var written = 0
        try tensor.withBytes { bytes in
          written += bytes.count
          try file.write(bytes)
        }
        guard written == expected else {
          throw FileError(
            "cannot write '\(path)': expected \(expected) bytes for '\(tensor.name)' "
              + "\(tensor.shape), found \(written)")
        }
      }
    }
  }

  private static func header(
    _ tensors: [SafetensorsTensor], _ metadata: [(String, String)], _ alignment: Int,
    _ path: String
  ) throws -> [UInt8] {
    precondition(alignment > 0 && alignment % 8 == 0, "alignment \(alignment)")
    var root = JSONObject()
    if !metadata.isEmpty {
      root["__metadata__"] = .members(metadata.map { ($0, .string($1)) })
    }
    var offset = 0
    for tensor in tensors {
      guard root[tensor.name] == nil, tensor.name != "__metadata__" else {
        throw FileError("cannot write '\(path)': the name '\(tensor.name)' is used twice")
      }
      guard let size = tensor.type.byteCount(of: tensor.shape),
        case (let end, false) = offset.addingReportingOverflow(size)
      else {
        throw FileError(
          "cannot write '\(path)': the size of '\(tensor.name)' \(tensor.shape) overflows")
      }
      root[tensor.name] = .members([
        ("dtype", .string(tensor.type.rawValue)),
        ("shape", .array(tensor.shape.map { .int($0) })),
        ("data_offsets", .array([.int(offset), .int(end)])),
      ])
      offset = end
    }
    var text = Array(JSONText.compact(.object(root)).utf8)
    let padding = (alignment - (8 + text.count) % alignment) % alignment
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
    return text
  }
}
