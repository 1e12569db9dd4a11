/// How a line is drawn.
public struct StrokeStyle: Sendable, Equatable {
  /// The colour and opacity.
  public var colour: Colour
  /// The width in points.
  public var width: Double
  /// Lengths in points of dash and gap in turn; empty for a solid line.
  public var dash: [Double]
  /// Whether ends are round; otherwise they are flat and end exactly at the last point.
  public var roundCaps: Bool
  /// Whether straight horizontal and vertical lines are moved to whole pixels, for axes and frames.
  public var isCrisp: Bool

  /// Makes a style; solid, with flat ends, by default.
  public init(
    _ colour: Colour, width: Double, dash: [Double] = [], roundCaps: Bool = false,
    crisp: Bool = false
  ) {
    self.colour = colour
    self.width = width
    self.dash = dash
    self.roundCaps = roundCaps
    isCrisp = crisp
  }
}

/// What a shape is filled with.
public enum Paint: Sendable, Equatable {
  /// One colour.
  case solid(Colour)
  /// Lines rising to the right: their colour, distance and width in points.
  case hatch(Colour, spacing: Double, width: Double)
}

/// How a bitmap's pixels become the figure's.
public enum BitmapScaling: Sendable, Equatable {
  /// Every pixel of the figure takes the bitmap pixel that it lies in; nothing is interpolated.
  case nearest
  /// Every pixel of the figure takes the mean over its area.
  case area
}

/// What a figure consists of, in points, in the order of drawing.
public struct DrawList: Sendable {
  enum Operation: Sendable {
    case fill(Path, Paint)
    case fillRect(Rect, Paint, crisp: Bool)
    case stroke(Path, StrokeStyle)
    case text(TextRun)
    case bitmap(Bitmap, Rect, BitmapScaling)
    case pushClip(Rect)
    case popClip
  }

  private(set) var operations: [Operation] = []

  /// Makes an empty list.
  public init() {}

  /// Fills a path by the non-zero rule.
  public mutating func fill(_ path: Path, _ paint: Paint) {
    operations.append(.fill(path, paint))
  }

  /// Fills a path with one colour.
  public mutating func fill(_ path: Path, _ colour: Colour) { fill(path, .solid(colour)) }

  /// Fills a rectangle; `crisp` moves its edges to whole pixels.
  public mutating func fill(_ rect: Rect, _ paint: Paint, crisp: Bool = false) {
    operations.append(.fillRect(rect, paint, crisp: crisp))
  }

  /// Fills a rectangle with one colour; `crisp` moves its edges to whole pixels.
  public mutating func fill(_ rect: Rect, _ colour: Colour, crisp: Bool = false) {
    fill(rect, .solid(colour), crisp: crisp)
  }

  /// Draws the lines of a path, with round joins.
  public mutating func stroke(_ path: Path, _ style: StrokeStyle) {
    operations.append(.stroke(path, style))
  }

  /// Draws one straight line.
  public mutating func line(_ a: Point, _ b: Point, _ style: StrokeStyle) {
    stroke(Path(from: a, to: b), style)
  }

  /// Draws the outline of a rectangle.
  public mutating func stroke(_ rect: Rect, _ style: StrokeStyle) {
    guard style.isCrisp else { return stroke(Path(rect: rect), style) }
    // As four lines, so that each is moved to whole pixels; corners are closed by half a width.
    let w = style.width / 2
    line(Point(rect.x - w, rect.y), Point(rect.maxX + w, rect.y), style)
    line(Point(rect.x - w, rect.maxY), Point(rect.maxX + w, rect.maxY), style)
    line(Point(rect.x, rect.y - w), Point(rect.x, rect.maxY + w), style)
    line(Point(rect.maxX, rect.y - w), Point(rect.maxX, rect.maxY + w), style)
  }

  /// Draws a line of text.
  public mutating func text(_ run: TextRun) {
    if !run.string.isEmpty { operations.append(.text(run)) }
  }

  /// Draws a bitmap into a rectangle, whose edges are moved to whole pixels.
  public mutating func bitmap(_ bitmap: Bitmap, in rect: Rect, scaling: BitmapScaling) {
    operations.append(.bitmap(bitmap, rect, scaling))
  }

  /// Draws only inside a rectangle while `body` adds to the list.
  public mutating func clipped(to rect: Rect, _ body: (inout DrawList) -> Void) {
    operations.append(.pushClip(rect))
    body(&self)
    operations.append(.popClip)
  }

  /// Adds everything from another list.
  public mutating func append(_ other: DrawList) { operations += other.operations }

  /// Every line of text with the box that it fills, for layout checks.
  public var texts: [(string: String, box: Rect)] {
    operations.compactMap { operation in
      if case .text(let run) = operation { return (run.string, run.box) }
      return nil
    }
  }

  /// The boxes of all bitmaps, for layout checks.
  public var bitmapBoxes: [Rect] {
    operations.compactMap { operation in
      if case .bitmap(_, let rect, _) = operation { return rect }
      return nil
    }
  }
}
