/// The members of a zip archive, stored or deflated; what NumPy's .npz needs.
///
/// Source: PKWARE's APPNOTE 6.3; ZIP64 sizes are read, encryption and spanning refused.
public struct ZipFile: Sendable {
  /// One member of the archive.
  public struct Member: Sendable, Equatable {
    /// The name with its folders.
    public let name: String
    /// The size when decompressed, in bytes.
    public let size: Int
    let method: Int
    let compressedSize: Int
    let checksum: UInt32
    let localOffset: Int
  }

  /// The path as given.
  public let path: String
  /// The members in the order of the central directory.
  public let members: [Member]
  private let file: ByteFile

  /// Opens an archive and reads its central directory.
  ///
  /// Throws: `FileError` when it is not a zip file or its directory is damaged.
  public init(path: String) throws {
    self.path = path
    file = try ByteFile(path: path)
    let tailSize = min(file.size, 22 + 0xFFFF)
    let tail = try file.bytes(at: file.size - tailSize, count: tailSize)
    let last = tail.count - 22
    guard last >= 0,
      let end = stride(from: last, through: 0, by: -1).first(where: {
        Self.number(tail, $0, 4) == 0x0605_4B50
      })
    else {
      throw FileError("'\(path)' is not a zip file: expected an end-of-directory record")
    }
    var count = Self.number(tail, end + 10, 2)
    var size = Self.number(tail, end + 12, 4)
    var offset = Self.number(tail, end + 16, 4)
    let endOffset = file.size - tailSize + end
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, endOffset >= 20 {
      let locator = try file.bytes(at: endOffset - 20, count: 20)
      if Self.number(locator, 0, 4) == 0x0706_4B50 {
        let record = try file.bytes(at: Self.number(locator, 8, 8), count: 56)
        count = Self.number(record, 32, 8)
        size = Self.number(record, 40, 8)
        offset = Self.number(record, 48, 8)
      }
    }
    guard size <= file.size, offset <= file.size - size, count <= size / 46 else {
      throw FileError(
        "'\(path)': expected the zip directory (\(count) members) within \(file.size) bytes, "
          + "found offset \(offset), size \(size)")
    }
    let directory = try file.bytes(at: offset, count: size)
    members = try Self.members(directory, count, path)
  }

  /// Returns a little-endian number; values above Int.max are cut to it.
  private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int {
    guard offset >= 0, offset <= bytes.count - size else { return Int.max }
    var value: UInt64 = 0
    for i in (0..<size).reversed() { value = value << 8 | UInt64(bytes[offset + i]) }
    return Int(clamping: value)
  }

  private static func members(_ bytes: [UInt8], _ count: Int, _ path: String) throws -> [Member] {
    var result: [Member] = []
    var names: Set<String> = []
    var at = 0
    for i in 0..<count {
      guard at <= bytes.count - 46, number(bytes, at, 4) == 0x0201_4B50 else {
        throw FileError("'\(path)': expected \(count) zip members, found \(i)")
      }
      let nameEnd = at + 46 + number(bytes, at + 28, 2)
      let extraEnd = nameEnd + number(bytes, at + 30, 2)
      guard extraEnd <= bytes.count else {
        throw FileError("'\(path)': zip member \(i) runs past the end of the directory")
      }
      let name = String(decoding: bytes[(at + 46)..<nameEnd], as: UTF8.self)
      guard names.insert(name).inserted else {
        throw FileError("'\(path)': the zip member '\(name)' occurs twice")
      }
      guard number(bytes, at + 8, 2) & 1 == 0 else {
        throw FileError("'\(path)': the zip member '\(name)' is encrypted")
      }
      // Sizes of all ones are in the ZIP64 extra field, in this order.
      var wide = wideSizes(Array(bytes[nameEnd..<extraEnd]))[...]
      func size(_ place: Int) -> Int {
        let value = number(bytes, at + place, 4)
        return value == 0xFFFF_FFFF ? wide.popFirst() ?? value : value
      }
      let full = size(24)
      let compressed = size(20)
      result.append(
        Member(
          name: name, size: full, method: number(bytes, at + 10, 2), compressedSize: compressed,
          checksum: UInt32(number(bytes, at + 16, 4)), localOffset: size(42)))
      at = extraEnd + number(bytes, at + 32, 2)
    }
    return result
  }

  private static func wideSizes(_ extra: [UInt8]) -> [Int] {
    var at = 0
    while at + 4 <= extra.count {
      let size = number(extra, at + 2, 2)
      if number(extra, at, 2) == 1 {
        return stride(from: 0, to: min(size, extra.count - at - 4) / 8, by: 1).map {
          number(extra, at + 4 + 8 * $0, 8)
        }
      }
      at += 4 + size
    }
    return []
  }

  /// Returns the decompressed bytes of a member, with size and checksum checked.
  ///
  /// Throws: `FileError` when it is damaged or larger than `limit` bytes.
  public func contents(of member: Member, limit: Int) throws -> [UInt8] {
    let place = "'\(path)', member '\(member.name)'"
    guard member.size <= limit else {
      throw FileError("\(place): expected at most \(limit) bytes, found \(member.size)")
    }
    let header = try file.bytes(at: member.localOffset, count: 30)
    guard Self.number(header, 0, 4) == 0x0403_4B50 else {
      throw FileError("\(place): expected a zip header at offset \(member.localOffset)")
    }
    let start = member.localOffset + 30 + Self.number(header, 26, 2) + Self.number(header, 28, 2)
    let raw = try file.bytes(at: start, count: member.compressedSize)
    let result: [UInt8]
    switch member.method {
    case 0: result = raw
    case 8: result = try Gzip.inflate(raw, wrapper: .none, limit: member.size, source: place)
    default:
      throw FileError(
        "\(place): expected zip method 0 (stored) or 8 (deflate), found \(member.method)")
    }
    guard result.count == member.size else {
      throw FileError("\(place): expected \(member.size) bytes, found \(result.count)")
    }
    let sum = Gzip.crc32(result)
    guard sum == member.checksum else {
      throw FileError(
        "\(place): expected CRC \(String(member.checksum, radix: 16)), "
          + "found \(String(sum, radix: 16))")
    }
    return result
  }
}
