import CPNG

extension PNG {
  /// The channels of 8-bit pixels to write.
  public enum Channels: Int, Sendable {
    /// One sample per pixel.
    case gray = 1
    /// Red, green, blue.
    case rgb = 3
    /// Red, green, blue, alpha (not premultiplied).
    case rgba = 4
  }

  /// Encodes an RGB image.
  ///
  /// `dpi` is stored as pixels per metre. The same input gives the same bytes.
  /// Throws: `ImageError` as `encode(pixels:width:height:channels:text:dpi:)`.
  public static func encode(
    _ image: RGBImage, text: [TextEntry] = [], dpi: Double? = nil
  ) throws -> [UInt8] {
    try encode(
      pixels: image.pixels, width: image.width, height: image.height, channels: .rgb, text: text,
      dpi: dpi)
  }

  /// Encodes 8-bit pixels `[H, W, channels]`; text outside Latin-1 is written as UTF-8 (iTXt).
  ///
  /// Throws: `ImageError` for sizes that disagree, a keyword or text that PNG cannot hold, or a
  /// resolution that is not positive.
  public static func encode(
    pixels: [UInt8], width: Int, height: Int, channels: Channels, text: [TextEntry] = [],
    dpi: Double? = nil
  ) throws -> [UInt8] {
    let sides = 1...1_000_000
    guard sides.contains(width), sides.contains(height),
      width * height * channels.rawValue == pixels.count
    else {
      throw ImageError(
        "expected \(channels.rawValue) samples for each of \(width)×\(height) pixels, found "
          + "\(pixels.count)")
    }
    let texts = try text.map { try EncodedText($0) }
    let resolution = try pixelsPerMetre(dpi)
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = MessageBuffer()
    let status = withEntries(texts, []) { entries in
      message.collect {
        cpng_write(
          pixels, UInt32(width), UInt32(height), Int32(channels.rawValue), resolution, entries,
          Int32(entries.count), &bytes, &count, $0)
      }
    }
    guard status == 0, let bytes else {
      throw ImageError("the PNG image could not be encoded: \(message.text)")
    }
    defer { cpng_free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  private static func pixelsPerMetre(_ dpi: Double?) throws -> UInt32 {
    guard let dpi else { return 0 }
    guard dpi >= 1, dpi <= 100_000 else {
      throw ImageError("expected a resolution of 1 to 100000 dots per inch, found \(dpi)")
    }
    return UInt32((dpi / 0.0254).rounded())
  }

  /// Calls a body with C strings for all entries.
  private static func withEntries<Result>(
    _ texts: [EncodedText], _ entries: [cpng_text_entry], _ body: ([cpng_text_entry]) -> Result
  ) -> Result {
    guard entries.count < texts.count else { return body(entries) }
    let text = texts[entries.count]
    return text.key.withUnsafeBufferPointer { key in
      text.value.withUnsafeBufferPointer { value in
        let entry = cpng_text_entry(
          key: key.baseAddress, text: value.baseAddress, is_utf8: text.isUTF8 ? 1 : 0)
        return withEntries(texts, entries + [entry], body)
      }
    }
  }

  /// An entry as NUL-terminated bytes.
  private struct EncodedText {
    let key: [CChar]
    let value: [CChar]
    let isUTF8: Bool

    init(_ entry: TextEntry) throws {
      guard let keyBytes = Self.latin1(entry.key), (1...79).contains(keyBytes.count),
        keyBytes.allSatisfy({ (32...126).contains($0) || $0 >= 161 }),
        !entry.key.hasPrefix(" "), !entry.key.hasSuffix(" "), !entry.key.contains("  ")
      else {
        throw ImageError(
          "expected a PNG keyword of 1 to 79 printable characters, found '\(entry.key)'")
      }
      guard !entry.value.utf8.contains(0) else {
        throw ImageError("expected text without NUL for '\(entry.key)', found one")
      }
      let latin = Self.latin1(entry.value)
      key = (keyBytes + [0]).map { CChar(bitPattern: $0) }
      value = ((latin ?? Array(entry.value.utf8)) + [0]).map { CChar(bitPattern: $0) }
      isUTF8 = latin == nil
    }

    private static func latin1(_ text: String) -> [UInt8]? {
      var bytes: [UInt8] = []
      for scalar in text.unicodeScalars {
        guard let byte = UInt8(exactly: scalar.value) else { return nil }
        bytes.append(byte)
      }
      return bytes
    }
  }
}
