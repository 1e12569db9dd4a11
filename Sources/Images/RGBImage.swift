/// An 8-bit colour image: height × width pixels of red, green, blue.
public struct RGBImage: Sendable, Equatable {
  /// The number of columns, at least 1.
  public let width: Int
  /// The number of rows, at least 1.
  public let height: Int
  /// The samples, row-major and interleaved: `height · width · 3` of them.
  public var pixels: [UInt8]

  /// Makes an image from its interleaved samples.
  ///
  /// Precondition: both sides are positive and the count is `height · width · 3`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "an image cannot be \(width)×\(height)")
    precondition(
      pixels.count == width * height * 3, "\(pixels.count) samples for \(width)×\(height)×3")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Makes an image of one colour.
  public init(width: Int, height: Int, red: UInt8, green: UInt8, blue: UInt8) {
    var pixels = [UInt8]()
    pixels.reserveCapacity(width * height * 3)
    for _ in 0..<(width * height) {
      pixels.append(red)
      pixels.append(green)
      pixels.append(blue)
    }
    self.init(width: width, height: height, pixels: pixels)
  }
}

/// A rectangle of pixels inside an image.
public struct CropBox: Sendable, Equatable, Hashable, Codable {
  /// The first row.
  public var top: Int
  /// The first column.
  public var left: Int
  /// The number of rows.
  public var height: Int
  /// The number of columns.
  public var width: Int

  /// Makes a box from its first row and column and its size.
  public init(top: Int, left: Int, height: Int, width: Int) {
    self.top = top
    self.left = left
    self.height = height
    self.width = width
  }

  /// Whether the box holds a pixel and lies inside an image of a size.
  public func fits(width imageWidth: Int, height imageHeight: Int) -> Bool {
    guard top >= 0, left >= 0, height > 0, width > 0 else { return false }
    return height <= imageHeight && width <= imageWidth && top <= imageHeight - height
      && left <= imageWidth - width
  }

  /// Returns the number of pixels that two boxes share.
  public func intersectionArea(with other: CropBox) -> Int {
    let rows = min(top + height, other.top + other.height) - max(top, other.top)
    let columns = min(left + width, other.left + other.width) - max(left, other.left)
    return max(0, rows) * max(0, columns)
  }
}

/// How new samples are interpolated when an image is resized.
public enum Interpolation: String, Sendable, Codable, CaseIterable {
  /// Triangle kernel of radius 1, as Pillow's `BILINEAR`.
  case bilinear
  /// Keys' cubic kernel with a = −0.5 and radius 2, as Pillow's `BICUBIC`.
  case bicubic
}
