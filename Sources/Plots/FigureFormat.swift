/// How large a figure is and how it is to be read.
public struct FigureFormat: Sendable, Equatable {
  /// A set of type sizes and line widths.
  public enum Theme: String, Sendable, CaseIterable {
    /// White, text of 5–7 points, for print.
    case paper
    /// White, text and lines of twice the size, for a projector.
    case slides
  }

  /// Width in millimetres: 89 is one column of a journal, 183 two.
  public let widthMM: Double
  /// Pixels per inch.
  public let dpi: Double
  /// Type sizes and line widths.
  public let theme: Theme

  /// The widths that are accepted, in millimetres.
  public static let widths = 30.0...600.0
  /// The resolutions that are accepted, in pixels per inch.
  public static let resolutions = 72.0...1200.0
  /// The largest number of pixels that is drawn: 183 × 170 mm at 900 dpi.
  public static let maximumPixels = 40_000_000

  /// One column of a journal at 300 dpi.
  public static let column = FigureFormat(unchecked: 89, dpi: 300, theme: .paper)
  /// Two columns of a journal at 300 dpi.
  public static let twoColumns = FigureFormat(unchecked: 183, dpi: 300, theme: .paper)

  /// Makes a format.
  ///
  /// - Throws: `PlotError.width` or `PlotError.dpi` for values outside the accepted ranges.
  public init(widthMM: Double = 89, dpi: Double = 300, theme: Theme = .paper) throws {
    guard FigureFormat.widths.contains(widthMM) else { throw PlotError.width(widthMM) }
    guard FigureFormat.resolutions.contains(dpi) else { throw PlotError.dpi(dpi) }
    self.init(unchecked: widthMM, dpi: dpi, theme: theme)
  }

  private init(unchecked widthMM: Double, dpi: Double, theme: Theme) {
    self.widthMM = widthMM
    self.dpi = dpi
    self.theme = theme
  }

  /// Width in points.
  var width: Double { widthMM / 25.4 * 72 }
  /// Size of text and lines relative to print.
  var factor: Double { theme == .slides ? 2 : 1 }
  /// Type size of labels, in points.
  var textSize: Double { 6 * factor }
  /// Type size of tick labels and small notes, in points.
  var smallSize: Double { 5.5 * factor }
  /// Type size of panel letters and titles, in points.
  var titleSize: Double { 7 * factor }
  /// Width of axes and frames, in points.
  var axisWidth: Double { 0.5 * factor }
  /// The size of one pixel, in points.
  var pixel: Double { 72 / dpi }
  /// The largest height of a page, in points: 170 mm.
  var pageHeight: Double { 170 / 25.4 * 72 }
}
