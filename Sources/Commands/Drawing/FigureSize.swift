import Plots

/// The size of a figure as a user writes it: `89mm`, `183mm`, `120x90mm`.
struct FigureSize: Equatable {
  /// Width in millimetres.
  var width: Double
  /// Height in millimetres, nil for as high as the content.
  var height: Double?

  /// Reads a size; nil when it is not one.
  ///
  /// A width alone or `WIDTHxHEIGHT`, then `mm`; each is a plain decimal number above 0.
  init?(_ text: String) {
    guard text.hasSuffix("mm") else { return nil }
    let parts = text.dropLast(2).split(
      separator: "x", maxSplits: 2, omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part -> Double? in
      guard part.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
      return Double(part).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }
    guard numbers.count == parts.count, (1...2).contains(numbers.count) else { return nil }
    width = numbers[0]
    height = numbers.count == 2 ? numbers[1] : nil
  }

  /// What is legal, as the end of "must be …".
  static let expected = "a width like 89mm or width and height like 120x90mm"
}
