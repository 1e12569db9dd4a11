/// Turns a draw list into pixels.
struct Renderer {
  /// Pixels per point.
  let scale: Double
  let canvas: Canvas

  /// Draws a list on a white canvas.
  ///
  /// - Parameters:
  ///   - list: What to draw.
  ///   - width: Canvas width in pixels.
  ///   - height: Canvas height in pixels.
  ///   - dpi: Pixels per inch; a point is 1/72 inch.
  /// - Returns: Interleaved sRGB bytes.
  static func render(_ list: DrawList, width: Int, height: Int, dpi: Double) -> [UInt8] {
    let renderer = Renderer(
      scale: dpi / 72, canvas: Canvas(width: width, height: height, background: .white))
    for operation in list.operations { renderer.draw(operation) }
    return renderer.canvas.bytes()
  }

  func draw(_ operation: DrawList.Operation) {
    switch operation {
    case .fill(let path, let paint):
      guard path.isDrawable else { return }
      canvas.cover(path.polylines.map { $0.points.map(pixel) })
      canvas.composite(paint, accumulated: true, scale: scale)
    case .fillRect(let rect, let paint, let crisp): fill(rect, paint, crisp: crisp)
    case .stroke(let path, let style): stroke(path, style)
    case .text(let run): draw(run)
    case .bitmap(let bitmap, let rect, let scaling):
      guard let target = wholePixels(rect) else { return }
      canvas.paint(bitmap, in: target, scaling: scaling)
    case .pushClip(let rect):
      canvas.pushClip(wholePixels(rect) ?? Canvas.PixelRect(x0: 0, y0: 0, x1: 0, y1: 0))
    case .popClip: canvas.popClip()
    }
  }

  private func pixel(_ p: Point) -> Point { Point(p.x * scale, p.y * scale) }

  private func wholePixels(_ rect: Rect) -> Canvas.PixelRect? {
    guard Point(rect.x, rect.y).isDrawable, Point(rect.maxX, rect.maxY).isDrawable else {
      return nil
    }
    return Canvas.PixelRect(
      x0: Int((rect.x * scale).rounded()), y0: Int((rect.y * scale).rounded()),
      x1: Int((rect.maxX * scale).rounded()), y1: Int((rect.maxY * scale).rounded()))
  }

  private func fill(_ rect: Rect, _ paint: Paint, crisp: Bool) {
    guard let whole = wholePixels(rect) else { return }
    let path: [Point]
    if crisp {
      let x1 = max(whole.x1, whole.x0 + 1)
      let y1 = max(whole.y1, whole.y0 + 1)
      path = [
        Point(Double(whole.x0), Double(whole.y0)), Point(Double(x1), Double(whole.y0)),
        Point(Double(x1), Double(y1)), Point(Double(whole.x0), Double(y1)),
      ]
    } else {
      path = Path(rect: rect).polylines[0].points.map(pixel)
    }
    canvas.cover([path])
    canvas.composite(paint, accumulated: true, scale: scale)
  }

  private func stroke(_ path: Path, _ style: StrokeStyle) {
    guard path.isDrawable, style.width > 0, style.width < 1e4 else { return }
    for line in path.polylines {
      if style.isCrisp, let rect = crispRect(line, style) {
        canvas.cover([rect])
        canvas.composite(.solid(style.colour), accumulated: true, scale: scale)
        continue
      }
      canvas.cover(
        line: line.points.map(pixel), closed: line.isClosed, radius: style.width * scale / 2,
        dash: style.dash.map { $0 * scale }, roundCaps: style.roundCaps)
    }
    canvas.composite(.solid(style.colour), accumulated: false, scale: scale)
  }

  /// Returns a solid horizontal or vertical line as a rectangle of whole pixels.
  private func crispRect(_ line: Path.Polyline, _ style: StrokeStyle) -> [Point]? {
    guard line.points.count == 2, style.dash.isEmpty else { return nil }
    let a = pixel(line.points[0])
    let b = pixel(line.points[1])
    guard a.x == b.x || a.y == b.y else { return nil }
    let w = max(1, (style.width * scale).rounded())
    var x0 = min(a.x, b.x).rounded()
    var x1 = max(a.x, b.x).rounded()
    var y0 = min(a.y, b.y).rounded()
    var y1 = max(a.y, b.y).rounded()
    if a.x == b.x {
      x0 = (a.x - w / 2).rounded()
      x1 = x0 + w
    } else {
      y0 = (a.y - w / 2).rounded()
      y1 = y0 + w
    }
    return [Point(x0, y0), Point(x1, y0), Point(x1, y1), Point(x0, y1)]
  }

  private func draw(_ run: TextRun) {
    guard run.anchor.isDrawable, run.size > 0, run.size < 1e4 else { return }
    for stroke in run.strokes() {
      switch stroke {
      case .line(let points, let width):
        canvas.cover(
          line: points.map(pixel), closed: false, radius: width * scale / 2, dash: [],
          roundCaps: true)
      case .dot(let centre, let radius):
        canvas.coverLine(pixel(centre), pixel(centre), radius: radius * scale)
      }
    }
    canvas.composite(.solid(run.colour), accumulated: false, scale: scale)
  }
}
