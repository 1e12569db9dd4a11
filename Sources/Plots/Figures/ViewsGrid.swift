/// Places and draws the rows of a views figure.
struct ViewsGrid {
  let figure: ViewsFigure
  private let format: FigureFormat
  private let columns: Int
  /// How many samples stand side by side.
  private let blocks: Int
  private let titleWidth: Double
  /// The side of the square that every picture is fitted into, in points.
  private let side: Double
  private let gap: Double
  private let noteLines: Int
  /// Whether similarity and weight stand on one line.
  private let isOneLine: Bool

  init(_ figure: ViewsFigure, composer: Composer) throws {
    self.figure = figure
    format = figure.format
    let f = format.factor
    let views = figure.samples.flatMap(\.views)
    columns = 1 + (figure.samples.map(\.views.count).max() ?? 0)
    let widest =
      figure.samples.map { sample in
        max(
          Font.width(sample.title, size: figure.format.textSize),
          Font.width(sample.className, size: figure.format.smallSize))
      }.max() ?? 0
    titleWidth = widest > 0 ? min(widest, composer.width * 0.22) + 3 * f : 0
    let numbers = views.contains { $0.similarity != nil || $0.weight != nil }
    let notes = views.contains { !$0.note.isEmpty }
    let both = views.contains { $0.similarity != nil } && views.contains { $0.weight != nil }
    // Numbers below pictures need room; without them pictures stand closer.
    gap = (numbers || notes ? 4 : 2.5) * f

    let pixel = format.pixel
    let largest =
      (figure.samples.map(\.original) + views.map(\.picture))
      .map { max($0.width, $0.height) }.max() ?? 32
    let taken = titleWidth + gap * Double(columns - 1)
    let (count, block) = (columns, 4 * gap)
    func pixels(_ blocks: Int) -> Int {
      let free = (composer.width - Double(blocks - 1) * block) / Double(blocks) - taken
      return PlotMath.whole((free / Double(count) / pixel).rounded(.down))
    }
    // Short rows stand side by side as long as pictures are enlarged three times.
    let needed = min(figure.magnification ?? 3, 3) * largest
    blocks =
      [3, 2].first { $0 * 2 <= figure.samples.count && pixels($0) >= needed } ?? 1
    let fit = pixels(blocks)
    let free = composer.width - taken
    guard fit >= 8 else {
      throw PlotError.count(
        what: "views in a row, at most", expected: max(1, PlotMath.whole(free / (8 * pixel)) - 1),
        found: columns - 1)
    }
    let rows = Double((figure.samples.count + blocks - 1) / blocks)
    let tall =
      PlotMath.whole(((format.pageHeight - 60 * f) / rows / pixel).rounded(.down))
      - PlotMath.whole(gap / pixel)
    let wanted =
      figure.magnification.map { max(1, min($0, 64)) }
      ?? max(2, min(6, min(fit, tall) / largest))
    // A picture larger than its column is reduced; otherwise whole multiples keep pixels square.
    side = Double(min(fit, wanted * largest)) * pixel
    let widestLine =
      views.map { view in
        Font.width(
          ViewsGrid.numbers(view).joined(separator: "  "), size: figure.format.smallSize)
      }.max() ?? 0
    isOneLine = !both || widestLine <= side + gap * 0.8
    noteLines = (numbers ? (isOneLine ? 1 : 2) : 0) + (notes ? 1 : 0)
  }

  private func noteHeight() -> Double {
    noteLines > 0 ? Double(noteLines) * format.smallSize * 1.3 + 1 * format.factor : 0
  }

  func draw(in composer: inout Composer) {
    let f = format.factor
    let pixel = format.pixel
    func whole(_ v: Double) -> Double { (v / pixel).rounded() * pixel }
    let step = whole(side + gap)
    let height = format.textSize * 1.25 + 1 * f
    let across = (composer.width + 4 * gap) / Double(blocks)
    for block in 0..<blocks {
      let x0 = whole(composer.left + Double(block) * across + titleWidth)
      for column in 0..<columns {
        composer.list.text(
          TextRun(
            Font.elided(heading(column), width: side + gap * 0.8, size: format.textSize),
            at: Point(x0 + Double(column) * step + side / 2, composer.y), size: format.textSize,
            .centre, .top))
      }
    }
    composer.y += height
    for (i, sample) in figure.samples.enumerated() {
      let left = composer.left + Double(i % blocks) * across
      row(
        sample, x: left, pictures: whole(left + titleWidth), y: whole(composer.y), step: step,
        in: &composer.list)
      if i % blocks == blocks - 1 || i == figure.samples.count - 1 {
        composer.y = whole(composer.y) + side + noteHeight() + gap
      }
    }
    composer.y -= gap * 0.5
  }

  private func heading(_ column: Int) -> String {
    if column == 0 { return "original" }
    return figure.headings.indices.contains(column - 1)
      ? figure.headings[column - 1] : "view \(column)"
  }

  private func row(
    _ sample: ViewsFigure.Sample, x: Double, pictures x0: Double, y: Double, step: Double,
    in list: inout DrawList
  ) {
    title(sample, y: y, x, in: &list)
    let frame = picture(sample.original, in: Rect(x: x0, y: y, width: side, height: side), &list)
    for (i, view) in sample.views.enumerated() {
      if let box = view.box {
        crop(box, i, of: sample.views.count, sample.original, frame, &list)
      }
      let cell = Rect(x: x0 + Double(i + 1) * step, y: y, width: side, height: side)
      let drawn = picture(view.picture, in: cell, &list)
      list.stroke(
        drawn.insetBy(-0.4 * format.factor),
        StrokeStyle(colour(i), width: 0.8 * format.factor, crisp: true))
      notes(view, below: cell, in: &list)
    }
  }

  private func colour(_ i: Int) -> Colour {
    ViewsFigure.colours.indices.contains(i) ? ViewsFigure.colours[i] : .grey
  }

  private func title(
    _ sample: ViewsFigure.Sample, y: Double, _ x: Double, in list: inout DrawList
  ) {
    guard titleWidth > 0 else { return }
    let room = titleWidth - 2 * format.factor
    list.text(
      TextRun(
        Font.elided(sample.title, width: room, size: format.textSize), at: Point(x, y),
        size: format.textSize, .left, .top))
    list.text(
      TextRun(
        Font.elided(sample.className, width: room, size: format.smallSize),
        at: Point(x, y + format.textSize * 1.3), size: format.smallSize, .left, .top))
  }

  /// Draws a picture, enlarged by a whole number or reduced, at the middle of a square.
  private func picture(_ bitmap: Bitmap, in cell: Rect, _ list: inout DrawList) -> Rect {
    let pixel = format.pixel
    let room = PlotMath.whole((cell.width / pixel).rounded())
    let largest = max(bitmap.width, bitmap.height)
    let w: Int
    let h: Int
    if largest <= room {
      let k = room / largest
      (w, h) = (k * bitmap.width, k * bitmap.height)
    } else {
      (w, h) = (
        max(1, bitmap.width * room / largest), max(1, bitmap.height * room / largest)
      )
    }
    let x = (cell.x / pixel).rounded() + Double((room - w) / 2)
    let y = (cell.y / pixel).rounded() + Double((room - h) / 2)
    let rect = Rect(
      x: x * pixel, y: y * pixel, width: Double(w) * pixel, height: Double(h) * pixel)
    list.bitmap(bitmap, in: rect, scaling: largest <= room ? .nearest : .area)
    return rect
  }

  private func crop(
    _ box: ViewsFigure.CropBox, _ i: Int, of count: Int, _ original: Bitmap, _ frame: Rect,
    _ list: inout DrawList
  ) {
    guard [box.top, box.left, box.height, box.width].allSatisfy(\.isFinite) else { return }
    let sx = frame.width / Double(original.width)
    let sy = frame.height / Double(original.height)
    // A box may reach beyond the original (padding); its part inside is shown.
    let rect = Rect(
      x: frame.x + box.left * sx, y: frame.y + box.top * sy, width: max(0, box.width * sx),
      height: max(0, box.height * sy)
    ).intersection(frame)
    guard rect.width > 0, rect.height > 0 else { return }
    let f = format.factor
    let inner = rect.insetBy(0.5 * f)
    // Many boxes with white rims would hide the image.
    if count <= 3 { list.stroke(inner, StrokeStyle(.white, width: 1.4 * f, crisp: true)) }
    list.stroke(inner, StrokeStyle(colour(i), width: (count <= 3 ? 0.8 : 0.5) * f, crisp: true))
  }

  private func notes(_ view: ViewsFigure.View, below cell: Rect, in list: inout DrawList) {
    var lines: [String] = []
    let numbers = ViewsGrid.numbers(view)
    if isOneLine {
      if !numbers.isEmpty { lines.append(numbers.joined(separator: "  ")) }
    } else {
      lines += numbers
    }
    if !view.note.isEmpty { lines.append(view.note) }
    for (i, line) in lines.enumerated() {
      list.text(
        TextRun(
          Font.elided(line, width: cell.width + gap * 0.8, size: format.smallSize),
          at: Point(
            cell.midX,
            cell.maxY + 2 * format.factor + Double(i) * format.smallSize * 1.3),
          size: format.smallSize, .centre, .top))
    }
  }

  private static func numbers(_ view: ViewsFigure.View) -> [String] {
    [("s", view.similarity), ("w", view.weight)].compactMap { name, value in
      value.map { "\(name) \(NumberFormat.fixed($0, decimals: 2))" }
    }
  }
}
