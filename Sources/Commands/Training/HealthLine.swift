import CommandLanguage
import Methods
import Sessions

/// The line of a report: step, epoch, loss beside its chance level, z std beside 1/√d, rank.
enum HealthLine {
  /// The stable part: the same on every replay.
  ///
  /// `e2` is what `@e2` is: two epochs are done. With `leavesGap`, `…` stands for a rank that could
  /// not be measured here, but can where the same steps are taken without an abort.
  static func text(
    _ record: StepRecord, _ bench: Workbench, leavesGap: Bool = false
  ) -> String {
    guard let method = bench.method(ofStep: record.step) else { return "" }
    var parts = ["step \(record.step)", "e\(bench.summary.epoch)"]
    if let loss = record.values[.loss] {
      let chance =
        method.name.isSimSiamFamily ? "" : " / \(NumberFormat.fixed(method.chanceLoss, 3))"
      parts.append("loss \(NumberFormat.fixed(loss, 4))\(chance)")
    }
    if let std = record.values[.zStd] {
      parts.append("z_std \(NumberFormat.fixed(std, 4)) / \(NumberFormat.fixed(method.evenStd, 4))")
    }
    if let rank = record.values[.erank] {
      parts.append("erank \(NumberFormat.fixed(rank, 1)) / \(method.largestRank)")
    } else if leavesGap {
      parts.append("…")
    }
    if let accuracy = record.values[.contrastAcc] {
      parts.append("contrast_acc \(NumberFormat.fixed(accuracy, 3))")
    }
    if let accuracy = record.values[.acc1] {
      parts.append("acc1 \(NumberFormat.fixed(accuracy, 1)) %")
    }
    if let knn = record.values[.knn] { parts.append("knn \(NumberFormat.fixed(knn, 1)) %") }
    return "  " + parts.joined(separator: "   ")
  }

  /// The same for a program: each metric by its name, and what the line measures it against.
  ///
  /// The latter are the `Yardstick`s.
  static func data(_ record: StepRecord, _ bench: Workbench) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("step", .int(record.step)), ("epoch", .int(bench.summary.epoch)),
    ]
    members += MetricName.allCases.compactMap { name in
      record.values[name].map { (name.rawValue, .number($0)) }
    }
    guard let method = bench.resolution?.method else { return members }
    members += Yardstick.allCases.compactMap { yardstick in
      yardstick.value(of: method).map { value in
        (yardstick.rawValue, Int(exactly: value).map { .int($0) } ?? .number(value))
      }
    }
    return members
  }

  /// Adds to the last record what only a report shows.
  ///
  /// The steps are taken, so that an effective rank that cannot be measured is no error of the
  /// command; it is said in a line instead, which is returned.
  static func complete(_ bench: Workbench, from source: Workbench? = nil) -> String? {
    do {
      try bench.completeLastRecord(from: source)
      return nil
    } catch {
      return "  no erank: \(Interpreter.diagnostic(error).message)"
    }
  }

  /// The parts that differ from run to run.
  static func volatile(_ report: TrainingReport) -> [Output.Volatile] {
    let seconds = report.times.total
    guard report.steps > 0, seconds > 0 else { return [] }
    let rate = Double(report.images) / seconds
    let wait = 100 * report.times.wait / seconds
    return [
      Output.Volatile("images_per_second", "\(NumberFormat.fixed(rate, 0)) images/s"),
      Output.Volatile("data_wait", "data \(NumberFormat.fixed(wait, 1)) %"),
      Output.Volatile("time", NumberFormat.seconds(seconds)),
    ]
  }
}
