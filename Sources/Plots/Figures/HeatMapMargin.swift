/// The class names and thumbnails beside a heat map, with lines to the blocks they belong to.
struct HeatMapMargin {
  /// Room at the left of the class strip, in points.
  let left: Double
  /// Room above the class strip, in points.
  let top: Double
  private let thumbnail: Double
  private let names: Double
  private let title: Double
  private let leader: Double

  init(_ panel: HeatMapPanel, width: Double) {
    let format = panel.format
    let f = format.factor
    title = panel.rowTitle.isEmpty ? 0 : format.textSize * 1.4
    let widest =
      panel.rowOrder.blocks.map { block in
        Font.width(panel.palette.style(of: block.label).name, size: format.smallSize)
      }.max() ?? 0
    names = min(widest, width * 0.26)
    thumbnail = panel.thumbnails.contains { $0 != nil } ? 8.5 * f.squareRoot() : 0
    leader = names > 0 || thumbnail > 0 ? 5 * f : 0
    left = title + names + (names > 0 ? 1.5 * f : 0) + thumbnail + leader
    let above = panel.columnThumbnails.contains { $0 != nil }
    top = above ? thumbnail + leader : 0
  }

  /// One block's label: where it wants to be and where it is put.
  private struct Item {
    var block: MatrixOrder.Block
    var wished: Double
    var placed: Double
  }

  func draw(
    _ panel: HeatMapPanel, _ grid: HeatMapGrid, _ box: Rect, strip: Double,
    in list: inout DrawList
  ) {
    let format = panel.format
    let f = format.factor
    let line = StrokeStyle(.grey, width: 0.3 * f)
    if !panel.rowTitle.isEmpty {
      list.text(
        TextRun(
          Font.elided(panel.rowTitle, width: max(box.height, 20), size: format.textSize),
          at: Point(box.x - strip - 1 * f - left + format.textSize * 0.5, box.midY),
          size: format.textSize, .centre, .middle, turned: true))
    }
    guard left > title else { return }
    let blocks =
      panel.rowOrder.blocks.isEmpty
      ? panel.rowOrder.indices.indices.map { MatrixOrder.Block(label: nil, range: $0..<$0 + 1) }
      : panel.rowOrder.blocks
    let extent = max(
      thumbnail > 0 ? thumbnail + 0.8 * f : 0, names > 0 ? format.smallSize * 1.15 : 0)
    let stripLeft = box.x - 1 * f - strip
    let side = items(blocks, extent: extent, from: box.y, to: box.maxY) { r in
      panel.cellRect(grid, Point(box.x, box.y), row: r, column: 0).midY
    }
    for item in side {
      let pictureX = stripLeft - leader - thumbnail
      list.line(
        Point(stripLeft - 0.6 * f, item.wished), Point(stripLeft - leader + 0.6 * f, item.placed),
        line)
      picture(
        panel.thumbnails, panel, item.block, panel.rowOrder,
        Rect(
          x: pictureX, y: item.placed - thumbnail / 2, width: thumbnail, height: thumbnail), &list)
      guard names > 0 else { continue }
      let name = panel.palette.style(of: item.block.label).name
      list.text(
        TextRun(
          Font.elided(name, width: names, size: format.smallSize),
          at: Point(pictureX - (thumbnail > 0 ? 1.5 * f : 0), item.placed),
          size: format.smallSize, .right, .middle))
    }
    guard top > 0 else { return }
    let stripTop = box.y - 1 * f - strip
    let above = items(blocks, extent: thumbnail + 0.8 * f, from: box.x, to: box.maxX) { c in
      panel.cellRect(grid, Point(box.x, box.y), row: 0, column: c).midX
    }
    for item in above {
      list.line(
        Point(item.wished, stripTop - 0.6 * f), Point(item.placed, stripTop - leader + 0.6 * f),
        line)
      picture(
        panel.columnThumbnails, panel, item.block, panel.columnOrder,
        Rect(
          x: item.placed - thumbnail / 2, y: stripTop - leader - thumbnail, width: thumbnail,
          height: thumbnail), &list)
    }
  }

  private func items(
    _ blocks: [MatrixOrder.Block], extent: Double, from start: Double, to end: Double,
    middle: (Int) -> Double
  ) -> [Item] {
    let kept = LabelSpread.fitting(
      extents: blocks.map { _ in extent }, importance: blocks.map { Double($0.range.count) },
      length: end - start)
    let wished = kept.map { i in
      (middle(blocks[i].range.lowerBound) + middle(blocks[i].range.upperBound - 1)) / 2
    }
    guard end > start, !kept.isEmpty else { return [] }
    let placed = LabelSpread.spread(
      wished, extents: kept.map { _ in extent }, in: start...end)
    return zip(kept, zip(wished, placed)).map { i, at in
      Item(block: blocks[i], wished: at.0, placed: at.1)
    }
  }

  private func picture(
    _ pictures: [Bitmap?], _ panel: HeatMapPanel, _ block: MatrixOrder.Block,
    _ order: MatrixOrder, _ rect: Rect, _ list: inout DrawList
  ) {
    // The middle row stands for its class.
    let index = order.indices[(block.range.lowerBound + block.range.upperBound) / 2]
    guard thumbnail > 0, pictures.indices.contains(index), let bitmap = pictures[index] else {
      return
    }
    list.fill(rect, panel.palette.style(of: block.label).colour, crisp: true)
    list.bitmap(bitmap, in: rect.insetBy(2 * panel.format.pixel), scaling: .area)
  }
}
