import Foundation

/// Numbers as replies show them.
enum NumberFormat {
  /// A number with a fixed count of decimals.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    return String(format: "%.\(decimals)f", value)
  }

  /// A number with about four significant digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return fixed(value, 0) }
    if value == 0 { return "0" }
    let size = abs(value)
    if size >= 1e5 || size < 1e-3 { return String(format: "%.3e", value) }
    return String(format: "%.4g", value)
  }

  /// A whole number with all its digits, another one with about four.
  static func exactIfWhole(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? fixed(value, 0) : short(value)
  }

  /// A time in seconds with a fitting unit.
  static func seconds(_ value: Double) -> String {
    if value < 1e-3 { return fixed(value * 1e6, 0) + " µs" }
    if value < 1 { return fixed(value * 1e3, value < 0.01 ? 1 : 0) + " ms" }
    if value < 100 { return fixed(value, 1) + " s" }
    return fixed((value / 60).rounded(.down), 0) + " min "
      + fixed(value.truncatingRemainder(dividingBy: 60), 0) + " s"
  }

  /// An amount of memory.
  static func bytes(_ count: Int) -> String {
    if count < 1 << 20 { return fixed(Double(count) / 1024, 1) + " KB" }
    if count < 1 << 30 { return fixed(Double(count) / 1_048_576, 1) + " MB" }
    return fixed(Double(count) / 1_073_741_824, 2) + " GB"
  }
}
