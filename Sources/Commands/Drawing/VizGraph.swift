import Analysis
import CommandLanguage
import Plots
import Sessions

/// `viz graph`: samples joined where their features are similar.
enum VizGraph {
  static let count = Key<Int?>(
    optional: "n", .int(in: 2...5000), default: "64", unit: "nodes",
    help: "how many samples, evenly over the classes")
  static let neighbours = Key<Int>(
    "k", .int(in: 1...1000), default: 5, unit: "neighbours", help: "nearest neighbours of the rule")
  static let layer = Key<EvaluationLayer>(
    "layer", .choice(of: EvaluationLayer.self), default: .h, help: "the features compared")
  static let set = Key<FigureSet>(
    "on", .choice(of: FigureSet.self), default: .train,
    help: "train and test images, or both views of the last batch or the probe images")
  static let rule = Key<FeatureGraph.Rule>(
    "rule", .choice(of: FeatureGraph.Rule.self), default: .mutual,
    help: "whether both or either must be among the other's k nearest")

  static let form = CommandForm(
    "graph", summary: "Draws the similarity graph of samples, with thumbnails up to n=150.",
    options: [count, neighbours, layer, set, rule] + FigureRequest.options,
    output: FigureRequest.output,
    examples: [
      Example("viz graph n=64 k=5 -> g.png", "Mutual 5-nearest neighbours by cosine of h"),
      Example("viz graph on=batch layer=z -> b.png", "Both views; positive pairs are blue"),
    ])

  static func run(
    _ invocation: Invocation, _ request: FigureRequest, _ bench: Workbench,
    in context: CommandContext
  ) throws -> Output {
    let work = LongWork(context, "features")
    let data = try bench.similarityGraph(
      count: invocation[count], k: invocation[neighbours], layer: invocation[layer],
      on: invocation[set], rule: invocation[rule],
      isCancelled: { context.cancellation.isRequested }, progress: { work.report($0, $1) })
    let figure = try request.drawing {
      var figure = SimilarityGraphFigure(
        labels: data.samples.labels, edges: edges(data),
        rule: SimilarityGraphFigure.Rule(
          mutual: data.graph.rule == .mutual, k: data.graph.k, layer: data.layer.rawValue))
      figure.classNames = data.samples.classNames
      let pictures = data.samples.thumbnails.map { $0.flatMap { Bitmap($0) } }
      if pictures.contains(where: { $0 != nil }) { figure.thumbnails = pictures }
      figure.positivePairs = data.positives.count
      figure.ids = data.samples.ids
      figure.subject = subject(data, request)
      figure.seed = bench.seed
      figure.format = request.format
      return try figure.figure()
    }
    return try request.write(figure, summary: summary(data))
  }

  private static func edges(_ data: GraphData) -> [SimilarityGraphFigure.Edge] {
    let positives = Set(data.positives)
    return data.graph.edges.map { edge in
      SimilarityGraphFigure.Edge(
        edge.a, edge.b, weight: edge.weight,
        positive: positives.contains(FeatureGraph.Pair(edge.a, edge.b)))
    }
  }

  private static func subject(_ data: GraphData, _ request: FigureRequest) -> String {
    let n = data.samples.count
    switch data.set {
    case .train: return "\(n) training samples, \(request.moment)"
    case .test: return "\(n) test images, \(request.moment)"
    case .batch: return "two views of \(n / 2) images of the last batch, \(request.moment)"
    case .probe: return "two views of \(n / 2) probe images, \(request.moment)"
    }
  }

  private static func summary(_ data: GraphData) -> String {
    let graph = data.graph
    let rule = graph.rule == .mutual ? "mutual" : "either"
    var parts = [
      "\(graph.nodes) nodes", "\(graph.edges.count) \(rule)-\(graph.k)NN edges",
      "\(graph.componentCount) component\(graph.componentCount == 1 ? "" : "s")",
    ]
    if !data.positives.isEmpty {
      parts.append("\(data.joinedPositives) of \(data.positives.count) positive pairs joined")
    } else if let labels = data.samples.knownLabels, let same = graph.sameClassShare(labels: labels)
    {
      let chance = FeatureGraph.chanceShare(labels: labels).map {
        " (\(NumberFormat.fixed(100 * $0, 0)) % by chance)"
      }
      parts.append("\(NumberFormat.fixed(100 * same, 0)) % same class" + (chance ?? ""))
    }
    return parts.joined(separator: ", ")
  }
}
