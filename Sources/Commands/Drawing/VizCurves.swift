import CommandLanguage
import Methods
import Plots
import Sessions

/// `viz curves`: metrics over training.
enum VizCurves {
  static let metrics = Key<[String]>(
    "metrics", .list(of: .word(.metrics)), help: "metrics, comma-separated, one panel each")
  static let smooth = Key<Int?>(
    optional: "smooth", .int(in: 0...10_000_000), default: "auto", auto: true, unit: "steps",
    help: "window of the centred mean; 0 for none, auto for none below 200 records")
  static let branch = Key<[String]?>(
    optional: "branch", .list(of: .word(.branches)), default: "the present one",
    help: "branches in one figure, all for every one")
  static let log = Key<Bool>("log", .onOff, default: false, help: "logarithmic value axes")

  static let form = CommandForm(
    "curves", summary: "Draws metrics over training, with chance levels and the bank's gate.",
    arguments: [metrics], options: [branch, smooth, log] + FigureRequest.options,
    output: FigureRequest.output,
    examples: [
      Example("viz curves loss,z_std,knn -> c.png", "Three panels over the same steps"),
      Example("viz curves loss,z_std branch=all -> c.png", "What each branch did after its fork"),
      Example("viz curves loss smooth=50 size=183mm -> c.png", "A mean over 50 steps"),
    ])

  static func run(
    _ invocation: Invocation, _ request: FigureRequest, in context: CommandContext
  ) throws -> Output {
    let bench = context.workbench
    var names = invocation[branch] ?? []
    if names == ["all"] { names = context.timeline.branches.map(\.name) }
    let data = try bench.curves(
      invocation[metrics], branches: context.timeline.metrics(of: names))
    let figure = try request.drawing {
      var figure = CurvesFigure(panels: data.curves.map { panel($0, log: invocation[log]) })
      if let gate = data.gateStep {
        figure.events = [CurvesFigure.Event(step: Double(gate), "bank in use")]
      }
      // Within the first epoch an epoch axis would have no tick.
      let last = data.curves.flatMap(\.lines).compactMap(\.steps.last).max() ?? 0
      if data.stepsPerEpoch > 0, last >= data.stepsPerEpoch {
        figure.stepsPerEpoch = Double(data.stepsPerEpoch)
      }
      figure.subject =
        "\(data.method.rawValue), seed \(bench.seed)"
        + (names.count > 1 ? ", branches \(names.joined(separator: ", "))" : "")
      figure.smoothing = invocation[smooth].map(Double.init)
      figure.format = request.format
      return try fitted(figure, height: request.height)
    }
    return try request.write(figure, summary: summary(data))
  }

  /// Draws with panels as high as the height asked for leaves room for.
  private static func fitted(_ figure: CurvesFigure, height: Double?) throws -> Figure {
    guard let height, !figure.panels.isEmpty else { return try figure.figure() }
    var figure = figure
    let least = figure.format.theme == .slides ? 60.0 : 30.0
    figure.panelHeight = least
    let lowest = try figure.figure()
    figure.panelHeight = least + max(0, height - lowest.height) / Double(figure.panels.count)
    return try figure.figure()
  }

  private static func panel(_ curve: MetricCurve, log: Bool) -> CurvesFigure.Panel {
    let direction: CurvesFigure.Direction =
      curve.higherIsBetter.map { $0 ? .higher : .lower } ?? .neutral
    return CurvesFigure.Panel(
      curve.name, unit: curve.unit, direction: direction,
      series: curve.lines.map {
        var series = CurvesFigure.Series(
          $0.name, steps: $0.steps.map(Double.init), values: $0.values)
        (series.lead, series.trunk) = ($0.lead, $0.trunk)
        return series
      }, references: curve.levels.map { CurvesFigure.Reference($0.name, $0.value) }, log: log)
  }

  private static func summary(_ data: CurvesData) -> String {
    data.curves.map { curve in
      let ends = curve.lines.map { line in
        (curve.lines.count > 1 ? line.name + " " : "")
          + (line.values.last.map(NumberFormat.short) ?? "none")
      }
      return "\(curve.name) \(ends.joined(separator: " / "))"
        + (curve.unit.isEmpty ? "" : " " + curve.unit)
    }.joined(separator: ", ")
      + " at step \(data.curves.flatMap(\.lines).compactMap(\.steps.last).max() ?? 0)"
  }
}
