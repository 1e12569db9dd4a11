extension SimilarityGraphFigure {
  func draw(
    _ placement: GraphPlacement, _ drawn: [Edge], _ palette: ClassPalette,
    in composer: inout Composer
  ) {
    let factor = format.factor
    let origin = Point(composer.left, composer.y)
    let points = placement.points.map { Point(origin.x + $0.x, origin.y + $0.y) }
    let weights = EdgeWeights(drawn)
    let order = drawn.indices.sorted { i, j in
      let (a, b) = (kind(drawn[i]).order, kind(drawn[j]).order)
      if a != b { return a < b }
      return drawn[i].weight != drawn[j].weight ? drawn[i].weight < drawn[j].weight : i < j
    }
    // Thousands of edges would merge into one surface at full width.
    let thin = drawn.count > 600 ? max(0.35, (600 / Double(drawn.count)).squareRoot()) : 1
    for i in order {
      let e = drawn[i]
      // Few edges cross classes, and they matter most: none of them is faint.
      let faintest = kind(e).order > 0 ? 0.6 : 0
      let colour = kind(e).colour.withOpacity(max(weights.opacity(e.weight), faintest))
      composer.list.line(
        points[e.a], points[e.b],
        StrokeStyle(colour, width: weights.width(e.weight) * factor * thin, roundCaps: true))
    }
    for (i, p) in points.enumerated() {
      let style = palette.style(of: labels[i])
      guard placement.frame > 0, i < thumbnails.count else {
        composer.list.marker(
          style.marker, at: p, radius: placement.side / 2, colour: style.colour,
          rim: placement.side > 2.4 ? 0.35 : 0)
        continue
      }
      thumbnail(thumbnails[i], at: p, placement, style, in: &composer.list)
    }
    if let top = placement.isolatedTop {
      let y = origin.y + top
      composer.list.line(
        Point(origin.x, y), Point(origin.x + composer.width, y),
        StrokeStyle(.lightGrey, width: format.axisWidth, crisp: true))
      composer.list.text(
        TextRun(
          Font.elided(
            "isolated: \(NumberFormat.count(placement.isolated.count)) without such a neighbour",
            width: composer.width, size: format.smallSize),
          at: Point(origin.x, y + 2 * factor), size: format.smallSize, .left, .top))
    }
    composer.y += placement.height
  }

  private func thumbnail(
    _ picture: Bitmap?, at p: Point, _ placement: GraphPlacement, _ style: ClassStyle,
    in list: inout DrawList
  ) {
    // Edges at whole pixels keep every frame the same width.
    let pixel = format.pixel
    func whole(_ v: Double) -> Double { (v / pixel).rounded() * pixel }
    let side = max(whole(placement.side), pixel)
    let frame = max(whole(placement.frame), pixel)
    let box = Rect(
      x: whole(p.x - side / 2 - frame), y: whole(p.y - side / 2 - frame),
      width: side + 2 * frame, height: side + 2 * frame)
    list.fill(box, style.colour, crisp: true)
    let inner = box.insetBy(frame)
    if let picture {
      list.bitmap(picture, in: inner, scaling: .area)
    } else {
      list.fill(inner, .white, crisp: true)
    }
    // Beyond eight classes a mark in the corner tells classes of like colours apart.
    if style.marker != .circle, style.marker != .ring {
      let corner = Point(inner.x + side * 0.14, inner.y + side * 0.14)
      list.marker(style.marker, at: corner, radius: side * 0.14, colour: style.colour, rim: 0.3)
    }
  }

  func classLegend(_ palette: ClassPalette) -> [Legend.Entry] {
    var entries = palette.classes.map { label in
      let style = palette.style(of: label)
      return Legend.Entry(key: .marker(style.marker, style.colour), name: style.name)
    }
    if palette.otherCount > 0 {
      entries.append(
        Legend.Entry(
          key: .marker(ClassPalette.other.marker, ClassPalette.other.colour),
          name: "\(NumberFormat.count(palette.otherCount)) other classes"))
    }
    if labels.contains(where: { $0 == nil }) {
      entries.append(
        Legend.Entry(
          key: .marker(ClassPalette.unlabelled.marker, ClassPalette.unlabelled.colour),
          name: ClassPalette.unlabelled.name))
    }
    return entries
  }

  func edgeLegend(_ drawn: [Edge]) -> [Legend.Entry] {
    guard !drawn.isEmpty else { return [] }
    let factor = format.factor
    let kinds = [Kind.same, .cross, .positive, .unknown].filter { k in
      drawn.contains { kind($0) == k }
    }
    var entries = kinds.map { k in
      Legend.Entry(key: .line(k.colour, width: 1.2 * factor, dash: []), name: k.rawValue)
    }
    let weights = EdgeWeights(drawn)
    let middle = weights.low / 2 + weights.high / 2
    let values =
      weights.share(weights.low) == 1 ? [weights.low] : [weights.low, middle, weights.high]
    for (i, value) in values.enumerated() {
      entries.append(
        Legend.Entry(
          key: .line(
            Kind.same.colour.withOpacity(weights.opacity(value)),
            width: weights.width(value) * factor, dash: []),
          name: (i == 0 ? "weight " : "") + label(value, weights)))
    }
    return entries
  }

  private func label(_ value: Double, _ weights: EdgeWeights) -> String {
    abs(value) < 1e5
      ? NumberFormat.fixed(value, decimals: decimals(weights)) : NumberFormat.short(value)
  }

  private func decimals(_ weights: EdgeWeights) -> Int {
    let span = weights.high - weights.low
    guard span > 0 else { return 2 }
    return min(max(1 - PlotMath.whole(PlotMath.log10(span).rounded(.down)), 0), 6)
  }
}
