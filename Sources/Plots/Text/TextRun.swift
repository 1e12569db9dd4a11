/// Where a text's anchor lies along the line of text.
public enum HorizontalAlignment: Sendable, Equatable {
  /// At the start.
  case left
  /// In the middle.
  case centre
  /// At the end.
  case right
}

/// Where a text's anchor lies across the line of text.
public enum VerticalAlignment: Sendable, Equatable {
  /// On the base line.
  case baseline
  /// Halfway up a capital letter.
  case middle
  /// At the top of a capital letter.
  case top
  /// Under the descenders.
  case bottom
}

/// One line of text.
public struct TextRun: Sendable, Equatable {
  /// The text.
  public var string: String
  /// The point that the alignments refer to.
  public var anchor: Point
  /// The type size in points.
  public var size: Double
  /// Whether strokes are heavy.
  public var isBold: Bool
  /// The colour.
  public var colour: Colour
  /// Where the anchor lies along the text.
  public var horizontal: HorizontalAlignment
  /// Where the anchor lies across the text.
  public var vertical: VerticalAlignment
  /// Whether the text runs upwards, turned by 90° to the left.
  public var isVertical: Bool

  /// Makes a line of text; dark, regular, horizontal, on its base line by default.
  public init(
    _ string: String, at anchor: Point, size: Double, bold: Bool = false, colour: Colour = .ink,
    _ horizontal: HorizontalAlignment = .left, _ vertical: VerticalAlignment = .baseline,
    turned: Bool = false
  ) {
    self.string = string
    self.anchor = anchor
    self.size = size
    isBold = bold
    self.colour = colour
    self.horizontal = horizontal
    self.vertical = vertical
    isVertical = turned
  }

  enum Stroke {
    case line([Point], width: Double)
    case dot(Point, radius: Double)
  }

  /// The width of the text in points.
  public var width: Double { Font.width(string, size: size, bold: isBold) }

  /// Offset of the text's start and base line from the anchor, along and across (downwards).
  private var offset: (along: Double, across: Double) {
    let along: Double
    switch horizontal {
    case .left: along = 0
    case .centre: along = -width / 2
    case .right: along = -width
    }
    let across: Double
    switch vertical {
    case .baseline: across = 0
    case .middle: across = Font.capHeight * size / 2
    case .top: across = Font.capHeight * size
    case .bottom: across = -Font.descent * size
    }
    return (along, across)
  }

  /// The box from the descender line to the top of capitals, in the figure.
  public var box: Rect {
    let o = offset
    let top = o.across - Font.capHeight * size
    let height = (Font.capHeight + Font.descent) * size
    guard isVertical else {
      return Rect(x: anchor.x + o.along, y: anchor.y + top, width: width, height: height)
    }
    return Rect(
      x: anchor.x + top, y: anchor.y - o.along - width, width: height, height: width)
  }

  /// Returns the pen strokes in figure coordinates.
  func strokes() -> [Stroke] {
    let o = offset
    let size = size
    func place(_ p: Point) -> Point {
      let along = o.along + p.x * size
      let across = o.across - p.y * size
      return isVertical
        ? Point(anchor.x + across, anchor.y - along) : Point(anchor.x + along, anchor.y + across)
    }
    var result: [Stroke] = []
    for (glyph, x) in Font.layout(string, bold: isBold) {
      for line in glyph.lines {
        result.append(
          .line(
            line.points.map { place(Point($0.x + x, $0.y)) },
            width: Font.strokeWidth(bold: isBold) * line.weight * size))
      }
      for dot in glyph.dots {
        let radius = dot.radius * (isBold ? 1.3 : 1)
        result.append(
          .dot(place(Point(dot.centre.x + x, dot.centre.y)), radius: radius * size))
      }
    }
    return result
  }
}
