import Files
import Images
import TestSupport
import Testing

@Suite struct PNGTests {
  /// The files of the set, by path, with the tensors that they decode to.
  struct File: Sendable, CustomTestStringConvertible {
    let path: String
    let entry: JSONValue
    let tensors: SafetensorsFile
    var testDescription: String { path }
  }

  static func files() throws -> [File] {
    let set = try GoldenSet.load("golden-aug")
    let tensors = try SafetensorsFile(path: set.folder + "/png.safetensors")
    return try #require(set.root["png"]?.array).map {
      File(path: set.folder + "/" + ($0["file"]?.string ?? ""), entry: $0, tensors: tensors)
    }
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    try ByteFile.contents(of: path, limit: 1 << 24)
  }

  @Test func theSetListsEveryFile() throws {
    #expect(try Self.files().count == 54)
  }

  @Test(arguments: try files())
  func decodesAsTheReference(_ file: File) throws {
    let bytes = try Self.bytes(file.path)
    let rawName = try #require(file.entry["tensors"]?["raw"]?.string)
    let rgbName = try #require(file.entry["tensors"]?["rgb"]?.string)
    let samples = try PNG.decodeSamples(bytes)
    let raw = try file.tensors.int64s(rawName)
    #expect(
      try [samples.height, samples.width, samples.channels] == file.tensors.entry(rawName).shape)
    #expect(samples.bitDepth == file.entry["bit_depth"]?.int)
    #expect(samples.values.map(Int.init) == raw)
    let image = try PNG.decode(bytes)
    #expect(try [image.height, image.width, 3] == file.tensors.entry(rgbName).shape)
    #expect(try image.pixels == file.tensors.uint8s(rgbName))
  }

  /// Every prefix and thousands of changed bytes: an error or an image, never a trap.
  @Test func damagedFilesAreRefusedOrDecoded() throws {
    var random: UInt64 = 1
    for file in try Self.files() where file.entry["width"]?.int ?? 0 < 20 {
      let bytes = try Self.bytes(file.path)
      for count in 0..<bytes.count {
        #expect(throws: ImageError.self) { try PNG.decode(Array(bytes[..<count])) }
      }
      for _ in 0..<100 {
        var changed = bytes
        for _ in 0..<3 {
          random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          changed[Int(random >> 33) % changed.count] = UInt8(truncatingIfNeeded: random >> 25)
        }
        _ = try? PNG.decode(changed)
      }
    }
  }

  @Test func hugeHeadersAreRefusedBeforeAllocation() throws {
    // 2³¹−1 squared, then a size within the limit that 67 bytes cannot hold.
    for (side, text) in [(0x7fff_ffff, "at most"), (8192, "67 bytes")] {
      let bytes = tinyFile(side: side)
      let error = #expect(throws: ImageError.self) { try PNG.decode(bytes) }
      #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }
  }

  @Test func otherFilesAreNamed() {
    let error = #expect(throws: ImageError.self) { try PNG.decode(Array("GIF89a".utf8)) }
    #expect(
      error?.description == "expected a PNG file, found 6 bytes without its signature")
  }

  @Test(arguments: [PNG.Channels.gray, .rgb, .rgba])
  func encodedPixelsDecodeToThemselves(_ channels: PNG.Channels) throws {
    let pixels = (0..<(7 * 5 * channels.rawValue)).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let text = [
      PNG.TextEntry(key: "dyad.command", value: "viz graph n=64 -> g.png"),
      PNG.TextEntry(key: "Title", value: "Größe ≥ 3 → graph"),
      PNG.TextEntry(key: "Author", value: "Ångström"),
    ]
    let bytes = try PNG.encode(
      pixels: pixels, width: 7, height: 5, channels: channels, text: text, dpi: 300)
    let back = try PNG.decodeSamples(bytes)
    #expect([back.width, back.height, back.channels] == [7, 5, channels.rawValue])
    #expect(back.values.map { UInt8(truncatingIfNeeded: $0) } == pixels)
    #expect(back.text == text)
    // pHYs: 300 dpi is 11811 pixels per metre, unit 1.
    let wanted: [UInt8] = Array("pHYs".utf8) + [0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1]
    #expect(bytes.indices.contains { bytes[$0...].starts(with: wanted) })
    #expect(
      try bytes
        == PNG.encode(
          pixels: pixels, width: 7, height: 5, channels: channels, text: text, dpi: 300))
  }

  @Test func whatPNGCannotHoldIsRefused() {
    let pixels = [UInt8](repeating: 0, count: 12)
    for key in ["", " lead", "two  spaces", "ключ", String(repeating: "k", count: 80)] {
      let text = [PNG.TextEntry(key: key, value: "v")]
      #expect(throws: ImageError.self, "\(key)") {
        try PNG.encode(pixels: pixels, width: 2, height: 2, channels: .rgb, text: text)
      }
    }
    #expect(throws: ImageError.self) {
      try PNG.encode(pixels: pixels, width: 2, height: 3, channels: .rgb)
    }
    #expect(throws: ImageError.self) {
      try PNG.encode(pixels: pixels, width: 2, height: 2, channels: .rgb, dpi: -1)
    }
    #expect(throws: ImageError.self) {
      try PNG.encode(
        pixels: pixels, width: 2, height: 2, channels: .rgb,
        text: [PNG.TextEntry(key: "k", value: "a\0b")])
    }
  }

  /// A well-formed header of a square 8-bit RGB image with next to no data: 67 bytes.
  private func tinyFile(side: Int) -> [UInt8] {
    func word(_ value: Int) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
      let body = Array(type.utf8) + data
      return word(data.count) + body + word(Int(crc32(body)))
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", word(side) + word(side) + [8, 2, 0, 0, 0])
      + chunk("IDAT", [0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1, 0]) + chunk("IEND", [])
  }

  private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = ~0
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
