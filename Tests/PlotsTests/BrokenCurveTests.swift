import Testing

@testable import Plots

/// Curves of a run whose objective changed: broken lines, levels of stretches, uneven epochs.
@Suite struct BrokenCurveTests {
  private func figure(_ change: (inout CurvesFigure.Series) -> Void = { _ in }) -> CurvesFigure {
    var series = CurvesFigure.Series(
      "loss", steps: (1...10).map(Double.init), values: (1...10).map { $0 <= 5 ? 1 : 4 })
    change(&series)
    return CurvesFigure(panels: [.init("loss", series: [series])])
  }

  @Test func partsBeginAtTheBreaks() {
    let x = [1.0, 2, 3, 5, 6]
    #expect(CurveShape.parts(x, breaks: []) == [0..<5])
    #expect(CurveShape.parts(x, breaks: [4, 3, 3.5, .nan]) == [0..<2, 2..<3, 3..<5])
    #expect(CurveShape.parts(x, breaks: [-1, 1, 7]) == [0..<5])
    #expect(CurveShape.parts([], breaks: [1]) == [])
  }

  /// The mean does not reach over a break.
  @Test func meansStayOnTheirSide() throws {
    var whole = figure { $0.breaks = [6] }
    whole.smoothing = 9
    let rows = try whole.figure().csv.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.allSatisfy { $0[3] == $0[4] }, "\(rows)")
  }

  /// A line alone has nothing before it parts, whatever is at step 0.
  @Test func aLineAloneIsNotGrey() throws {
    #expect(try !figure().figure().texts.contains { $0.string == "before they part" })
    #expect(
      try figure { $0.trunk = 3 }.figure().texts.contains { $0.string == "before they part" })
  }

  @Test func theCaptionClaimsWhatIsDrawn() throws {
    var drawn = figure()
    drawn.panels[0].references = [
      .init("chance", 0, last: 5), .init("chance", 3, first: 6), .init("gone", 2, first: 11),
    ]
    #expect(
      try drawn.figure().caption.contains("Dashed: chance = 0 (to step 5), 3 (from step 6)."))
    drawn.panels[0].isLog = true
    let caption = try drawn.figure().caption
    #expect(caption.contains("Dashed: chance = 3 (from step 6).") && !caption.contains("= 0"))
    drawn.panels[0].series[0].values = drawn.panels[0].series[0].values.map { -$0 }
    let linear = try drawn.figure().caption
    #expect(linear.contains("No value of loss is positive: its axis is linear."))
    #expect(linear.contains("chance = 0") && !linear.contains("no place"))
  }

  /// A level that ends before the right edge has its name in the legend.
  @Test func aLevelThatEndsIsNamed() throws {
    var drawn = figure()
    drawn.panels[0].references = [.init("chance", 3, first: 2, last: 7)]
    #expect(try drawn.figure().texts.count { $0.string == "chance" } == 1)
    drawn.panels[0].references.append(.init("chance", 2, first: 8))
    #expect(try drawn.figure().texts.count { $0.string == "chance" } == 1)
    #expect(try drawn.figure().textProblems == [])
  }

  @Test func epochsStandWhereTheyEnded() throws {
    let scale = AxisScale(low: 1, high: 13, isLog: false, start: 0, end: 240)
    let ends = [(1, 9.0), (2, 13)].map { CurvesFigure.EpochEnd(epoch: Double($0.0), step: $0.1) }
    let ticks = EpochTicks.fitting(ends, scale, size: 5.5)
    #expect(ticks?.values == [9, 13] && ticks?.labels == ["1", "2"])
    #expect(EpochTicks.fitting([], scale, size: 5.5) == nil)
    // Short epochs after long ones: labels stay apart.
    let uneven = (1...60).map { i in
      CurvesFigure.EpochEnd(epoch: Double(i), step: i <= 2 ? 50 * Double(i) : 98 + Double(i))
    }
    var drawn = CurvesFigure(panels: [
      .init("loss", series: [.init("loss", steps: [0, 158], values: [1, 2])])
    ])
    drawn.epochEnds = uneven
    #expect(try drawn.figure().textProblems == [])
  }

  @Test func namesOfMarksAreNotCrossed() throws {
    var drawn = figure()
    drawn.events = [.init(step: 4, "swap simclr-attn, batch 64"), .init(step: 6, "swap temp 0.05")]
    let figure = try drawn.figure()
    #expect(figure.textProblems == [])
    #expect(figure.csv.contains("event,swap temp 0.05,6.0"))
  }
}
