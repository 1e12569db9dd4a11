import Foundation
import Images
import Testing

@testable import Plots

struct GraphFigureTests {
  @Test(arguments: [1, 2, 3, 10, 64, 150])
  func thumbnailsNeverOverlap(n: Int) throws {
    let figure = try SyntheticData(count: n).graph().figure()
    let boxes = figure.drawing.bitmapBoxes
    #expect(boxes.count == n)
    for (i, a) in boxes.enumerated() {
      for b in boxes[..<i] { #expect(!a.overlaps(b, tolerance: 1e-3)) }
    }
    #expect(figure.textProblems == [])
  }

  @Test func thumbnailsAreAtLeastTwentyEightPixels() throws {
    for (n, side) in [(150, 28.0), (64, 42.9), (20, 44.8)] {
      let figure = try SyntheticData(count: n, noise: 0.8).graph().figure()
      let box = try #require(figure.drawing.bitmapBoxes.first)
      #expect(abs(box.width * 300 / 72 - side) < 1, "n = \(n)")
    }
  }

  @Test func beyondTheLimitClassMarksAreDrawn() throws {
    let figure = try SyntheticData(count: 151).graph().figure()
    #expect(figure.drawing.bitmapBoxes.isEmpty)
  }

  @Test func layoutIsTheSameEveryTimeAndDiffersBySeed() throws {
    let graph = SyntheticData(count: 64).graph()
    var other = graph
    other.seed = 9
    #expect(try graph.layout() == graph.layout())
    #expect(try graph.figure().pixels() == graph.figure().pixels())
    #expect(try graph.layout() != other.layout())
  }

  @Test func keptPositionsAreUsedAsGiven() throws {
    let data = SyntheticData(count: 30)
    var graph = data.graph()
    let positions = try graph.layout()
    graph.positions = positions
    let again = try graph.layout()
    for (a, b) in zip(positions, again) {
      #expect(abs(a.x - b.x) < 1e-9)
      #expect(abs(a.y - b.y) < 1e-9)
    }
  }

  @Test func neighboursStandCloserThanOthers() throws {
    let data = SyntheticData(count: 200, noise: 0.9)
    let graph = data.graph()
    let at = try graph.layout()
    func distance(_ i: Int, _ j: Int) -> Double {
      let (dx, dy) = (at[i].x - at[j].x, at[i].y - at[j].y)
      return (dx * dx + dy * dy).squareRoot()
    }
    let joined = graph.edges.map { distance($0.a, $0.b) }.reduce(0, +) / Double(graph.edges.count)
    var sum = 0.0
    for i in 0..<200 {
      for j in 0..<i { sum += distance(i, j) }
    }
    #expect(joined < 0.3 * sum / (200 * 199 / 2))
  }

  @Test func captionStatesRuleAndCounts() throws {
    var graph = SimilarityGraphFigure(
      labels: [0, 0, 1, 1, 1, nil],
      edges: [
        .init(0, 1, weight: 0.9), .init(2, 3, weight: 0.8), .init(3, 4, weight: 0.5),
        .init(1, 2, weight: 0.4),
      ],
      rule: .init(k: 5, layer: "h"))
    graph.subject = "6 images"
    let figure = try graph.figure()
    #expect(
      figure.caption.hasPrefix(
        "Similarity graph: 6 images. Edges: mutual k-nearest neighbours, k = 5, "
          + "cosine similarity of layer h (0.4 to 0.9; wider and darker is more similar). "
          + "n = 6, 4 edges, 2 components (1 isolated); 75 % of edges join one class "
          + "(40 % by chance)."))
    #expect(figure.textProblems == [])
    #expect(figure.csv.split(separator: "\n").count == 1 + 6 + 4)
  }

  @Test func noNodeHasMoreThanSixEdges() throws {
    let hub = (1...20).map { SimilarityGraphFigure.Edge(0, $0, weight: Double($0) / 20) }
    let graph = SimilarityGraphFigure(
      labels: [Int?](repeating: 0, count: 21), edges: hub, rule: .init(k: 20, layer: "z"))
    let figure = try graph.figure()
    let drawn = figure.csv.split(separator: "\n").filter { $0.hasPrefix("edge") }
    #expect(drawn.count == 6)
    #expect(figure.caption.contains("Drawn: the 6 strongest edges, at most 6 at a node."))
    #expect(figure.caption.contains("20 edges"))
  }

  @Test func oddInputsDoNotTrap() throws {
    let empty = SimilarityGraphFigure(labels: [], edges: [], rule: .init(k: 5, layer: "h"))
    #expect(try empty.figure().pixelWidth == 1051)
    var odd = SimilarityGraphFigure(
      labels: [0, nil, 7, -3],
      edges: [
        .init(0, 1, weight: .nan), .init(1, 1, weight: 1), .init(2, 3, weight: .infinity),
        .init(0, 3, weight: -2),
      ], rule: .init(k: 1, layer: String(repeating: "long ", count: 80)))
    odd.classNames = [String(repeating: "w", count: 300)]
    odd.thumbnails = [nil, nil, nil, nil]
    odd.thumbnailSide = .infinity
    #expect(try odd.figure().textProblems == [])
    odd.positions = [Point(.nan, 5), Point(0, 0), Point(1, 1), Point(-.infinity, 2)]
    _ = try odd.figure().pixels()
  }

  @Test func wrongInputsAreRefused() {
    var graph = SyntheticData(count: 5).graph()
    graph.edges = [.init(0, 5, weight: 1)]
    #expect(throws: PlotError.index(what: "node of an edge", expected: 5, found: 5)) {
      try graph.figure()
    }
    graph.edges = []
    graph.thumbnails.removeLast()
    #expect(throws: PlotError.count(what: "thumbnails", expected: 5, found: 4)) {
      try graph.figure()
    }
  }

  @Test func aThousandClassesKeepAShortLegend() throws {
    let graph = SimilarityGraphFigure(
      labels: (0..<1000).map { $0 }, edges: [], rule: .init(k: 5, layer: "h"))
    let figure = try graph.figure()
    #expect(figure.texts.contains { $0.string == "983 other classes" })
    #expect(figure.textProblems == [])
  }

  @Test func pngCarriesItsTextAndResolution() throws {
    let figure = try SyntheticData(count: 12).graph().figure()
    let file = try figure.png(text: [PNG.TextEntry(key: "Command", value: "viz graph n=12")])
    let samples = try PNG.decodeSamples(file)
    #expect(samples.width == 1051)
    #expect(samples.text.contains(PNG.TextEntry(key: "Command", value: "viz graph n=12")))
    #expect(samples.text.contains { $0.key == "Caption" && $0.value == figure.caption })
    #expect(samples.values.count == 3 * samples.width * samples.height)
    #expect(samples.values.map { UInt8(truncatingIfNeeded: $0) } == (try figure.pixels()))
  }
}
