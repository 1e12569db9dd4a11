/// Text from users and files as one line that breaks no file and steers no terminal.
public enum HarmlessText {
  /// The most characters (Unicode scalars) of a line that are kept; `…` stands for the rest.
  public static let maxLineLength = 4096

  /// Returns one line: control characters as their pictures (`␛`, `␍`), tabs kept, spaces at the
  /// end and what is longer than `maxLineLength` cut.
  ///
  /// Line and paragraph separators and marks that turn the direction of text become `�`.
  public static func line(_ text: some StringProtocol) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      if count == maxLineLength {
        result.append("…")
        break
      }
      result.append(visible(scalar))
      count += 1
    }
    while let last = result.last, last == " " || last == "\t" { result.removeLast() }
    return String(result)
  }

  /// Returns lines, each made harmless but not cut, for text that is shown as it was written.
  public static func lines(_ text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      var scalars = String.UnicodeScalarView()
      let isDOS = line.last == UInt8(ascii: "\r")
      for scalar in Substring(isDOS ? line.dropLast() : line).unicodeScalars {
        scalars.append(visible(scalar))
      }
      return String(scalars)
    }
  }

  private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09: scalar
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: "\u{FFFD}"
    default: scalar
    }
  }
}
