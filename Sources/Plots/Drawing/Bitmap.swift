/// A small RGB picture used inside a figure: a thumbnail, a view, the cells of a heat map.
public struct Bitmap: Sendable, Equatable {
  /// Pixels per row.
  public let width: Int
  /// Number of rows.
  public let height: Int
  /// Red, green and blue bytes, row by row from the top left: `3 · width · height` of them.
  public let pixels: [UInt8]

  /// Makes a picture from interleaved RGB bytes, or nothing if their number does not fit the size.
  public init?(width: Int, height: Int, pixels: [UInt8]) {
    guard width > 0, height > 0, width <= 65_536, height <= 65_536,
      pixels.count == 3 * width * height
    else { return nil }
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Makes a picture from RGB planes (all red, all green, all blue), the layout of CIFAR's files.
  public init?(width: Int, height: Int, planar: [UInt8]) {
    guard width > 0, height > 0, width <= 65_536, height <= 65_536,
      planar.count == 3 * width * height
    else { return nil }
    let plane = width * height
    var interleaved = [UInt8](repeating: 0, count: planar.count)
    for i in 0..<plane {
      for c in 0..<3 { interleaved[3 * i + c] = planar[c * plane + i] }
    }
    self.init(width: width, height: height, pixels: interleaved)
  }

  /// Makes a picture whose pixels come from a function of column and row.
  init(width: Int, height: Int, colour: (Int, Int) -> Colour) {
    let w = max(1, width)
    let h = max(1, height)
    var bytes = [UInt8]()
    bytes.reserveCapacity(3 * w * h)
    for y in 0..<h {
      for x in 0..<w {
        let c = colour(x, y)
        bytes.append(c.red)
        bytes.append(c.green)
        bytes.append(c.blue)
      }
    }
    self.width = w
    self.height = h
    pixels = bytes
  }
}
