/// An array read from or written to a NumPy file, row-major and little-endian.
public struct NPYArray: Sendable, Equatable {
  /// The type of the elements.
  public let type: ElementType
  /// The extent of each dimension; empty for a scalar.
  public let shape: [Int]
  /// The elements' bytes.
  public let bytes: [UInt8]

  /// Makes an array.
  ///
  /// Precondition: the bytes fit the shape.
  public init(type: ElementType, shape: [Int], bytes: [UInt8]) {
    precondition(type.byteCount(of: shape) == bytes.count, "\(bytes.count) bytes for \(shape)")
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// Makes a Float32 array.
  public init(shape: [Int], floats: [Float]) {
    self.init(type: .float32, shape: shape, bytes: floats.withUnsafeBytes { Array($0) })
  }

  /// Makes an int64 array.
  public init(shape: [Int], int64s: [Int]) {
    let wide = int64s.map { Int64($0) }
    self.init(type: .int64, shape: shape, bytes: wide.withUnsafeBytes { Array($0) })
  }

  /// Makes a uint8 array.
  public init(shape: [Int], uint8s: [UInt8]) {
    self.init(type: .uint8, shape: shape, bytes: uint8s)
  }

  /// The number of elements.
  public var count: Int { bytes.count / type.byteCount }

  /// The elements as Float32, converted from any type.
  public var floats: [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      let target = UnsafeMutableBufferPointer(rebasing: buffer[0..<count])
      bytes.withUnsafeBytes { type.convert($0, to: target) }
      filled = count
    }
  }

  /// The elements as integers; nil for floating-point types.
  public var int64s: [Int]? {
    var isInteger = true
    let values = [Int](unsafeUninitializedCapacity: count) { buffer, filled in
      let target = UnsafeMutableBufferPointer(rebasing: buffer[0..<count])
      isInteger = bytes.withUnsafeBytes { type.convert($0, to: target) }
      filled = isInteger ? count : 0
    }
    return isInteger ? values : nil
  }
}

/// Reads and writes NumPy's .npy files.
///
/// Source: numpy.lib.format; versions 1.0, 2.0 and 3.0 are read, 1.0 is written.
public enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let types: [String: ElementType] = [
    "<f8": .float64, "<f4": .float32, "<f2": .float16, "<i8": .int64, "<i4": .int32,
    "<i2": .int16, "<u2": .uint16, "|u1": .uint8, "|b1": .bool,
  ]

  /// Reads a file.
  ///
  /// Throws: `FileError` for Fortran order, object and other element types, and wrong sizes.
  public static func read(_ path: String, limit: Int = 1 << 36) throws -> NPYArray {
    try parse(try ByteFile.contents(of: path, limit: limit), source: "'\(path)'")
  }

  /// Reads an array from the bytes of a .npy file.
  public static func parse(_ bytes: [UInt8], source: String) throws -> NPYArray {
    guard bytes.count >= 10, Array(bytes[0..<6]) == magic else {
      throw FileError("\(source) is not an npy file: expected it to start with '\\x93NUMPY'")
    }
    let isLong = bytes[6] >= 2
    guard (1...3).contains(bytes[6]), !isLong || bytes.count >= 12 else {
      throw FileError("\(source): expected npy version 1, 2 or 3, found \(bytes[6])")
    }
    var length = Int(bytes[8]) | Int(bytes[9]) << 8
    if isLong { length |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24 }
    let start = isLong ? 12 : 10
    guard length <= bytes.count - start else {
      throw FileError(
        "\(source): expected a header of \(length) bytes, found \(bytes.count - start)")
    }
    let text = String(decoding: bytes[start..<(start + length)], as: UTF8.self)
    let header = try NPYHeader(text, source: source)
    guard let type = types[header.descr] else {
      throw FileError(
        "\(source): expected elements of \(types.keys.sorted().joined(separator: " ")), "
          + "found '\(header.descr)'")
    }
    guard !header.isFortran else {
      throw FileError("\(source): expected C order, found Fortran order")
    }
    guard let size = type.byteCount(of: header.shape) else {
      throw FileError(
        "\(source): expected a shape of sizes that fit in memory, found \(header.shape)")
    }
    guard size == bytes.count - start - length else {
      throw FileError(
        "\(source): expected \(size) bytes for \(header.descr) \(header.shape), "
          + "found \(bytes.count - start - length)")
    }
    return NPYArray(type: type, shape: header.shape, bytes: Array(bytes[(start + length)...]))
  }

  /// Returns the bytes of a version 1.0 file.
  public static func encode(_ array: NPYArray) -> [UInt8] {
    let descr = types.first { $0.value == array.type }?.key
    precondition(descr != nil, "npy has no type for \(array.type.rawValue)")
    let extents = array.shape.map(String.init).joined(separator: ", ")
    let tuple = array.shape.count == 1 ? extents + "," : extents
    var text = Array(
      "{'descr': '\(descr ?? "")', 'fortran_order': False, 'shape': (\(tuple)), }".utf8)
    let padding = (64 - (10 + text.count + 1) % 64) % 64
    text += Array(repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
    precondition(text.count <= 0xFFFF, "\(array.shape.count) dimensions")
    let size = [UInt8(text.count & 0xFF), UInt8(text.count >> 8)]
    return magic + [1, 0] + size + text + array.bytes
  }

  /// Writes an array to a file that appears only when it is complete.
  public static func write(_ array: NPYArray, to path: String) throws {
    try AtomicFile.write(encode(array), to: path)
  }
}
