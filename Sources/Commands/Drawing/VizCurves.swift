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
    "curves", summary: "Draws metrics over training, with chance levels and changes in mid-run.",
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
      figure.events =
        data.events.count > mostEvents
        ? [] : data.events.map { CurvesFigure.Event(step: Double($0.step), $0.name) }
      figure.epochEnds = data.epochEnds.map {
        CurvesFigure.EpochEnd(epoch: Double($0.epoch), step: Double($0.step))
      }
      figure.subject = data.subject + branchText(data)
      figure.remarks = remarks(data)
      figure.smoothing = invocation[smooth].map(Double.init)
      figure.format = request.format
      return try fitted(figure, height: request.height)
    }
    return try request.write(figure, summary: summary(data))
  }

  /// The most marks that can be told apart at the width of a column.
  private static let mostEvents = 40

  /// The branches that have a line.
  private static func branchText(_ data: CurvesData) -> String {
    var seen: Set<String> = []
    let names = data.curves.flatMap(\.lines).map(\.branch)
      .filter { !$0.isEmpty && seen.insert($0).inserted }
    guard !names.isEmpty else { return "" }
    return ", branch\(names.count > 1 ? "es" : "") \(names.joined(separator: ", "))"
  }

  /// What the caption says of changes in mid-run.
  private static func remarks(_ data: CurvesData) -> [String] {
    var out: [String] = []
    let changes = data.events.filter(\.isChange)
    if data.events.count > mostEvents {
      out.append("\(data.events.count) changes in mid-run are too many to mark.")
    } else if (1...4).contains(changes.count) {
      let list = changes.map { "\($0.name) from step \($0.step)" }
      out.append("Changed in mid-run: \(list.joined(separator: "; ")).")
    } else if !changes.isEmpty {
      out.append("\(changes.count) changes in mid-run are marked, not all of them by name.")
    }
    let broken = data.curves.filter { curve in
      curve.lines.contains { line in
        let own = line.steps.dropFirst(line.lead)
        return line.breaks.contains { $0 > own.first ?? .max && $0 <= own.last ?? .min }
      }
    }
    if !broken.isEmpty {
      let names = broken.map(\.name).joined(separator: ", ")
      out.append("Lines are broken where values before and after are not comparable (\(names)).")
    }
    let losses = data.curves.filter { ["loss", "total"].contains($0.name) && $0.lines.count > 1 }
    if data.objectivesDiffer, !losses.isEmpty {
      out.append("Losses of different objectives cannot be compared by their height.")
    }
    if data.epochsDiffer { out.append("Epochs end at other steps from branch to branch.") }
    return out
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
        series.breaks = $0.breaks.map(Double.init)
        return series
      },
      references: curve.levels.map { level in
        var reference = CurvesFigure.Reference(
          level.name, level.value, first: level.first.map(Double.init),
          last: level.last.map(Double.init))
        reference.owners = level.branches
        reference.series = curve.lines.filter { level.branches.contains($0.branch) }.map(\.name)
        return reference
      }, log: log)
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
