import Foundation
import Images
import Plots
import Testing

/// Reads sixel graphics by the manual, knowing nothing of how they were written.
private struct SixelReader {
  var width = 0
  var height = 0
  /// Percent of red, green, blue by x and y; nil where nothing was drawn.
  var pixels: [[Int]?] = []

  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("\u{1b}P"), text.hasSuffix("\u{1b}\\"), let q = text.firstIndex(of: "q")
    else { return nil }
    var body = text[text.index(after: q)...].dropLast(2)
    var colors: [Int: [Int]] = [:]
    var (x, band, color, count) = (0, 0, 0, 1)
    func numbers(_ rest: inout Substring) -> [Int] {
      let run = rest.prefix { $0.isNumber || $0 == ";" }
      rest = rest[run.endIndex...]
      return run.split(separator: ";").compactMap { Int($0) }
    }
    while let character = body.popFirst() {
      switch character {
      case "\"":
        let sizes = numbers(&body)
        guard sizes.count == 4 else { return nil }
        (width, height) = (sizes[2], sizes[3])
        pixels = Array(repeating: nil, count: width * height)
      case "#":
        let values = numbers(&body)
        guard let first = values.first else { return nil }
        color = first
        if values.count == 5, values[1] == 2 { colors[first] = Array(values[2...]) }
      case "!": count = numbers(&body).first ?? 1
      case "$": x = 0
      case "-": (x, band) = (0, band + 6)
      default:
        guard let value = character.asciiValue, (0x3F...0x7E).contains(value) else { return nil }
        for _ in 0..<count {
          for row in 0..<6 where (value - 0x3F) >> UInt8(row) & 1 == 1 {
            guard x < width, band + row < height else { return nil }
            pixels[(band + row) * width + x] = colors[color]
          }
          x += 1
        }
        count = 1
      }
    }
  }
}

@Suite struct InlineFigureTests {
  private func image(width: Int, height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        pixels += [UInt8(x * 255 / width), UInt8(y * 255 / height), UInt8((x * 7 + y * 13) % 256)]
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  @Test(arguments: [(1, 1), (5, 6), (40, 13), (64, 64)])
  func sixelsDecodeToNearlyTheSamePixels(width: Int, height: Int) throws {
    let image = image(width: width, height: height)
    let read = try #require(SixelReader(SixelEncoder.encode(image)))
    #expect(read.width == width && read.height == height)
    for i in 0..<width * height {
      let color = try #require(read.pixels[i])
      for c in 0..<3 {
        let error = abs(color[c] * 255 / 100 - Int(image.pixels[3 * i + c]))
        // A grey may stand for a colour only where it is nearer than the cube's level.
        #expect(error <= 45, "pixel \(i) channel \(c)")
      }
    }
  }

  @Test func sixelsKeepBlackWhiteAndGreys() throws {
    let levels = (0..<256).map { UInt8($0) }
    let image = RGBImage(width: 256, height: 1, pixels: levels.flatMap { [$0, $0, $0] })
    let read = try #require(SixelReader(SixelEncoder.encode(image)))
    #expect(read.pixels[0] == [0, 0, 0] && read.pixels[255] == [100, 100, 100])
    for i in 0..<256 {
      #expect(abs(try #require(read.pixels[i])[0] * 255 / 100 - i) <= 8)
    }
    #expect(SixelEncoder.palette.count <= 256)
  }

  @Test func runsAreShort() {
    let white = RGBImage(width: 800, height: 600, pixels: Array(repeating: 255, count: 1_440_000))
    #expect(SixelEncoder.encode(white).count < 2000)
  }

  @Test func picturesFitTheTerminal() throws {
    let png = try PNG.encode(image(width: 300, height: 200))
    let space = InlineFigure.Space(columns: 20, rows: 50, pixelWidth: 160, pixelHeight: 800)
    let sixel = try InlineFigure.encode(png, as: .sixel, in: space)
    let read = try #require(SixelReader(sixel))
    #expect(read.width == 160 && read.height == 106)
    let low = InlineFigure.Space(columns: 200, rows: 7, pixelWidth: 1600, pixelHeight: 112)
    let small = try #require(SixelReader(InlineFigure.encode(png, as: .sixel, in: low)))
    #expect(small.width == 120 && small.height == 80)
    let kitty = String(
      decoding: try InlineFigure.encode(png, as: .kitty, in: space), as: UTF8.self)
    #expect(kitty.hasPrefix("\u{1b}_Ga=T,f=100,q=2,c=20,r=7,m="))
    let iterm = String(
      decoding: try InlineFigure.encode(png, as: .iterm, in: space), as: UTF8.self)
    #expect(iterm.hasPrefix("\u{1b}]1337;File=inline=1;size=\(png.count);width=20;height=7;"))
    #expect(iterm.hasSuffix("\u{07}"))
    #expect(throws: ImageError.self) { try InlineFigure.encode([1, 2], as: .kitty, in: space) }
  }

  @Test func kittyChunksJoinToTheFile() throws {
    let png = try PNG.encode(image(width: 300, height: 200))
    let text = String(
      decoding: try InlineFigure.encode(png, as: .kitty, in: .init(columns: 80, rows: 24)),
      as: UTF8.self)
    let chunks = text.components(separatedBy: "\u{1b}\\").dropLast()
    let data = chunks.map { $0.split(separator: ";", maxSplits: 1).last.map(String.init) ?? "" }
    #expect(data.allSatisfy { $0.utf8.count <= 4096 })
    #expect(Data(base64Encoded: data.joined()) == Data(png))
    #expect(chunks.dropLast().allSatisfy { $0.contains("m=1;") })
    #expect(chunks.last?.contains("m=0;") == true)
  }

  @Test(arguments: [
    (
      "\u{1b}_Gi=31;OK\u{1b}\\\u{1b}P>|kitty(0.32)\u{1b}\\\u{1b}[?62;c", [:],
      InlineFigure.Form.kitty
    ),
    ("\u{1b}[?62;4;22c", [:], .sixel), ("\u{1b}[?1;2c", [:], nil), ("", [:], nil),
    ("\u{1b}[?64;14;24c", [:], nil),
    ("\u{1b}P>|iTerm2 3.5.0\u{1b}\\\u{1b}[?62;4c", [:], .iterm),
    ("\u{1b}[?1;2c", ["LC_TERMINAL": "iTerm2"], .iterm),
    ("", ["TERM_PROGRAM": "iTerm.app"], .iterm),
    ("\u{1b}[?1;2c", ["LC_TERMINAL": "iTerm2", "TMUX": "/tmp/x"], nil),
    ("\u{1b}P>|tmux 3.4\u{1b}\\\u{1b}[?1;2;4c", ["LC_TERMINAL": "iTerm2"], .sixel),
    ("\u{1b}_Gi=31;ENOTSUPPORTED\u{1b}\\\u{1b}[?1;2c", [:], nil),
  ]) func supportIsWhatTheTerminalSays(
    reply: String, environment: [String: String], form: InlineFigure.Form?
  ) {
    #expect(GraphicsSupport.form(reply: reply, environment: environment) == form)
  }

  @Test func someTerminalsAreNotAsked() {
    for kind in ["dumb", "linux", "", "vt100"] {
      #expect(!GraphicsSupport.canAsk(["TERM": kind]))
    }
    #expect(GraphicsSupport.canAsk(["TERM": "xterm-256color"]))
  }
}
