import Foundation
import Testing

@testable import Plots

/// Random nonsense must give a figure or a thrown `PlotError`, never a trap.
struct OddInputTests {
  private struct Nonsense {
    var random: PlotRandom

    mutating func below(_ n: Int) -> Int { Int(random.uniform() * Double(n)) }

    mutating func number() -> Double {
      let specials: [Double] = [
        .nan, .infinity, -.infinity, 0, -0.0, 1e308, -1e308, Double.leastNonzeroMagnitude, 1e15, -1,
        1,
      ]
      return below(3) == 0 ? specials[below(specials.count)] : random.uniform() * 20 - 10
    }

    mutating func numbers(_ n: Int) -> [Double] { (0..<n).map { _ in number() } }

    mutating func labels(_ n: Int) -> [Int?] {
      let all: [Int?] = [nil, 0, 1, 2, -5, 9, 17, 1000, .max, .min]
      return (0..<n).map { _ in all[below(all.count)] }
    }

    mutating func text() -> String {
      let all = ["", "loss", "漢字 🦜", "a\nb\tc", String(repeating: "x", count: 900), "50 % = π"]
      return all[below(all.count)]
    }

    mutating func format() throws -> FigureFormat {
      try FigureFormat(
        widthMM: [30, 45, 89, 183][below(4)], dpi: [72, 150, 300][below(3)],
        theme: below(3) == 0 ? .slides : .paper)
    }
  }

  @Test(arguments: 0..<60)
  func nothingTraps(seed: Int) throws {
    var nonsense = Nonsense(random: PlotRandom(seed: UInt64(seed)))
    let n = nonsense.below(14)
    let format = try nonsense.format()

    var graph = SimilarityGraphFigure(
      labels: nonsense.labels(n),
      edges: n == 0
        ? []
        : (0..<nonsense.below(40)).map { _ in
          .init(
            nonsense.below(n), nonsense.below(n), weight: nonsense.number(),
            positive: nonsense.below(4) == 0)
        }, rule: .init(k: nonsense.below(9), layer: nonsense.text()))
    graph.classNames = [nonsense.text(), nonsense.text()]
    graph.maximumDegree = nonsense.below(8)
    graph.format = format
    draw { try graph.figure() }

    let columns = nonsense.below(2) == 0 ? n : nonsense.below(9)
    var heat = HeatMapFigure(values: nonsense.numbers(n * columns), rows: n, columns: columns)
    heat.rowLabels = nonsense.labels(n)
    heat.isLog = nonsense.below(2) == 0
    heat.isDiagonalMasked = nonsense.below(2) == 0
    heat.valueName = nonsense.text()
    heat.rowTitle = nonsense.text()
    heat.columnTitle = nonsense.text()
    heat.format = format
    draw { try heat.figure() }

    var curves = CurvesFigure(
      panels: (0..<nonsense.below(4)).map { _ in
        let count = nonsense.below(30)
        return .init(
          nonsense.text(), unit: nonsense.text(), direction: .higher,
          series: (0..<nonsense.below(4)).map { _ in
            var series = CurvesFigure.Series(
              nonsense.text(), steps: nonsense.numbers(count), values: nonsense.numbers(count),
              spread: nonsense.below(2) == 0 ? [] : nonsense.numbers(count))
            series.breaks = nonsense.numbers(nonsense.below(4))
            (series.lead, series.trunk) = (nonsense.below(9), nonsense.below(9))
            return series
          },
          references: [
            .init(
              nonsense.text(), nonsense.number(), first: nonsense.number(), last: nonsense.number())
          ], log: nonsense.below(2) == 0)
      })
    curves.events = [.init(step: nonsense.number(), nonsense.text())]
    curves.epochEnds = (0..<nonsense.below(9)).map { _ in
      .init(epoch: nonsense.number(), step: nonsense.number())
    }
    curves.smoothing = nonsense.below(2) == 0 ? nil : nonsense.number()
    curves.format = format
    draw { try curves.figure() }

    var bank = BankFigure(
      .rows(nonsense.numbers(n * 3), dimensions: 3), labels: nonsense.labels(n))
    bank.ages = nonsense.numbers(n)
    bank.drifts = nonsense.numbers(n)
    bank.format = format
    draw { try bank.figure() }

    var histogram = HistogramFigure(
      groups: [.init(nonsense.text(), values: nonsense.numbers(nonsense.below(50)))],
      valueName: nonsense.text())
    histogram.references = [.init(nonsense.text(), nonsense.number())]
    histogram.format = format
    draw { try histogram.figure() }

    var spectrum = SpectrumFigure(
      series: [
        .init(nonsense.text(), values: nonsense.numbers(n), effectiveRank: nonsense.number())
      ], layer: nonsense.text())
    spectrum.format = format
    draw { try spectrum.figure() }
  }

  /// Draws a figure; a refusal is fine, texts that collide are not.
  private func draw(
    _ make: () throws -> Figure, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      let figure = try make()
      #expect(
        try figure.pixels().count == 3 * figure.pixelWidth * figure.pixelHeight,
        sourceLocation: sourceLocation)
      #expect(figure.textProblems == [], sourceLocation: sourceLocation)
    } catch let error as PlotError {
      #expect(!error.description.isEmpty, sourceLocation: sourceLocation)
    } catch {
      Issue.record(error, sourceLocation: sourceLocation)
    }
  }

  @Test func twoThousandNodesAreLaidOutInTime() throws {
    let graph = SyntheticData(count: 2000, noise: 1.3).graph()
    let start = ContinuousClock.now
    _ = try graph.figure()
    // 0.3 s on a free core; the bound leaves room for a busy machine.
    #expect(ContinuousClock.now - start < .seconds(4))
  }
}
