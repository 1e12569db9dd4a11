/// A colour in sRGB with an opacity.
public struct Colour: Sendable, Equatable, Hashable {
  /// Red, 0…255.
  public var red: UInt8
  /// Green, 0…255.
  public var green: UInt8
  /// Blue, 0…255.
  public var blue: UInt8
  /// Opacity, 0 (invisible)…1 (opaque).
  public var opacity: Double

  /// Makes a colour from its components.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, opacity: Double = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.opacity = opacity
  }

  /// Makes an opaque colour from 0xRRGGBB.
  public init(hex: UInt32) {
    self.init(
      UInt8(truncatingIfNeeded: hex >> 16), UInt8(truncatingIfNeeded: hex >> 8),
      UInt8(truncatingIfNeeded: hex))
  }

  /// Returns the same colour with another opacity.
  public func withOpacity(_ opacity: Double) -> Colour {
    Colour(red, green, blue, opacity: opacity)
  }

  /// Returns the colour mixed with another, by shares of the stored sRGB components.
  public func mixed(with other: Colour, share: Double) -> Colour {
    let t = share >= 0 ? min(share, 1) : 0
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * t).rounded())
    }
    return Colour(
      mix(red, other.red), mix(green, other.green), mix(blue, other.blue), opacity: opacity)
  }

  /// White.
  public static let white = Colour(255, 255, 255)
  /// Black.
  public static let black = Colour(0, 0, 0)
  /// The colour of text and axes: black, a little softened.
  public static let ink = Colour(hex: 0x1A1A1A)
  /// The grey of secondary marks.
  public static let grey = Colour(hex: 0x8C8C8C)
  /// The grey of hairlines and of what is out of focus.
  public static let lightGrey = Colour(hex: 0xD0D0D0)
  /// Okabe–Ito vermilion: edges across classes, and warnings.
  public static let vermilion = Colour(hex: 0xD55E00)
  /// Okabe–Ito blue: positive pairs, and the first series.
  public static let blue = Colour(hex: 0x0072B2)
}
