import CommandLanguage
import Plots
import Sessions

/// `viz spectrum`: over how many directions features spread.
enum VizSpectrum {
  static let count = Key<Int?>(
    optional: "n", .int(in: 2...5000), default: "512", unit: "samples",
    help: "how many samples, evenly over the classes")
  static let layer = Key<EvaluationLayer>(
    "layer", .choice(of: EvaluationLayer.self), default: .z, help: "the features")
  static let set = Key<FigureSet>(
    "on", .choice(of: FigureSet.self), default: .probe,
    help: "train and test images, or both views of the last batch or the probe images")

  static let form = CommandForm(
    "spectrum", summary: "Draws the covariance spectrum of features with its effective rank.",
    options: [count, layer, set] + FigureRequest.options, output: FigureRequest.output,
    examples: [
      Example("viz spectrum layer=z -> s.png", "A steep fall is dimensional collapse")
    ])

  static func run(
    _ invocation: Invocation, _ request: FigureRequest, _ bench: Workbench,
    in context: CommandContext
  ) throws -> Output {
    let work = LongWork(context, "features")
    let layer = invocation[layer]
    let data = try bench.spectrumData(
      count: invocation[count], layer: layer, on: invocation[set],
      isCancelled: { context.cancellation.isRequested }, progress: { work.report($0, $1) })
    let even = data.values.reduce(0, +) / Double(max(1, data.largestRank))
    let figure = try request.drawing {
      var figure = SpectrumFigure(
        series: [
          SpectrumFigure.Series(
            request.moment, values: data.values, effectiveRank: data.effectiveRank),
          SpectrumFigure.Series(
            "same variance, spread evenly",
            values: [Double](repeating: even, count: data.largestRank), reference: true),
        ], layer: layer.rawValue)
      figure.subject =
        "Spectrum, \(samples(data, invocation[set])), dimension \(data.dimension)"
      figure.format = request.format
      return try figure.figure()
    }
    return try request.write(
      figure,
      summary: "effective rank \(NumberFormat.fixed(data.effectiveRank, 1)) of at most "
        + "\(data.largestRank) (RankMe of centred \(layer.rawValue), \(data.count) samples)")
  }

  private static func samples(_ data: SpectrumData, _ set: FigureSet) -> String {
    switch set {
    case .train: "\(data.count) training samples"
    case .test: "\(data.count) test images"
    case .batch: "two views of \(data.count / 2) images of the last batch"
    case .probe: "two views of \(data.count / 2) probe images"
    }
  }
}
