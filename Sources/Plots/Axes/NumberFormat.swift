import Foundation

/// How numbers are written in figures: a true minus sign, no needless digits, thin grouping.
enum NumberFormat {
  /// Returns a number with a fixed count of decimals.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return special(value) }
    let text = String(format: "%.\(min(max(decimals, 0), 12))f", value)
    let isZero = !text.contains { "123456789".contains($0) }
    return isZero ? text.replacingOccurrences(of: "-", with: "") : signed(text)
  }

  /// Returns a number with about three significant digits, trailing zeros removed.
  static func short(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return special(value) }
    guard value != 0 else { return "0" }
    let exponent = PlotMath.whole(PlotMath.log10(abs(value)).rounded(.down))
    if exponent < -4 || exponent > 6 { return scientific(value, digits: digits) }
    let text = String(format: "%.\(max(0, digits - 1 - exponent))f", value)
    return signed(trimmed(text))
  }

  /// Returns a count with thin spaces between groups of three digits from 10 000 on.
  static func count(_ n: Int) -> String {
    let digits = Array(String(n.magnitude))
    guard digits.count > 4 else { return signed(String(n)) }
    var result = ""
    for (i, d) in digits.enumerated() {
      if i > 0, (digits.count - i) % 3 == 0 { result += "\u{2009}" }
      result.append(d)
    }
    return n < 0 ? "−" + result : result
  }

  /// Returns mantissa × 10 to a power.
  static func scientific(_ value: Double, digits: Int = 2) -> String {
    guard value.isFinite else { return special(value) }
    guard value != 0 else { return "0" }
    let text = String(format: "%.\(max(0, digits - 1))e", value)
    let parts = text.split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return text }
    let mantissa = signed(trimmed(String(parts[0])))
    if exponent == 0 { return mantissa }
    if mantissa == "1" { return power(exponent) }
    return "\(mantissa)\u{2009}×\u{2009}\(power(exponent))"
  }

  /// Returns 10 to a power with superscript digits.
  static func power(_ exponent: Int) -> String {
    if exponent == 0 || exponent == 1 { return exponent == 0 ? "1" : "10" }
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let raised = String(exponent.magnitude).compactMap { $0.wholeNumberValue }.map { digits[$0] }
    return "10" + (exponent < 0 ? "⁻" : "") + String(raised)
  }

  /// Returns a number for a CSV cell, in full precision; empty for a missing value.
  static func csv(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value > 0 ? "inf" : "-inf" }
    return "\(value)"
  }

  /// Returns text as one CSV cell, quoted where needed.
  static func csv(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  private static func special(_ value: Double) -> String {
    value.isNaN ? "NaN" : value > 0 ? "∞" : "−∞"
  }

  private static func signed(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
