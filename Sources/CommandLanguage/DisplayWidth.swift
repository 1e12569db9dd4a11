/// How many columns of a terminal a text takes.
public enum DisplayWidth {
  /// The columns of a text without control characters other than codes for colours.
  public static func of(_ text: some StringProtocol) -> Int {
    var columns = 0
    // `ESC [ 2 m` takes no column: a bracket, then parameters, then a letter.
    var isCode = false
    var last: Character = " "
    for character in text {
      if isCode {
        isCode = !(character.isLetter && character.isASCII)
      } else if character == "[", last == "\u{1b}" {
        isCode = true
      } else {
        columns += of(character)
      }
      last = character
    }
    return columns
  }

  /// The columns of a character: 2 for East Asian wide ones and emoji, 0 for marks on another.
  public static func of(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    if scalar.isASCII { return scalar == "\u{1b}" ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
    0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]

  /// The begin of a text that fits into some columns.
  public static func prefix(_ text: String, columns: Int) -> String {
    var left = columns
    return String(
      text.prefix {
        left -= of($0)
        return left >= 0
      })
  }
}
