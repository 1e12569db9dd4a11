import CommandLanguage
import Plots
import Sessions
import Tensors

/// `viz hist`: how the values of a tensor are distributed.
enum VizHistogram {
  static let ref = Key<Formula>(
    "tensor", .tensor, help: "a tensor, with a slice if wanted, or an expression")
  static let bins = Key<Int?>(
    optional: "bins", .int(in: 1...1000), default: "auto", auto: true, help: "number of bins")
  /// The most values of one figure.
  static let maxValues = 20_000_000

  static let form = CommandForm(
    "hist", summary: "Draws a histogram of a tensor's values.",
    arguments: [ref], options: [bins] + FigureRequest.options, output: FigureRequest.output,
    examples: [
      Example("viz hist z1 -> h.png", "The first views' projections"),
      Example("viz hist cos(z1, z2) -> h.png", "How well the views agree"),
      Example("viz hist g:backbone.layer1.0.conv1.weight bins=50 -> h.png", "A gradient"),
    ])

  static func run(
    _ invocation: Invocation, _ request: FigureRequest, in context: CommandContext
  ) throws -> Output {
    let formula = invocation[ref]
    let sliced = try TensorReference.read(ref, of: invocation, in: context)
    let values = sliced.tensor.values
    guard !values.isEmpty, values.count <= maxValues else {
      throw invocation.error(
        "viz hist: expected 1 to \(maxValues) values, '\(formula.text)' has "
          + "\(values.count)", at: ref, help: "viz hist \(formula.text)[0:100] -> h.png")
    }
    let finite = values.lazy.filter(\.isFinite)
    let figure = try request.drawing {
      var figure = HistogramFigure(
        groups: [
          HistogramFigure.Group(formula.text, values: values.map(Double.init))
        ], valueName: "\(formula.text) (–)")
      figure.bins = invocation[bins]
      let moment = TensorReference.moment(formula, context.workbench)
      figure.subject = (["Histogram", moment].filter { !$0.isEmpty }).joined(separator: ", ")
      figure.format = request.format
      return try figure.figure()
    }
    var parts = ["\(values.count) values"]
    if let low = finite.min(), let high = finite.max() {
      parts.append("\(NumberFormat.short(Double(low))) to \(NumberFormat.short(Double(high)))")
    }
    let lost = values.count - finite.count
    if lost > 0 { parts.append("\(lost) not finite") }
    return try request.write(figure, summary: parts.joined(separator: ", "))
  }
}
