/// The element types of tensors in files, named as in safetensors headers; little-endian.
public enum ElementType: String, Sendable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .uint8, .bool: 1
    }
  }

  /// Whether elements are floating-point numbers.
  public var isFloat: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    default: false
    }
  }

  /// Returns the number of elements of a shape, or nil when it overflows or has a negative extent.
  public static func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    var isEmpty = false
    for extent in shape {
      guard extent >= 0 else { return nil }
      if extent == 0 {
        isEmpty = true
        continue
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return isEmpty ? 0 : count
  }

  /// Returns the number of bytes of a shape, or nil when it overflows or has a negative extent.
  public func byteCount(of shape: [Int]) -> Int? {
    guard let count = Self.elementCount(shape) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: byteCount)
    return overflow ? nil : bytes
  }
}

extension ElementType {
  /// Converts elements to Float32; F64 and integers are rounded to the nearest.
  ///
  /// Precondition: `source` holds `target.count` elements.
  func convert(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .float64: copy(source, target, as: Double.self) { Float($0) }
    case .float32: copy(source, target, as: UInt32.self) { Float(bitPattern: $0) }
    case .float16: copy(source, target, as: UInt16.self) { Self.float(half: $0) }
    case .bfloat16:
      copy(source, target, as: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .int64: copy(source, target, as: Int64.self) { Float($0) }
    case .int32: copy(source, target, as: Int32.self) { Float($0) }
    case .int16: copy(source, target, as: Int16.self) { Float($0) }
    case .uint16: copy(source, target, as: UInt16.self) { Float($0) }
    case .uint8: copy(source, target, as: UInt8.self) { Float($0) }
    case .bool: copy(source, target, as: UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// Converts elements to Float64.
  func convert(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Double>) {
    switch self {
    case .float64: copy(source, target, as: UInt64.self) { Double(bitPattern: $0) }
    case .float32: copy(source, target, as: Float.self) { Double($0) }
    case .float16: copy(source, target, as: UInt16.self) { Double(Self.float(half: $0)) }
    case .bfloat16:
      copy(source, target, as: UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .int64: copy(source, target, as: Int64.self) { Double($0) }
    case .int32: copy(source, target, as: Int32.self) { Double($0) }
    case .int16: copy(source, target, as: Int16.self) { Double($0) }
    case .uint16: copy(source, target, as: UInt16.self) { Double($0) }
    case .uint8: copy(source, target, as: UInt8.self) { Double($0) }
    case .bool: copy(source, target, as: UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// Converts integer elements to Int; returns false for floating-point types.
  func convert(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Int>)
    -> Bool
  {
    switch self {
    case .int64: copy(source, target, as: Int64.self) { Int($0) }
    case .int32: copy(source, target, as: Int32.self) { Int($0) }
    case .int16: copy(source, target, as: Int16.self) { Int($0) }
    case .uint16: copy(source, target, as: UInt16.self) { Int($0) }
    case .uint8: copy(source, target, as: UInt8.self) { Int($0) }
    case .bool: copy(source, target, as: UInt8.self) { $0 == 0 ? 0 : 1 }
    default: return false
    }
    return true
  }

  private func copy<Stored, Wanted>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Wanted>,
    as type: Stored.Type, _ convert: (Stored) -> Wanted
  ) {
    precondition(source.count == target.count * byteCount, "\(source.count) bytes for \(target)")
    for i in 0..<target.count {
      target[i] = convert(
        source.loadUnaligned(fromByteOffset: i &* MemoryLayout<Stored>.size, as: Stored.self))
    }
  }

  /// Returns the Float32 value of an IEEE half-precision bit pattern.
  static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 31
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: magnitude.bitPattern | sign)
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
