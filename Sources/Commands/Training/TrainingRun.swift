import CommandLanguage
import Foundation
import Sessions

/// Takes steps for a command: progress, cancellation, the health line, what the log says.
enum TrainingRun {
  /// Runs `count` steps and replies.
  ///
  /// A run cut short by a key or an error is logged by what it did (`step 371`).
  static func run(_ count: Int, _ context: CommandContext, label: String) throws -> Output {
    let bench = context.workbench
    if bench.configuration.seed == nil, !context.saidSeed, bench.metrics.records.isEmpty {
      context.saidSeed = true
      context.onProgress(.line("  seed 0: none was set; 'seed N' draws everything anew"))
    }
    let start = DispatchTime.now().uptimeNanoseconds
    var shown = start
    let shownReport: TrainingReport
    do {
      shownReport = try bench.train(
        steps: count, isCancelled: { context.cancellation.isRequested },
        isAborted: { context.cancellation.isUrgent },
        evaluating: { done, all in
          context.onProgress(.status("  knn before the first step: features \(done)/\(all)"))
        },
        progress: { done, record in
          let now = DispatchTime.now().uptimeNanoseconds
          guard now - start > 1_000_000_000, now - shown > 200_000_000 else { return }
          shown = now
          context.onProgress(.status(status(done, count, record, Double(now - start) * 1e-9)))
        },
        partial: { report in
          if report.steps > 0 { context.loggedBeforeFailure = "step \(report.steps)" }
        })
    }
    guard let last = shownReport.last else {
      return Output(.text("  stopped before the first step"))
    }
    let missing = HealthLine.complete(bench)
    var lines = [HealthLine.text(bench.metrics.records.last ?? last, bench)]
    if let missing { lines.append(missing) }
    if shownReport.wasCancelled {
      lines.append(
        "  stopped after \(shownReport.steps) of \(count) steps: the state is consistent, "
          + "'\(label)' goes on")
    }
    var output = Output(
      .text(lines.joined(separator: "\n")), volatile: HealthLine.volatile(shownReport),
      data: data(last))
    if shownReport.wasCancelled { output.loggedText = "step \(shownReport.steps)" }
    return output
  }

  private static func data(_ record: StepRecord) -> [(String, JSONValue)] {
    [("step", .int(record.step)), ("epoch", .int(record.epoch))]
      + MetricName.allCases.compactMap { name in
        record.values[name].map { (name.rawValue, .number($0)) }
      }
  }

  private static func status(_ done: Int, _ count: Int, _ record: StepRecord, _ seconds: Double)
    -> String
  {
    let share = Double(done) / Double(max(1, count))
    let width = 20
    let filled = Int(share * Double(width))
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let left = seconds / max(share, 1e-9) * (1 - share)
    let loss = record.values[.loss].map { "loss \(NumberFormat.fixed($0, 4))" } ?? ""
    return "  \(bar) \(done)/\(count)  \(loss)  \(NumberFormat.seconds(left)) left"
  }
}
