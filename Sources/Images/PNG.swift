import CPNG

/// Reading and writing PNG files in memory, by libpng.
public enum PNG {
  /// The largest number of pixels that is decoded unless a caller says otherwise.
  public static let defaultPixelLimit = 1 << 26

  /// The samples of a PNG file as they are stored, before any conversion.
  public struct Samples: Sendable, Equatable {
    /// The number of columns.
    public let width: Int
    /// The number of rows.
    public let height: Int
    /// Samples per pixel: 1 (grey, palette index), 2 (grey, alpha), 3 (RGB), 4 (RGB, alpha).
    public let channels: Int
    /// Bits per sample: 1, 2, 4, 8 or 16.
    public let bitDepth: Int
    /// The colours of a palette image, as triples; nil for other images.
    public let palette: [UInt8]?
    /// The samples, `[H, W, channels]`.
    public let values: [UInt16]
    /// The text chunks.
    public let text: [TextEntry]
  }

  /// A keyword with its text, as PNG's text chunks hold them.
  public struct TextEntry: Sendable, Equatable {
    /// The keyword: 1 to 79 printable Latin-1 characters.
    public let key: String
    /// The text.
    public let value: String

    /// Makes an entry.
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Decodes to 8-bit RGB.
  ///
  /// Grey of depth 1, 2, 4 is scaled to 0…255, 16-bit samples keep the high byte, alpha and
  /// transparency are dropped, gamma is ignored.
  /// Throws: `ImageError` if the bytes are no whole PNG file or hold more than `pixelLimit` pixels.
  public static func decode(
    _ bytes: [UInt8], pixelLimit: Int = defaultPixelLimit
  ) throws -> RGBImage {
    try rgb(from: decodeSamples(bytes, pixelLimit: pixelLimit))
  }

  /// Decodes to the stored samples.
  ///
  /// Throws: `ImageError` if the bytes are no whole PNG file or hold more than `pixelLimit` pixels.
  public static func decodeSamples(
    _ bytes: [UInt8], pixelLimit: Int = defaultPixelLimit
  ) throws -> Samples {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
      throw ImageError("expected a PNG file, found \(bytes.count) bytes without its signature")
    }
    return try bytes.withUnsafeBufferPointer { buffer in
      var header = cpng_header()
      var message = MessageBuffer()
      let opened = message.collect { cpng_open(buffer.baseAddress, buffer.count, &header, $0) }
      guard let reader = opened else {
        throw ImageError("expected a PNG file, found a damaged one: \(message.text)")
      }
      defer { cpng_close(reader) }
      let layout = try Layout(header, fileSize: bytes.count, pixelLimit: pixelLimit)
      var raw = [UInt8](repeating: 0, count: layout.rowBytes * layout.height)
      let status = raw.withUnsafeMutableBufferPointer { out in
        message.collect { cpng_read(reader, out.baseAddress, layout.rowBytes, $0) }
      }
      guard status == 0 else {
        throw ImageError("expected a whole PNG file, found a damaged one: \(message.text)")
      }
      return Samples(
        width: layout.width, height: layout.height, channels: layout.channels,
        bitDepth: layout.bitDepth, palette: layout.palette(header),
        values: layout.bitDepth == 16 ? joined(raw) : raw.map { UInt16($0) },
        text: texts(of: reader))
    }
  }

  /// Converts stored samples to 8-bit RGB.
  private static func rgb(from samples: Samples) throws -> RGBImage {
    let count = samples.width * samples.height
    var pixels = [UInt8](repeating: 0, count: count * 3)
    let values = samples.values
    if let palette = samples.palette {
      for i in 0..<count {
        let entry = 3 * Int(values[i])
        guard entry + 2 < palette.count else {
          throw ImageError(
            "expected palette indices below \(palette.count / 3), found \(values[i])")
        }
        for c in 0..<3 { pixels[3 * i + c] = palette[entry + c] }
      }
    } else {
      let scale = samples.bitDepth < 8 ? 255 / ((1 << samples.bitDepth) - 1) : 1
      let shift = samples.bitDepth == 16 ? 8 : 0
      let isGrey = samples.channels < 3
      for i in 0..<count {
        for c in 0..<3 {
          let value = values[i * samples.channels + (isGrey ? 0 : c)]
          pixels[3 * i + c] = UInt8(truncatingIfNeeded: (Int(value) >> shift) * scale)
        }
      }
    }
    return RGBImage(width: samples.width, height: samples.height, pixels: pixels)
  }

  /// Pairs of bytes as native 16-bit samples.
  private static func joined(_ raw: [UInt8]) -> [UInt16] {
    raw.withUnsafeBytes { bytes in
      (0..<(raw.count / 2)).map { bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self) }
    }
  }

  private static func texts(of reader: OpaquePointer) -> [TextEntry] {
    (0..<cpng_text_count(reader)).compactMap { index in
      var key: UnsafePointer<CChar>?
      var text: UnsafePointer<CChar>?
      var count = 0
      var isUTF8: Int32 = 0
      cpng_text(reader, index, &key, &text, &count, &isUTF8)
      guard let key, let text else { return nil }
      let bytes = UnsafeRawBufferPointer(start: text, count: count)
      let value =
        isUTF8 == 0
        ? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        : String(decoding: bytes, as: UTF8.self)
      let keyBytes = UnsafeBufferPointer(start: key, count: 80).prefix { $0 != 0 }
      let scalars = keyBytes.map { Unicode.Scalar(UInt8(bitPattern: $0)) }
      return TextEntry(key: String(String.UnicodeScalarView(scalars)), value: value)
    }
  }

  /// The sizes that a header implies, checked before anything is allocated.
  private struct Layout {
    let width: Int
    let height: Int
    let channels: Int
    let bitDepth: Int
    let rowBytes: Int
    private let isPalette: Bool

    init(_ header: cpng_header, fileSize: Int, pixelLimit: Int) throws {
      width = Int(header.width)
      height = Int(header.height)
      bitDepth = Int(header.bit_depth)
      isPalette = header.color_type == 3
      channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][Int(header.color_type)] ?? 1
      let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
      guard !overflow, pixels <= pixelLimit else {
        throw ImageError(
          "expected a PNG image of at most \(pixelLimit) pixels, found \(width)×\(height)")
      }
      // Deflate expands at most 1032-fold, so a short file cannot hold a large image.
      let storedBits = pixels * channels * bitDepth
      guard storedBits / 8 / 1040 <= fileSize else {
        throw ImageError(
          "expected a whole PNG file, found \(fileSize) bytes for an image of \(width)×\(height)")
      }
      rowBytes = width * channels * (bitDepth == 16 ? 2 : 1)
    }

    func palette(_ header: cpng_header) -> [UInt8]? {
      guard isPalette else { return nil }
      return withUnsafeBytes(of: header.palette) {
        Array($0.prefix(3 * max(0, min(256, Int(header.palette_count)))))
      }
    }
  }
}

/// The text that a C call leaves when it fails.
struct MessageBuffer {
  private var bytes = [CChar](repeating: 0, count: Int(CPNG_MESSAGE_SIZE))

  mutating func collect<Result>(_ call: (UnsafeMutablePointer<CChar>?) -> Result) -> Result {
    bytes.withUnsafeMutableBufferPointer { call($0.baseAddress) }
  }

  var text: String {
    String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
