import Testing

@testable import Plots

struct AxisTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var low: Double
    var high: Double
    var most: Int
    var labels: [String]
    var testDescription: String { "\(low)…\(high), at most \(most)" }
  }

  @Test(arguments: [
    Case(low: 0, high: 1, most: 6, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    Case(low: 0, high: 100, most: 6, labels: ["0", "20", "40", "60", "80", "100"]),
    Case(low: -0.6, high: 0.6, most: 5, labels: ["−0.5", "0.0", "0.5"]),
    Case(low: 30, high: 46.2, most: 4, labels: ["30", "35", "40", "45"]),
    Case(
      low: 0, high: 39000, most: 4,
      labels: ["0", "10\u{2009}000", "20\u{2009}000", "30\u{2009}000"]),
    Case(
      low: 0.0001, high: 0.0006, most: 3,
      labels: ["2\u{2009}×\u{2009}10⁻⁴", "4\u{2009}×\u{2009}10⁻⁴", "6\u{2009}×\u{2009}10⁻⁴"]),
    Case(
      low: 3.2, high: 3.28, most: 4,
      labels: ["3.20", "3.22", "3.24", "3.26", "3.28"].filter { $0 != "" }),
  ])
  func linearTicksAreRound(c: Case) {
    let ticks = Ticks.linear(c.low, c.high, most: max(c.most, c.labels.count))
    #expect(ticks.labels == c.labels)
    #expect(ticks.values.allSatisfy { $0 >= c.low - 1e-12 && $0 <= c.high + 1e-9 })
  }

  @Test func logarithmicTicksArePowers() {
    let ticks = Ticks.logarithmic(0.002, 30, most: 6)
    #expect(ticks.labels == ["10⁻²", "10⁻¹", "1", "10"])
    #expect(ticks.minor.contains { abs($0 - 0.005) < 1e-12 })
    let many = Ticks.logarithmic(1e-9, 1e3, most: 4)
    #expect(many.values.count <= 4)
  }

  @Test(arguments: [
    (0.0, 0.0), (5, 5), (.nan, 1), (1, .infinity), (-1e308, 1e308), (1e-300, 2e-300), (3, 2),
  ])
  func oddRangesGiveFewTicks(low: Double, high: Double) {
    #expect(Ticks.linear(low, high, most: 5).values.count <= 6)
    #expect(Ticks.logarithmic(low, high, most: 5).values.count <= 12)
    _ = AxisScale.limits([low, high], log: false)
    _ = AxisScale.limits([low, high], log: true)
  }

  @Test func labelsOfALyingAxisStayApart() {
    for high in [1.0, 7, 3900, 123_456, 0.00012] {
      let scale = AxisScale(low: 0, high: high, isLog: false, start: 0, end: 180)
      let ticks = AxisLabels.fitting(scale, size: 5.5, spacing: 4)
      let boxes = zip(ticks.values, ticks.labels).map { v, l in
        (scale.position(v), Font.width(l, size: 5.5) / 2)
      }
      for (a, b) in zip(boxes, boxes.dropFirst()) { #expect(b.0 - b.1 - a.0 - a.1 >= 4) }
      #expect(ticks.values.count >= 2)
    }
  }

  @Test func elementaryFunctionsAreExactEnough() {
    // Values of ln, log10 and cos to 15 digits from tables.
    #expect(abs(PlotMath.log(10) - 2.302585092994046) < 1e-14)
    #expect(abs(PlotMath.log10(2) - 0.301029995663981) < 1e-15)
    #expect(abs(PlotMath.cosTurn(1.0 / 6) - 0.5) < 1e-15)
    #expect(abs(PlotMath.sinTurn(1.0 / 8) - 0.707106781186548) < 1e-15)
    #expect(PlotMath.power10(-3) == 0.001)
  }

  @Test func numbersAreWrittenForPrint() {
    #expect(NumberFormat.short(-0.0321) == "−0.0321")
    #expect(NumberFormat.short(1200) == "1200")
    #expect(NumberFormat.short(1.2e-7) == "1.2\u{2009}×\u{2009}10⁻⁷")
    #expect(NumberFormat.fixed(-0.0001, decimals: 2) == "0.00")
    #expect(NumberFormat.count(1_234_567) == "1\u{2009}234\u{2009}567")
    #expect(NumberFormat.csv("a,\"b\"") == "\"a,\"\"b\"\"\"")
  }

  @Test func labelsSpreadWithoutOverlap() {
    let placed = LabelSpread.spread(
      [10, 11, 12, 50, 98], extents: [6, 6, 6, 6, 6], in: 0...100)
    #expect(placed == [5, 11, 17, 50, 97])
    let tight = LabelSpread.spread([50, 50, 50], extents: [10, 10, 10], in: 40...70)
    #expect(tight == [45, 55, 65])
  }

  @Test func legendRowsHaveLikeLengths() {
    var list = DrawList()
    let entries = (0..<10).map { i in
      Legend.Entry(key: .swatch(.solid(.blue)), name: "name number \(i)")
    }
    Legend(entries: entries, size: 6).draw(to: &list, at: Point(0, 0), width: 250)
    let rows = Dictionary(grouping: list.texts.map(\.box), by: { $0.y })
    let counts = rows.values.map(\.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    #expect(list.texts.allSatisfy { $0.box.maxX <= 250 })
  }
}
