import Foundation

/// The built-in sans-serif typeface: letters drawn by a round pen along curves of our own.
///
/// Lengths are in ems; y runs upwards from the base line. Proportions follow the common grotesques
/// (capitals 0.72, small letters 0.52), so that 6 points read as authors expect.
public enum Font {
  /// Height of capital letters, in ems.
  public static let capHeight = 0.718
  /// Depth of descenders below the base line, in ems.
  public static let descent = 0.208
  /// Distance of base lines in running text, in ems.
  public static let lineHeight = 1.24

  struct Glyph: Sendable {
    struct Line: Sendable {
      var points: [Point]
      /// Stroke width relative to the face's own.
      var weight: Double
    }
    struct Dot: Sendable {
      var centre: Point
      var radius: Double
    }
    var advance: Double
    var lines: [Line] = []
    var dots: [Dot] = []

    func scaled(_ s: Double, dx: Double, dy: Double, weight: Double) -> Glyph {
      func move(_ p: Point) -> Point { Point(p.x * s + dx, p.y * s + dy) }
      return Glyph(
        advance: advance * s,
        lines: lines.map { Line(points: $0.points.map(move), weight: $0.weight * weight) },
        dots: dots.map { Dot(centre: move($0.centre), radius: $0.radius * s) })
    }
  }

  static func strokeWidth(bold: Bool) -> Double { bold ? 0.132 : 0.084 }

  /// Returns the width of a line of text in the unit of `size`.
  public static func width(_ text: String, size: Double, bold: Bool = false) -> Double {
    let glyphs = layout(text, bold: bold)
    guard let last = glyphs.last else { return 0 }
    return (last.x + last.glyph.advance) * size
  }

  /// Returns whether the typeface can draw a character without the box for missing ones.
  public static func has(_ character: Character) -> Bool { composed(character) != nil }

  /// Returns every glyph with its position along the line, in ems, kerning applied.
  static func layout(_ text: String, bold: Bool) -> [(glyph: Glyph, x: Double)] {
    var x = 0.0
    var result: [(glyph: Glyph, x: Double)] = []
    var previous: Character?
    for character in text {
      if let previous, let kern = GlyphTable.kerning["\(previous)\(character)"] { x += kern }
      let glyph = composed(character) ?? GlyphTable.missing
      result.append((glyph, x))
      x += glyph.advance + (bold ? 0.03 : 0)
      previous = character
    }
    return result
  }

  /// Returns the text cut to a width, ending in "…" if anything is left out.
  public static func elided(
    _ text: String, width limit: Double, size: Double, bold: Bool = false
  ) -> String {
    let text = text.count > 400 ? String(text.prefix(400)) : text
    guard width(text, size: size, bold: bold) > limit else { return text }
    var kept = Array(text)
    while !kept.isEmpty {
      kept.removeLast()
      let candidate = String(kept).trimmingCharacters(in: .whitespaces) + "…"
      if width(candidate, size: size, bold: bold) <= limit { return candidate }
    }
    return ""
  }

  /// Returns the text broken into lines that fit a width; a word that is too long is cut.
  public static func wrapped(_ text: String, width limit: Double, size: Double) -> [String] {
    var lines: [String] = []
    for paragraph in text.prefix(4000).split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in unbroken(paragraph.split(separator: " ").map(String.init)) {
        let candidate = line.isEmpty ? word : "\(line) \(word)"
        if width(candidate, size: size) <= limit || line.isEmpty {
          line = candidate
        } else {
          lines.append(elided(line, width: limit, size: size))
          line = word
        }
      }
      lines.append(elided(line, width: limit, size: size))
    }
    return lines
  }

  /// Returns words with numbers kept beside their signs and units: "n = 64", "12 %", "3 × 4".
  private static func unbroken(_ words: [String]) -> [String] {
    var result: [String] = []
    var glue = false
    for word in words {
      let isSign = ["=", "×", "±"].contains(word)
      if glue || isSign || word.hasPrefix("%"), let last = result.popLast() {
        result.append("\(last) \(word)")
      } else {
        result.append(word)
      }
      glue = isSign
    }
    return result
  }

  /// Returns a character's glyph, built from a base letter and accents when it has no own.
  private static func composed(_ character: Character) -> Glyph? {
    if let glyph = GlyphTable.glyphs[character] { return glyph }
    if character.isWhitespace { return GlyphTable.glyphs[" "] }
    let scalars = Array(String(character).decomposedStringWithCanonicalMapping.unicodeScalars)
    guard scalars.count > 1, var glyph = GlyphTable.glyphs[Character(scalars[0])] else {
      return nil
    }
    // Accents sit above small letters; i and j lose their dot under one.
    if scalars[0] == "i", let dotless = GlyphTable.glyphs["ı"] { glyph = dotless }
    let top = scalars[0].properties.isUppercase ? 0.2 : 0.0
    for scalar in scalars.dropFirst() {
      guard let accent = GlyphTable.glyphs[Character(scalar)] else { return nil }
      let below = scalar.value == 0x327
      let placed = accent.scaled(
        1, dx: (glyph.advance - accent.advance) / 2, dy: below ? 0 : top, weight: 1)
      glyph.lines += placed.lines
      glyph.dots += placed.dots
    }
    return glyph
  }
}
