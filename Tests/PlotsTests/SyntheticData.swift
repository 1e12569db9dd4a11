import Foundation

@testable import Plots

/// Labelled points around class centres, with little pictures: what figures are made of.
struct SyntheticData {
  var labels: [Int]
  var thumbnails: [Bitmap]
  var similarity: [[Double]]

  static let names = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  init(count n: Int, noise: Double = 1.1, classes: Int = 10, seed: UInt64 = 5) {
    var random = PlotRandom(seed: seed)
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + random.uniform() } }
    let centres = (0..<classes).map { _ in (0..<16).map { _ in normal() } }
    labels = (0..<n).map { _ in Int(random.uniform() * Double(classes)) }
    let features = labels.map { label in
      let v = centres[label].map { $0 + noise * normal() }
      let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return v.map { $0 / norm }
    }
    similarity = features.map { a in
      features.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    thumbnails = labels.map { label in
      Bitmap(width: 8, height: 8) { x, y in
        Colour(UInt8(x * 30), UInt8(y * 30), UInt8(label * 20 % 256))
      }
    }
  }

  /// Mutual k-nearest-neighbour edges.
  func edges(k: Int = 5) -> [SimilarityGraphFigure.Edge] {
    let n = labels.count
    let nearest = (0..<n).map { i in
      Set(
        (0..<n).filter { $0 != i }.sorted { similarity[i][$0] > similarity[i][$1] }.prefix(k))
    }
    var edges: [SimilarityGraphFigure.Edge] = []
    for i in 0..<n {
      for j in nearest[i].sorted() where j > i && nearest[j].contains(i) {
        edges.append(SimilarityGraphFigure.Edge(i, j, weight: similarity[i][j]))
      }
    }
    return edges
  }

  func graph(k: Int = 5) -> SimilarityGraphFigure {
    var figure = SimilarityGraphFigure(
      labels: labels, edges: edges(k: k), rule: SimilarityGraphFigure.Rule(k: k, layer: "h"))
    figure.classNames = Self.names
    figure.thumbnails = thumbnails
    figure.subject = "\(labels.count) images"
    return figure
  }
}

extension Figure {
  /// Pairs of texts whose boxes overlap, and texts that stick out of the figure.
  var textProblems: [String] {
    var problems: [String] = []
    let texts = self.texts
    let page = Rect(x: 0, y: 0, width: width, height: height)
    for (i, a) in texts.enumerated() {
      if !page.contains(a.box, tolerance: 0.5) { problems.append("'\(a.string)' sticks out") }
      for b in texts[..<i] where a.box.overlaps(b.box, tolerance: 0.3) {
        problems.append("'\(a.string)' overlaps '\(b.string)'")
      }
    }
    return problems
  }

  var texts: [(string: String, box: Rect)] { drawing.texts }
}
