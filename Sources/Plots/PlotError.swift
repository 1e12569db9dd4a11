import Foundation

/// Why a figure could not be drawn.
public enum PlotError: Error, Equatable, CustomStringConvertible {
  /// The width in millimetres is out of range.
  case width(Double)
  /// The resolution is out of range.
  case dpi(Double)
  /// The figure would have too many pixels.
  case tooLarge(widthMM: Double, heightMM: Double, dpi: Double)
  /// Two inputs that must have the same length do not.
  case count(what: String, expected: Int, found: Int)
  /// An index in the input points outside of it.
  case index(what: String, expected: Int, found: Int)
  /// The cells of a heat map would be smaller than 3 pixels.
  case cells(count: Int, fits: Int)
  /// The picture could not be encoded.
  case encoding(String)

  /// What was expected and what was found.
  public var description: String {
    func short(_ v: Double) -> String { NumberFormat.short(v) }
    switch self {
    case .width(let mm):
      let range = FigureFormat.widths
      return "size must be \(short(range.lowerBound))…\(short(range.upperBound)) mm wide, got "
        + short(mm)
    case .dpi(let dpi):
      let range = FigureFormat.resolutions
      return "dpi must be \(short(range.lowerBound))…\(short(range.upperBound)), got \(short(dpi))"
    case .tooLarge(let w, let h, let dpi):
      return "a figure of \(short(w)) × \(short(h)) mm at \(short(dpi)) dpi is larger than "
        + "\(FigureFormat.maximumPixels / 1_000_000) million pixels; take a smaller size or dpi"
    case .count(let what, let expected, let found):
      return "\(what): expected \(expected), got \(found)"
    case .index(let what, let expected, let found):
      return "\(what): expected an index in 0…\(expected - 1), got \(found)"
    case .cells(let count, let fits):
      return "\(count) cells in a row leave less than 3 pixels for each; at most \(fits) fit "
        + "this size and dpi"
    case .encoding(let reason): return "the picture could not be encoded: \(reason)"
    }
  }
}
