import Testing

@testable import Plots

/// Heat maps, curves, views, bank, histogram, spectrum: layout, decoded pixels, odd input.
struct FigureTests {
  private func heatMap(_ n: Int, noise: Double = 1.1) -> HeatMapFigure {
    let data = SyntheticData(count: n, noise: noise)
    var figure = HeatMapFigure(values: data.similarity.flatMap { $0 }, rows: n, columns: n)
    figure.rowLabels = data.labels
    figure.classNames = SyntheticData.names
    figure.rowThumbnails = data.thumbnails
    return figure
  }

  @Test(arguments: [1, 2, 17, 64, 200])
  func heatMapLabelsStayApart(n: Int) throws {
    var heat = heatMap(n)
    heat.isDiagonalMasked = true
    heat.positives = (0..<n).map { ($0, n - 1 - $0) }
    heat.rowTitle = "view i"
    heat.columnTitle = "view j"
    #expect(try heat.figure().textProblems == [])
    heat.format = try FigureFormat(widthMM: 183, dpi: 150, theme: .slides)
    #expect(try heat.figure().textProblems == [])
  }

  @Test func heatMapCellsAreSquareAndHaveTheirColours() throws {
    // Without labels, row r and column c of the picture are those of the matrix.
    var heat = HeatMapFigure(values: [0, 1, 2, 3, 4, 5, 6, 7, 8], rows: 3, columns: 3)
    heat.order = .given
    let figure = try heat.figure()
    let box = try #require(figure.drawing.bitmapBoxes.first)
    let pixels = try figure.pixels()
    let scale = 300.0 / 72
    let side = box.width * scale / 3
    #expect(side == (side).rounded() && abs(box.height - box.width) < 1e-9)
    for r in 0..<3 {
      for c in 0..<3 {
        let expected = ColourMap.viridis.colour(at: Double(3 * r + c) / 8)
        for (dx, dy) in [(0.5, 0.5), (0.02, 0.02), (0.97, 0.97)] {
          let x = Int(box.x * scale + (Double(c) + dx) * side)
          let y = Int(box.y * scale + (Double(r) + dy) * side)
          let p = 3 * (y * figure.pixelWidth + x)
          #expect(abs(Int(pixels[p]) - Int(expected.red)) <= 1)
          #expect(abs(Int(pixels[p + 1]) - Int(expected.green)) <= 1)
          #expect(abs(Int(pixels[p + 2]) - Int(expected.blue)) <= 1)
        }
      }
    }
  }

  @Test func tooManyCellsAreRefused() {
    let n = 400
    let heat = HeatMapFigure(values: [Double](repeating: 1, count: n * n), rows: n, columns: n)
    #expect(throws: PlotError.self) { try heat.figure() }
  }

  @Test func rowsAreOrderedByClass() {
    let order = MatrixOrder(labels: [2, 0, nil, 1, 0, 2])
    #expect(order.indices == [1, 4, 3, 0, 5, 2])
    #expect(order.blocks.map(\.range) == [0..<2, 2..<3, 3..<5, 5..<6])
  }

  @Test func fiedlerOrderRestoresAChain() {
    // A path 0–3–1–4–2: neighbours along it are alike.
    let place = [0, 2, 4, 1, 3]
    let order = MatrixOrder(labels: [Int?](repeating: 0, count: 5)) { i, j in
      1 / Double(1 + abs(place[i] - place[j]))
    }
    #expect(order.indices == [0, 3, 1, 4, 2])
  }

  @Test func smoothingIsTheMeanOfTheWindow() {
    let x = (0..<7).map(Double.init)
    let y = [1, 2, .nan, 4, 5, 6, 7]
    let s = CurveShape.smoothed(x, y, window: 2)
    #expect(s[0] == 1.5 && s[1] == 1.5 && s[2].isNaN && s[3] == 4.5 && s[6] == 6.5)
  }

  @Test func decimationKeepsExtremes() {
    let x = (0..<100_000).map { Double($0) / 1000 }
    var y = x.map { _ in 0.0 }
    y[54_321] = 9
    y[54_400] = -9
    let pieces = CurveShape.pieces(x, y, pixel: 0.24)
    #expect(pieces.count == 1)
    #expect(pieces[0].count < 2000)
    #expect(pieces[0].map(\.y).max() == 9 && pieces[0].map(\.y).min() == -9)
  }

  private func curves() -> CurvesFigure {
    let steps = (1...500).map(Double.init)
    var figure = CurvesFigure(panels: [
      .init(
        "loss", direction: .lower,
        series: [.init("loss", steps: steps, values: steps.map { 5 - 0.004 * $0 })],
        references: [.init("chance", 4.8), .init("almost chance", 4.79)]),
      .init(
        "z std", direction: .higher,
        series: [.init("z std", steps: steps, values: steps.map { 1e-3 * $0 })],
        references: [.init("1/√d", 0.0884)], log: true),
    ])
    figure.epochEnds = (1...20).map { .init(epoch: Double($0), step: 25 * Double($0)) }
    figure.events = [
      .init(step: 100, "snapshot"), .init(step: 103, "gate"), .init(step: 105, "third"),
      .init(step: 107, "fourth"), .init(step: 499, "the end of it all"),
    ]
    return figure
  }

  @Test func curveLabelsStayApart() throws {
    for (mm, theme) in [(89.0, FigureFormat.Theme.paper), (183, .slides), (60, .paper)] {
      var figure = curves()
      figure.format = try FigureFormat(widthMM: mm, dpi: 150, theme: theme)
      let drawn = try figure.figure()
      #expect(drawn.textProblems == [])
      #expect(drawn.texts.contains { $0.string == "1/√d" })
    }
  }

  @Test func oddCurvesDoNotTrap() throws {
    let cases: [[Double]] = [
      [], [1], [.nan], [.infinity, -.infinity], [2, 2, 2], [1e308, -1e308], [1e-300, 0, -1],
    ]
    for values in cases {
      for log in [false, true] {
        let steps = values.indices.map { Double($0) }
        var figure = CurvesFigure(panels: [
          .init(
            String(repeating: "long title ", count: 30),
            series: [
              .init("a", steps: steps, values: values),
              .init("b", steps: steps.reversed(), values: values, spread: values),
            ], references: [.init("r", .nan), .init("s", -1)], log: log)
        ])
        figure.events = [.init(step: .nan, "x"), .init(step: 0, "")]
        figure.epochEnds = [.init(epoch: .nan, step: 0), .init(epoch: 1, step: .infinity)]
        figure.smoothing = .infinity
        let drawn = try figure.figure()
        #expect(drawn.textProblems == [])
        _ = try drawn.pixels()
      }
    }
    #expect(try CurvesFigure(panels: []).figure().caption.contains("no values"))
    let unequal = CurvesFigure(panels: [
      .init("m", series: [.init("s", steps: [1, 2], values: [1])])
    ])
    #expect(throws: PlotError.self) { try unequal.figure() }
  }

  @Test func oddHeatMapsDoNotTrap() throws {
    #expect(try HeatMapFigure(values: [], rows: 0, columns: 0).figure().pixelHeight > 0)
    for value in [Double.nan, .infinity, -1, 0, 1e300] {
      var heat = HeatMapFigure(values: [value, 1, value, .nan], rows: 2, columns: 2)
      heat.isLog = true
      heat.rowLabels = [nil, 5]
      heat.isDiagonalMasked = value == 0
      heat.used = [true, false, true, false]
      let figure = try heat.figure()
      _ = try figure.pixels()
      #expect(figure.textProblems == [])
    }
    #expect(throws: PlotError.self) {
      try HeatMapFigure(values: [1], rows: .max, columns: .max).figure()
    }
    var many = HeatMapFigure(
      values: [Double](repeating: 0.5, count: 150 * 150), rows: 150, columns: 150)
    many.rowLabels = (0..<150).map { $0 }
    many.classNames = (0..<150).map { "a very long class name indeed \($0)" }
    #expect(try many.figure().textProblems == [])
  }

  @Test func viewsShowPixelsAsTheyAre() throws {
    let picture = try #require(
      Bitmap(width: 2, height: 2, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]))
    var views = ViewsFigure(samples: [
      .init(
        "#1", className: "cat", original: picture,
        views: [
          .init(
            picture, box: .init(top: -1, left: 0, height: 9, width: .nan), similarity: 0.5,
            weight: .nan, note: String(repeating: "flip ", count: 40))
        ])
    ])
    views.magnification = 20
    let figure = try views.figure()
    #expect(figure.textProblems == [])
    let box = try #require(figure.drawing.bitmapBoxes.last)
    #expect(abs(box.width * 300 / 72 - 40) < 1e-6)
    let pixels = try figure.pixels()
    let at = { (x: Double, y: Double) -> [UInt8] in
      let px = Int((box.x + x * box.width) * 300 / 72)
      let py = Int((box.y + y * box.height) * 300 / 72)
      let p = 3 * (py * figure.pixelWidth + px)
      return Array(pixels[p..<p + 3])
    }
    #expect(at(0.45, 0.45) == [255, 0, 0])
    #expect(at(0.55, 0.45) == [0, 255, 0])
    #expect(at(0.45, 0.55) == [0, 0, 255])
    #expect(throws: PlotError.self) {
      try ViewsFigure(samples: [
        .init("x", original: picture, views: (0..<200).map { _ in .init(picture) })
      ]).figure()
    }
    #expect(try ViewsFigure(samples: []).figure().pixelWidth == 1051)
  }

  @Test func viewRowsStayApart() throws {
    let data = SyntheticData(count: 9)
    for count in [1, 2, 5, 9] {
      let samples = (0..<9).map { i in
        ViewsFigure.Sample(
          "#\(1000 + i)", className: SyntheticData.names[data.labels[i]],
          original: data.thumbnails[i],
          views: (0..<count).map { _ in
            .init(data.thumbnails[i], similarity: 0.25, weight: 1.5, note: "flip")
          })
      }
      #expect(try ViewsFigure(samples: samples).figure().textProblems == [])
    }
  }

  @Test func bankShowsAgesAndDrift() throws {
    let n = 40
    let data = SyntheticData(count: n)
    var bank = BankFigure(.similarity(data.similarity.flatMap { $0 }), labels: data.labels)
    bank.classNames = SyntheticData.names
    bank.ages = (0..<n).map { Double($0 % 3 + 1) }
    bank.drifts = (0..<n).map { Double($0 % 3 + 1) * 0.1 }
    let figure = try bank.figure()
    #expect(figure.textProblems == [])
    #expect(figure.caption.contains("1 to 3 epochs"))
    #expect(figure.texts.contains { $0.string == "age 2, n = 13" })
    bank.ages = (0..<n).map { $0 == 0 ? .nan : Double($0) }
    #expect(try bank.figure().textProblems == [])
    let rows = BankFigure(.rows([1, .nan, 3, 4], dimensions: 2), labels: [nil, 1])
    #expect(try rows.figure().textProblems == [])
    #expect(try BankFigure(.rows([], dimensions: 0), labels: []).figure().pixelWidth == 1051)
    #expect(throws: PlotError.self) {
      try BankFigure(.rows([1], dimensions: 2), labels: [nil, 1]).figure()
    }
  }

  @Test func histogramCountsEveryFiniteValue() throws {
    let values = (0..<1000).map { Double($0) / 1000 } + [.nan, .infinity, 1]
    let (low, high, bins) = Histogram.limits(values, bins: nil)
    let h = Histogram(values, low: low, high: high, bins: bins)
    #expect(h.counts.reduce(0, +) == 1001)
    var figure = HistogramFigure(
      groups: [.init("a", values: values), .init("b", values: [2, 2, 2])],
      valueName: "cosine (–)")
    figure.references = [.init("self-check", 1)]
    #expect(try figure.figure().textProblems == [])
    for odd in [[], [.nan], [5], [-1e308, 1e308]] as [[Double]] {
      let drawn = try HistogramFigure(groups: [.init("a", values: odd)], valueName: "v").figure()
      _ = try drawn.pixels()
      #expect(drawn.textProblems == [])
    }
  }

  @Test func spectrumMarksTheEffectiveRank() throws {
    let figure = SpectrumFigure(
      series: [
        .init("start", values: [8, 4, 0, 2, 1], effectiveRank: 3.2, reference: true),
        .init("now", values: [10, 1, .nan], effectiveRank: .infinity),
      ], layer: "z")
    let drawn = try figure.figure()
    #expect(drawn.textProblems == [])
    #expect(drawn.texts.contains { $0.string == "start, effective rank 3.2" })
    #expect(drawn.csv.contains("now,1,1.0") || drawn.csv.contains("now,1,0.99999"))
    #expect(try SpectrumFigure(series: [], layer: "h").figure().pixelWidth == 1051)
  }

  @Test func sizesAreBounded() throws {
    #expect(throws: PlotError.width(10)) { try FigureFormat(widthMM: 10) }
    #expect(throws: PlotError.self) { try FigureFormat(widthMM: .nan) }
    #expect(throws: PlotError.dpi(.infinity)) { try FigureFormat(dpi: .infinity) }
    #expect(FigureFormat.column.width * 300 / 72 > 1051)
    var heat = heatMap(16)
    heat.format = try FigureFormat(widthMM: 600, dpi: 1200)
    let large = try heat.figure()
    #expect(throws: PlotError.self) { try large.pixels() }
    heat.format = try FigureFormat(widthMM: 30, dpi: 300)
    #expect(try heat.figure().pixelWidth == 354)
  }
}
