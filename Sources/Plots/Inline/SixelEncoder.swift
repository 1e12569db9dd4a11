import Images

/// Pixels → sixel graphics: bands of six rows in a fixed palette.
public enum SixelEncoder {
  /// The colours in percent of red, green and blue: a cube of six levels, then 40 greys.
  public static let palette: [(red: Int, green: Int, blue: Int)] = {
    let levels = stride(from: 0, through: 100, by: 20)
    let cube = levels.flatMap { r in levels.flatMap { g in levels.map { b in (r, g, b) } } }
    let greys = (1...40).map { ($0 * 100 / 41, $0 * 100 / 41, $0 * 100 / 41) }
    return cube + greys
  }()

  /// Encodes an image, from the sequence that begins sixel graphics to the one that ends them.
  public static func encode(_ image: RGBImage) -> [UInt8] {
    var out = Array("\u{1b}P0;1;0q\"1;1;\(image.width);\(image.height)".utf8)
    let indices = indices(of: image)
    var isUsed = [Bool](repeating: false, count: palette.count)
    for index in indices { isUsed[Int(index)] = true }
    for (index, color) in palette.enumerated() where isUsed[index] {
      out += Array("#\(index);2;\(color.red);\(color.green);\(color.blue)".utf8)
    }
    for top in stride(from: 0, to: image.height, by: 6) {
      appendBand(indices, image, top, to: &out)
    }
    return out + Array("\u{1b}\\".utf8)
  }

  /// One row of sixels for each colour of the band, each drawn over the ones before it.
  private static func appendBand(
    _ indices: [UInt8], _ image: RGBImage, _ top: Int, to out: inout [UInt8]
  ) {
    let rows = min(6, image.height - top)
    var masks = [[UInt8]](repeating: [], count: palette.count)
    for row in 0..<rows {
      for x in 0..<image.width {
        let index = Int(indices[(top + row) * image.width + x])
        if masks[index].isEmpty { masks[index] = [UInt8](repeating: 0, count: image.width) }
        masks[index][x] |= 1 << UInt8(row)
      }
    }
    var isFirst = true
    for (index, mask) in masks.enumerated() where !mask.isEmpty {
      if !isFirst { out.append(UInt8(ascii: "$")) }
      isFirst = false
      out += Array("#\(index)".utf8)
      appendRuns(mask, to: &out)
    }
    out.append(UInt8(ascii: "-"))
  }

  private static func appendRuns(_ mask: [UInt8], to out: inout [UInt8]) {
    var x = 0
    while x < mask.count {
      var end = x + 1
      while end < mask.count, mask[end] == mask[x] { end += 1 }
      let sixel = 0x3F + mask[x]
      let isLast = end == mask.count
      // Nothing more of this colour: the rest of the row need not be written.
      if isLast, mask[x] == 0 { return }
      if end - x > 3 {
        out += Array("!\(end - x)".utf8) + [sixel]
      } else {
        out += [UInt8](repeating: sixel, count: end - x)
      }
      x = end
    }
  }

  /// The nearest colour of every pixel.
  private static func indices(of image: RGBImage) -> [UInt8] {
    (0..<image.width * image.height).map { i in
      nearest(
        Int(image.pixels[3 * i]), Int(image.pixels[3 * i + 1]), Int(image.pixels[3 * i + 2]))
    }
  }

  /// The nearer of the cube's colour and the grey; samples are 0…255.
  private static func nearest(_ red: Int, _ green: Int, _ blue: Int) -> UInt8 {
    func level(_ value: Int) -> Int { (value * 5 + 127) / 255 }
    let cube = 36 * level(red) + 6 * level(green) + level(blue)
    let grey = 216 + min(39, max(0, ((red + green + blue) * 41 + 382) / 765 - 1))
    func distance(_ index: Int) -> Int {
      let color = palette[index]
      let (r, g, b) = (
        color.red * 255 - red * 100, color.green * 255 - green * 100, color.blue * 255 - blue * 100
      )
      return r * r + g * g + b * b
    }
    return UInt8(distance(grey) < distance(cube) ? grey : cube)
  }
}
