import CZlib

/// Decompression with zlib, with a limit on the size of the result.
public enum Gzip {
  /// How compressed bytes are wrapped.
  public enum Wrapper: Sendable {
    /// A .gz file: one or more members with a header and a checksum.
    case gzip
    /// Bare deflate, as inside zip files.
    case none
  }

  /// Returns whether bytes start like a .gz file.
  public static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }

  /// Returns the content of a file, decompressed when it starts like a .gz file.
  ///
  /// Throws: `FileError` when it is damaged or larger than `limit` bytes, before or after.
  public static func contents(of path: String, limit: Int) throws -> [UInt8] {
    let raw = try ByteFile.contents(of: path, limit: limit)
    guard isGzip(raw) else { return raw }
    return try inflate(raw, limit: limit, source: "'\(path)'")
  }

  /// Decompresses bytes.
  ///
  /// - Parameters:
  ///   - bytes: the compressed bytes.
  ///   - wrapper: how they are wrapped.
  ///   - limit: the largest accepted result in bytes.
  ///   - source: what the bytes are called in errors, such as a quoted path.
  /// - Returns: the decompressed bytes.
  /// - Throws: `FileError` when they are damaged, incomplete, or hold more than `limit` bytes.
  public static func inflate(
    _ bytes: [UInt8], wrapper: Wrapper = .gzip, limit: Int, source: String
  ) throws -> [UInt8] {
    var stream = z_stream()
    let windowBits: Int32 = wrapper == .gzip ? 15 + 16 : -15
    guard
      inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw FileError("\(source): cannot start decompression: out of memory") }
    defer { inflateEnd(&stream) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var input = bytes[...]
    while true {
      let fed = input.prefix(1 << 28)
      let (status, used, made) = step(&stream, fed, &chunk)
      input = input.dropFirst(used)
      guard result.count <= limit - made else {
        throw FileError("\(source): expected at most \(limit) bytes when decompressed, found more")
      }
      result.append(contentsOf: chunk[0..<made])
      if status == Z_STREAM_END {
        guard wrapper == .gzip, !input.isEmpty, input.contains(where: { $0 != 0 }) else {
          return result
        }
        // Another member follows; zeros are padding.
        inflateReset(&stream)
      } else if status != Z_OK {
        guard status == Z_BUF_ERROR, made > 0 || used > 0 else {
          throw damage(status, stream, bytes.count - input.count, source)
        }
      }
    }
  }

  private static func step(
    _ stream: inout z_stream, _ input: ArraySlice<UInt8>, _ chunk: inout [UInt8]
  ) -> (status: Int32, used: Int, made: Int) {
    input.withUnsafeBufferPointer { source in
      chunk.withUnsafeMutableBufferPointer { target in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        return (
          status, source.count - Int(stream.avail_in), target.count - Int(stream.avail_out)
        )
      }
    }
  }

  private static func damage(
    _ status: Int32, _ stream: z_stream, _ offset: Int, _ source: String
  ) -> FileError {
    if status == Z_BUF_ERROR {
      return FileError(
        "\(source): the compressed data ends too early, after \(offset) bytes")
    }
    let reason = stream.msg.map { String(cString: $0) } ?? "code \(status)"
    return FileError("\(source): the compressed data is damaged near byte \(offset): \(reason)")
  }

  /// Returns the CRC-32 of bytes, as in gzip and zip.
  public static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt = 0
    var start = 0
    while start < bytes.count {
      let count = min(bytes.count - start, 1 << 30)
      sum = bytes[start..<(start + count)].withUnsafeBufferPointer {
        CZlib.crc32(sum, $0.baseAddress, UInt32(count))
      }
      start += count
    }
    return UInt32(truncatingIfNeeded: sum)
  }
}
