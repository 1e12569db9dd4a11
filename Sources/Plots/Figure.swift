import Foundation

/// What a finished figure is: what to draw, and what to say about it.
public struct Figure: Sendable {
  /// The drawing, in points.
  public var drawing: DrawList
  /// Width in points.
  public var width: Double
  /// Height in points.
  public var height: Double
  /// Pixels per inch.
  public var dpi: Double
  /// The caption as drawn below the figure: what is shown, by which rule, with which numbers.
  public var caption: String
  /// A description for readers who cannot see the figure.
  public var altText: String
  /// The numbers that are drawn, as comma-separated values with a header line.
  public var csv: String

  /// Width in pixels.
  public var pixelWidth: Int { Figure.pixels(width, dpi) }
  /// Height in pixels.
  public var pixelHeight: Int { Figure.pixels(height, dpi) }

  /// Returns the pixels as interleaved sRGB bytes, `3 · pixelWidth · pixelHeight` of them.
  ///
  /// - Throws: `PlotError.tooLarge` if the figure has more than `FigureFormat.maximumPixels` pixels.
  public func pixels() throws -> [UInt8] {
    guard width > 0, height > 0, width < 1e6, height < 1e6, dpi > 0, dpi < 1e6,
      Double(pixelWidth) * Double(pixelHeight) <= Double(FigureFormat.maximumPixels)
    else {
      throw PlotError.tooLarge(widthMM: width / 72 * 25.4, heightMM: height / 72 * 25.4, dpi: dpi)
    }
    return Renderer.render(drawing, width: pixelWidth, height: pixelHeight, dpi: dpi)
  }

  private static func pixels(_ points: Double, _ dpi: Double) -> Int {
    let value = (points * dpi / 72).rounded()
    return value >= 1 && value < 1e9 ? Int(value) : 1
  }
}
