/// A graph of images joined where their features are similar.
public struct SimilarityGraphFigure: Sendable {
  /// One edge of the graph.
  public struct Edge: Sendable, Equatable {
    /// The first node's index.
    public var a: Int
    /// The second node's index.
    public var b: Int
    /// The similarity; its place in the range of all edges becomes width and opacity.
    public var weight: Double
    /// Whether the nodes are two views of one image.
    public var isPositive: Bool

    /// Makes an edge.
    public init(_ a: Int, _ b: Int, weight: Double, positive: Bool = false) {
      self.a = a
      self.b = b
      self.weight = weight
      isPositive = positive
    }
  }

  /// By which rule the edges were chosen, for the caption.
  public struct Rule: Sendable, Equatable {
    /// Whether both nodes must have each other among their nearest.
    public var isMutual: Bool
    /// The number of nearest neighbours.
    public var k: Int
    /// The measure, such as "cosine similarity".
    public var metric: String
    /// The features compared, such as "h".
    public var layer: String

    /// Makes a rule.
    public init(mutual: Bool = true, k: Int, metric: String = "cosine similarity", layer: String) {
      isMutual = mutual
      self.k = k
      self.metric = metric
      self.layer = layer
    }

    /// The rule in words.
    var sentence: String {
      "\(isMutual ? "mutual" : "one-sided") k-nearest neighbours, k = \(k), \(metric) of layer "
        + layer
    }
  }

  /// The class of every node, nil where unknown; its length is the number of nodes.
  public var labels: [Int?]
  /// The classes' names, by class number.
  public var classNames: [String] = []
  /// A picture for every node, or none at all.
  public var thumbnails: [Bitmap?] = []
  /// How many pairs of nodes are two views of one image, joined or not.
  public var positivePairs = 0
  /// The edges.
  public var edges: [Edge]
  /// The rule that the edges follow.
  public var rule: Rule
  /// What is shown, as the caption's first words, such as "Step 1200, 64 test images".
  public var subject = ""
  /// The sample ids of the nodes for the CSV; indices if empty.
  public var ids: [Int] = []
  /// Positions to keep, in the unit square; nil to compute a layout.
  public var positions: [Point]?
  /// Decides between equally good layouts.
  public var seed: UInt64 = 0
  /// The largest number of edges drawn at one node; the strongest are kept, positive pairs first.
  public var maximumDegree = 6
  /// The side of a thumbnail in pixels at 300 dpi; nil for 28, and more when there is room.
  public var thumbnailSide: Double?
  /// Up to how many nodes thumbnails are drawn; beyond, class marks.
  public var thumbnailLimit = 150
  /// Size and resolution.
  public var format = FigureFormat.column

  /// Makes a figure of nodes and edges.
  public init(labels: [Int?], edges: [Edge], rule: Rule) {
    self.labels = labels
    self.edges = edges
    self.rule = rule
  }

  /// What an edge joins, in the order of drawing.
  enum Kind: String {
    case unknown = "unknown class"
    case same = "same class"
    case cross = "different classes"
    case positive = "positive pair"

    var colour: Colour {
      switch self {
      case .unknown, .same: Colour(hex: 0x767676)
      case .cross: .vermilion
      case .positive: .blue
      }
    }
    var order: Int {
      switch self {
      case .unknown, .same: 0
      case .cross: 1
      case .positive: 2
      }
    }
  }

  func kind(_ e: Edge) -> Kind {
    if e.isPositive { return .positive }
    guard let a = labels[e.a], let b = labels[e.b] else { return .unknown }
    return a == b ? .same : .cross
  }

  /// Lays out and draws the graph.
  ///
  /// - Throws: `PlotError` if inputs differ in length, an edge's node does not exist, or the
  ///   figure is too large.
  public func figure() throws -> Figure {
    try check()
    let n = labels.count
    let palette = ClassPalette(labels: labels, names: classNames)
    let valid = edges.filter { $0.a != $0.b && $0.weight.isFinite }
    let drawn = limited(valid)
    var composer = Composer(format)
    guard n > 0 else {
      composer.note("no images")
      return composer.finish(
        caption: caption(valid, drawn), altText: "An empty similarity graph.", csv: csv([], []))
    }
    let placement = GraphPlacement(self, drawn: drawn, width: composer.width)
    draw(placement, drawn, palette, in: &composer)
    composer.legend(classLegend(palette), gap: 4)
    composer.legend(edgeLegend(drawn))
    return composer.finish(
      caption: caption(valid, drawn), altText: altText(valid),
      csv: csv(drawn, placement.points))
  }

  /// Returns the positions that `figure()` uses, in the unit square, to keep them over time.
  ///
  /// - Throws: What `figure()` throws.
  public func layout() throws -> [Point] {
    try check()
    guard !labels.isEmpty else { return [] }
    let drawn = limited(edges.filter { $0.a != $0.b && $0.weight.isFinite })
    let width = Composer(format).width
    let placement = GraphPlacement(self, drawn: drawn, width: width)
    return placement.points.map { Point($0.x / width, $0.y / placement.height) }
  }

  private func check() throws {
    let n = labels.count
    if !thumbnails.isEmpty, thumbnails.count != n {
      throw PlotError.count(what: "thumbnails", expected: n, found: thumbnails.count)
    }
    if !ids.isEmpty, ids.count != n {
      throw PlotError.count(what: "sample ids", expected: n, found: ids.count)
    }
    if let positions, positions.count != n {
      throw PlotError.count(what: "positions", expected: n, found: positions.count)
    }
    for e in edges {
      for node in [e.a, e.b] where node < 0 || node >= n {
        throw PlotError.index(what: "node of an edge", expected: n, found: node)
      }
    }
  }

  /// Returns the edges that are drawn: strongest first, at most `maximumDegree` at a node.
  private func limited(_ edges: [Edge]) -> [Edge] {
    let order = edges.indices.sorted { i, j in
      let (a, b) = (edges[i], edges[j])
      if a.isPositive != b.isPositive { return a.isPositive }
      return a.weight != b.weight ? a.weight > b.weight : i < j
    }
    var degree = [Int](repeating: 0, count: labels.count)
    var kept: [Edge] = []
    for i in order {
      let e = edges[i]
      guard degree[e.a] < maximumDegree, degree[e.b] < maximumDegree else { continue }
      degree[e.a] += 1
      degree[e.b] += 1
      kept.append(e)
    }
    return kept
  }
}
