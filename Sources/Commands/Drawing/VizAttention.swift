import CommandLanguage
import Methods
import Plots
import Sessions

/// `viz attn`: the attention weights of the last batch.
enum VizAttention {
  /// How values become colours.
  enum Scale: String, CaseIterable, Sendable {
    case linear
    case log
  }

  static let count = Key<Int?>(
    optional: "n", .int(in: 2...2000), default: "64", unit: "views",
    help: "how many rows, both views of each image, evenly over the classes")
  static let order = Key<AttentionData.Order>(
    "order", .choice(of: AttentionData.Order.self), default: .class,
    help: "rows by class and similarity, or as in the batch")
  static let scale = Key<Scale>(
    "scale", .choice(of: Scale.self), default: .linear, help: "how weights become colours")

  static let form = CommandForm(
    "attn", summary: "Draws the attention weights between views of the last batch.",
    options: [count, order, scale] + FigureRequest.options, output: FigureRequest.output,
    examples: [
      Example("viz attn -> a.png", "64 views, by class; entries that the loss uses stand out"),
      Example("viz attn n=128 order=batch scale=log -> a.png", "First views, then second views"),
    ])

  static func run(
    _ invocation: Invocation, _ request: FigureRequest, _ bench: Workbench
  ) throws -> Output {
    let data = try bench.attentionData(count: invocation[count], order: invocation[order])
    let n = data.samples.count
    let figure = try request.drawing {
      var figure = HeatMapFigure(values: data.weights, rows: n, columns: n)
      let isByClass = invocation[order] == .class
      figure.order = isByClass ? .classes : .given
      if isByClass {
        figure.rowLabels = data.samples.labels
        figure.rowTitle = "views of the batch, by class"
        figure.orderNote = "inside a class by the Fiedler vector of the cosines"
        figure.rowThumbnails = data.samples.thumbnails.map { $0.flatMap { Bitmap($0) } }
      } else {
        figure.rowTitle = "first views, then second views"
      }
      figure.columnTitle = figure.rowTitle
      figure.classNames = data.samples.classNames
      figure.isDiagonalMasked = true
      figure.positives = data.partners.enumerated().map { (row: $0, column: $1) }
      figure.used = (0..<n * n).map { data.partners[$0 / n] == $0 % n }
      figure.unusedNote = "does not reach the loss"
      figure.isLog = invocation[scale] == .log
      figure.subject =
        "Attention w = exp(1 + cos) of \(data.features.rawValue), last batch, \(request.moment), "
        + "\(n) of \(data.batchViews) views"
      figure.rowNames = zip(data.samples.ids, data.samples.views).map { "\($0)/\($1 + 1)" }
      figure.format = request.format
      return try figure.figure()
    }
    return try request.write(figure, summary: summary(data))
  }

  private static func summary(_ data: AttentionData) -> String {
    let n = data.samples.count
    let used = data.partners.indices.map { data.weights[$0 * n + data.partners[$0]] }
    guard let low = used.min(), let high = used.max() else { return "" }
    let mean = used.reduce(0, +) / Double(n)
    return "\(n) of \(data.batchViews) views, w of positive pairs "
      + "\(NumberFormat.fixed(low, 2)) to \(NumberFormat.fixed(high, 2)), "
      + "mean \(NumberFormat.fixed(mean, 2))"
  }
}
