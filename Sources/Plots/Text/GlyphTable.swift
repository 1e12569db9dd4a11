/// Builds the typeface from its drawings, once.
enum GlyphTable {
  static let glyphs: [Character: Font.Glyph] = {
    var table: [Character: Font.Glyph] = [:]
    let drawings =
      GlyphDrawings.capitals + "\n" + GlyphDrawings.smallLetters + "\n" + GlyphDrawings.digits
      + "\n" + GlyphDrawings.signs + "\n" + GlyphDrawings.greek
    for line in drawings.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 2, let name = words[0].first, let advance = Double(words[1]) else {
        continue
      }
      table[name] = glyph(advance: advance / 1000, Array(words.dropFirst(2)))
    }
    table[" "] = Font.Glyph(advance: 0.278)
    table["\u{A0}"] = Font.Glyph(advance: 0.278)
    table["\u{2009}"] = Font.Glyph(advance: 0.14)
    addAccents(&table)
    addSmallDigits(&table)
    for (copy, original) in ["\u{3BC}": "µ", "Α": "A", "Β": "B", "\u{2219}": "·", "∆": "Δ"] {
      table[Character(copy)] = table[Character(original)]
    }
    return table
  }()

  /// The box that stands for a character without a drawing.
  static let missing = glyph(
    advance: 0.6, "M 90 42 V 676 H 510 V 42 Z".split(separator: " "))

  /// Distances to add between two characters, in ems.
  static let kerning: [String: Double] = {
    var table: [String: Double] = [:]
    let classes: [(pairs: String, kern: Double)] = [
      ("AV VA AW WA AT TA AY YA LT LY LV LW PA FA", -0.062),
      ("Ta Te To Tr Ts Tu Ty Tc Ya Ye Yo Yu Va Ve Vo Wa We Wo", -0.055),
      ("T. T, Y. Y, V. V, P. P, F. F, r. r, 7. 7,", -0.09),
      ("y. y, v. v, w. w, f. f,", -0.05),
      ("AC AO AQ AU OA CA RT RV RY Av Aw Ay Ke Ko Ku Ky LO Fa Fe Fo", -0.03),
      ("rt rv ry ff ft fi fl tt", 0.012), ("f) f] f} f' f\" T) V) Y)", 0.06),
      ("11", -0.04), ("1.", -0.01), ("/A A/", -0.04),
    ]
    for (pairs, kern) in classes {
      for pair in pairs.split(separator: " ") { table[String(pair)] = kern }
    }
    return table
  }()

  /// Reads a drawing: M move, L line, H and V straight along an axis, C cubic curve, Z close;
  /// h and v a quarter ellipse that leaves horizontally or vertically; D a dot of a radius.
  private static func glyph(advance: Double, _ words: [Substring]) -> Font.Glyph {
    var path = Path()
    var dots: [Font.Glyph.Dot] = []
    var pen = Point(0, 0)
    var i = 0
    func number() -> Double {
      defer { i += 1 }
      return i < words.count ? (Double(words[i]) ?? 0) / 1000 : 0
    }
    func point() -> Point {
      let x = number()
      return Point(x, number())
    }
    while i < words.count {
      let command = words[i]
      i += 1
      // How far a curve's control points lie: 0.55 is an ellipse, more is squarer.
      let k = 0.57
      switch command {
      case "M":
        pen = point()
        path.move(to: pen)
      case "L":
        pen = point()
        path.line(to: pen)
      case "H":
        pen = Point(number(), pen.y)
        path.line(to: pen)
      case "V":
        pen = Point(pen.x, number())
        path.line(to: pen)
      case "C":
        let c1 = point()
        let c2 = point()
        let end = point()
        path.curve(to: end, c1, c2)
        pen = end
      case "h":
        let end = point()
        path.curve(
          to: end, Point(pen.x + k * (end.x - pen.x), pen.y),
          Point(end.x, end.y + k * (pen.y - end.y)))
        pen = end
      case "v":
        let end = point()
        path.curve(
          to: end, Point(pen.x, pen.y + k * (end.y - pen.y)),
          Point(end.x + k * (pen.x - end.x), end.y))
        pen = end
      case "Z":
        if let start = path.polylines.last?.points.first { path.line(to: start) }
      case "D":
        dots.append(Font.Glyph.Dot(centre: point(), radius: number()))
      default: break
      }
    }
    return Font.Glyph(
      advance: advance,
      lines: path.polylines.map { Font.Glyph.Line(points: $0.points, weight: 1) }, dots: dots)
  }

  /// Adds the combining accents; each is centred over the base letter's width.
  private static func addAccents(_ table: inout [Character: Font.Glyph]) {
    let accents: [(Unicode.Scalar, String)] = [
      ("\u{300}", "M 120 690 L 210 590"), ("\u{301}", "M 210 690 L 120 590"),
      ("\u{302}", "M 70 590 L 165 690 L 260 590"),
      ("\u{303}", "M 60 610 C 90 670 120 680 165 645 C 210 610 240 620 270 680"),
      ("\u{308}", "D 80 645 50 D 250 645 50"), ("\u{30C}", "M 70 690 L 165 590 L 260 690"),
      ("\u{30A}", "M 165 720 v 165 720 M 105 650 v 165 710 h 225 650 v 165 590 h 105 650"),
      ("\u{327}", "M 175 20 L 150 -60 C 220 -60 230 -150 120 -160"),
    ]
    for (scalar, drawing) in accents {
      table[Character(scalar)] = glyph(advance: 0.33, drawing.split(separator: " "))
    }
  }

  /// Adds superscript and subscript digits, made from the digits.
  private static func addSmallDigits(_ table: inout [Character: Font.Glyph]) {
    let digits = Array("0123456789−+")
    for (small, y) in [("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", 0.3), ("₀₁₂₃₄₅₆₇₈₉₋₊", -0.13)] {
      for (character, digit) in zip(small, digits) {
        table[character] = table[digit]?.scaled(0.6, dx: 0, dy: y, weight: 0.8)
      }
    }
  }
}
