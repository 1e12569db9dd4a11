import CommandLanguage
import Datasets
import Methods
import Sessions

/// `show health`: the numbers of the health line, what they are measured against, how they read.
enum ShowHealth {
  /// The table of the last step.
  ///
  /// Throws: `SessionError` before the first step.
  static func table(_ context: CommandContext) throws -> Table {
    let bench = context.workbench
    guard let last = bench.metrics.records.last, let present = try bench.resolved().method,
      let method = bench.method(ofStep: last.step)
    else {
      throw SessionError("no step was taken yet: there is nothing to judge", help: "step")
    }
    let missing = HealthLine.complete(bench, from: try context.benchWithBatch)
    guard let record = bench.metrics.records.last else { return Table([]) }
    let classes = bench.data?.loaded.classNames.count ?? method.classes
    let first = bench.metrics.firstLoss
    let rows = MetricName.allCases.compactMap { name in
      record.values[name].map { row(name, $0, method, classes: classes, firstLoss: first) }
    }
    return Table(
      [
        Table.Column("metric"), Table.Column("value"), Table.Column("against"),
        Table.Column("reading"),
      ], rows: rows, title: HealthLine.text(record, bench),
      notes: [missing, verdict(record, method), swapNote(record, method, present)]
        .compactMap { $0 })
  }

  /// What was measured belongs to the step's own forward pass, whatever was chosen since.
  private static func swapNote(
    _ record: StepRecord, _ method: MethodConfiguration, _ present: MethodConfiguration
  ) -> String? {
    guard method != present else { return nil }
    return "  step \(record.step) was taken with \(method.name.rawValue), batch \(method.batch)"
      + (method.name.isSimSiamFamily ? "" : ", temp \(method.temperature)")
      + ": what was swapped since shows from the next step on"
  }

  private static func row(
    _ name: MetricName, _ value: Double, _ method: MethodConfiguration, classes: Int,
    firstLoss: MetricLog.Measured?
  ) -> [Table.Cell] {
    let even = method.evenStd
    let largest = Double(method.largestRank)
    let text = NumberFormat.short(value) + (name.unit.isEmpty ? "" : " \(name.unit)")
    let (against, reading): (String, String) =
      switch name {
      case .loss where method.name.isSimSiamFamily:
        ("0 chance, −1 aligned", "both views' p against the other's z; a collapse gives −1 too")
      case .loss:
        (
          "chance ln \(2 * method.batch - 1) = \(NumberFormat.fixed(method.chanceLoss, 3))",
          "\(value < method.chanceLoss ? "below" : "at or above") the loss of equal similarities"
            + (firstLoss.map(firstText) ?? "")
        )
      case .total: ("–", "loss plus class_loss")
      case .classLoss:
        (
          "chance ln \(method.classes)", "the online classifier's; its gradient stays out of h"
        )
      case .zStd:
        (
          "1/√d = \(NumberFormat.fixed(even, 4)), 0 collapsed",
          "\(NumberFormat.fixed(100 * value / even, 0)) % of an even spread"
        )
      case .acc1, .acc5: ("chance \(NumberFormat.fixed(chance(name, method), 0)) %", "of the batch")
      case .contrastAcc:
        (
          "chance \(NumberFormat.short(1 / Double(2 * method.batch - 1)))",
          method.name == .simclrAttn
            ? "first among log-probabilities times w, as published: not SimCLR's"
            : "share of views whose positive ranks first"
        )
      case .erank:
        (
          "1 to \(NumberFormat.fixed(largest, 0))",
          "directions that z of the batch uses (RankMe)"
        )
      case .align: ("0 aligned", "mean squared distance of positive pairs")
      case .uniform: ("lower is more even", "log mean Gaussian potential")
      case .knn:
        (
          classes > 0 ? "chance \(NumberFormat.fixed(100 / Double(classes), 0)) %" : "–",
          "weighted kNN on h"
        )
      }
    let read = value.isFinite ? reading : value.isNaN ? "not a number" : "not finite"
    return [.text(name.rawValue), .text(text), .text(against), .text(read)]
  }

  private static func firstText(_ first: MetricLog.Measured) -> String {
    "; \(NumberFormat.fixed(first.value, 3)) at step \(first.step)"
      + (first.step > 1 ? ", the first of this objective" : "")
  }

  private static func chance(_ name: MetricName, _ method: MethodConfiguration) -> Double {
    let classes = Double(max(1, method.classes))
    return min(100, (name == .acc1 ? 100 : 500) / classes)
  }

  /// Rules of thumb, stated with their numbers.
  private static func verdict(_ record: StepRecord, _ method: MethodConfiguration) -> String {
    let even = method.evenStd
    let largest = Double(method.largestRank)
    if let std = record.values[.zStd], !std.isFinite {
      return "  diverged: z is not finite; 'set nonfinite stop' stops before such a step"
    }
    if let std = record.values[.zStd], std < 0.1 * even {
      return "  collapsed: z_std is below a tenth of 1/√d, all z point nearly the same way"
    }
    if let rank = record.values[.erank], rank < 0.05 * largest {
      return
        "  dimensional collapse: erank is below a twentieth of \(NumberFormat.fixed(largest, 0))"
    }
    if let std = record.values[.zStd], std < 0.5 * even {
      return "  narrow: z_std is below half of 1/√d; usual in the first steps"
    }
    if let rank = record.values[.erank], rank < 0.1 * largest {
      return "  few directions: erank is below a tenth of \(NumberFormat.fixed(largest, 0)); "
        + "'collapse' looks in eval mode"
    }
    let rank =
      record.values[.erank] == nil
      ? "erank not measured" : "erank above a tenth of \(NumberFormat.fixed(largest, 0))"
    return "  no sign of collapse in the batch: z_std is at least half of 1/√d, \(rank)\n"
      + "  batch norm spreads a batch by its own statistics; 'collapse' judges without it, in "
      + "eval mode"
  }
}
