import CommandLanguage
import Foundation
import Sessions

/// Takes steps for a command: progress, conditions, cancellation, the health line, what the log says.
final class TrainingRun {
  /// `limit=8h`: how long a command may train.
  static let limit = Key<Double?>(
    optional: "limit", .seconds, default: "none", help: "stop after so much time, on a step's end")

  /// Why training ended before all steps were taken.
  private enum Ending {
    case user
    case clock
    case reached
    case stopped(Watch)
    /// What failed, and why.
    case failed(String, Diagnostic)
  }

  private let context: CommandContext
  private let label: String
  private let until: Formula?
  private let limit: Double?
  private let start = DispatchTime.now().uptimeNanoseconds
  private let work: LongWork
  private var total = TrainingReport()
  /// The steps taken so far.
  private var taken = 0
  private var ending: Ending?
  private var wasAborted = false
  private var lines: [String] = []
  /// Whether each condition held before the present step.
  private var held: [Bool] = []
  private var fired: [Watch] = []

  /// Prepares a run for a command, which ends at a condition or after some seconds if given.
  init(_ context: CommandContext, label: String, until: Formula? = nil, limit: Double? = nil) {
    self.context = context
    self.label = label
    self.until = until
    self.limit = limit
    work = LongWork(context)
  }

  /// The time of all steps so far, by phase.
  var times: Learner.Times { total.times }

  private var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }

  /// Runs `count` steps and replies.
  ///
  /// A run cut short by a key, the clock or an error is logged by what it did (`step 371`).
  func run(_ count: Int) throws -> Output {
    let bench = context.workbench
    if bench.configuration.seed == nil, !context.saidSeed, bench.metrics.records.isEmpty {
      context.saidSeed = true
      context.onProgress(.line("  seed 0: none was set; 'seed N' draws everything anew"))
    }
    context.endedByBreak = false
    context.failedWatch = nil
    noteHeld()
    while total.steps < count, ending == nil {
      try train(count)
      for watch in fired where ending == nil { act(watch) }
      if !fired.isEmpty { noteHeld() }
    }
    guard let last = bench.metrics.records.last, total.steps > 0 else {
      // An error, so that a replay of the log does not take what was not taken.
      throw SessionError(
        wasAborted
          ? "stopped before the first step, which was aborted"
          : "stopped before the first step")
    }
    return output(last, count)
  }

  /// Takes steps until all are taken or something is to be done between two of them.
  private func train(_ count: Int) throws {
    let before = total.steps
    fired = []
    let evaluation = LongWork(context, "knn before the first step: features")
    let report = try context.workbench.train(
      steps: count - before, isCancelled: { self.context.cancellation.isRequested },
      isAborted: { self.context.cancellation.isUrgent },
      evaluating: { done, all in evaluation.report(done, all) },
      progress: { done, record in
        self.work.report(before + done, count) { self.details(record) }
      },
      stopsAfter: { try self.isDone() },
      partial: { report in
        let steps = before + report.steps
        if steps > 0 { self.context.loggedBeforeFailure = "step \(steps)" }
      })
    total.add(report)
    wasAborted = report.wasAborted
    if report.wasCancelled { ending = .user }
  }

  /// Looks at the conditions after a step.
  private func isDone() throws -> Bool {
    taken += 1
    do {
      try context.autosave?.step(taken, context)
    } catch {
      lines.append("  autosave is off, it failed: \(Interpreter.diagnostic(error).message)")
      context.autosave = nil
    }
    let watches = context.shell.watches
    let formulas = watches.map(\.condition) + (until.map { [$0] } ?? [])
    do {
      try Condition.measure(formulas, context)
    } catch {
      // A measurement that the user stopped is one that was not made.
      if !context.cancellation.isRequested {
        fail("what a condition reads cannot be measured", error)
        return true
      }
    }
    for (index, watch) in watches.enumerated() {
      // While a value is missing, what is known of the condition stays.
      guard let holds = state(watch.condition) else { continue }
      if holds, index >= held.count || !held[index] { fired.append(watch) }
      if index < held.count { held[index] = holds }
      if holds {
        context.shell.heldConditions.insert(watch.text)
      } else {
        context.shell.heldConditions.remove(watch.text)
      }
    }
    if let until, state(until) == true { ending = .reached }
    if let limit, seconds >= limit, ending == nil { ending = .clock }
    return ending != nil || !fired.isEmpty
  }

  /// Whether a condition holds, nil where a value is missing; one that cannot be computed ends
  /// training.
  private func state(_ condition: Formula) -> Bool? {
    do { return try Condition.state(condition, context) } catch {
      fail("'\(condition.text)' cannot be computed", error)
      return false
    }
  }

  /// Ends training, and what follows it: the steps are taken and stay.
  private func fail(_ what: String, _ error: any Error) {
    let reason = Interpreter.reason(error)
    ending = .failed(what, reason)
    context.failedWatch = Diagnostic("training ended: \(what): \(reason.message)")
    context.endedByBreak = true
  }

  private func noteHeld() {
    held = context.shell.watches.map { watch in
      // A loaded session has no batch yet, nor does one that moved through time.
      let known = (try? Condition.state(watch.condition, context)) ?? nil
      return known ?? context.shell.heldConditions.contains(watch.text)
    }
  }

  /// Does what a condition asks for.
  private func act(_ watch: Watch) {
    let step = context.workbench.summary.step
    let values = Condition.values(watch.condition, context)
    lines.append(
      "  step \(step): \(watch.condition.text)" + (values.isEmpty ? "" : "   (\(values))"))
    if watch.isBreak {
      ending = .stopped(watch)
      context.endedByBreak = true
      return
    }
    guard let body = watch.body else { return }
    do {
      let outer = context.isInWatch
      context.isInWatch = true
      defer { context.isInWatch = outer }
      try context.runBody(body)
    } catch {
      fail("what the watch runs failed", error)
    }
  }

  private func output(_ last: StepRecord, _ count: Int) -> Output {
    let bench = context.workbench
    let missing = HealthLine.complete(bench)
    lines.insert(HealthLine.text(bench.metrics.records.last ?? last, bench), at: 0)
    if let missing { lines.append(missing) }
    let taken = "after \(total.steps) of \(count) steps"
    switch ending {
    case .user:
      let aborted = wasAborted ? ", step \(last.step + 1) was aborted" : ""
      lines.append("  stopped \(taken)\(aborted): the state is consistent, '\(label)' goes on")
    case .clock: lines.append("  stopped \(taken) by limit=: '\(label)' goes on")
    case .stopped: lines.append("  stopped \(taken) by break")
    case .reached: lines.append("  reached after \(total.steps) steps")
    case .failed(let what, let error):
      lines.append("  stopped \(taken): \(what): \(error.message)")
    case nil: if until != nil { lines.append("  not reached in \(count) steps") }
    }
    var output = Output(
      .text(lines.joined(separator: "\n")), volatile: HealthLine.volatile(total),
      data: HealthLine.data(bench.metrics.records.last ?? last, bench))
    switch ending {
    case .user, .clock:
      // What another run would do by itself is logged as typed; what it would not, as what was done.
      output.loggedText = "step \(total.steps)"
      // An aborted step took the batch of the one before it along.
      let health = HealthLine.text(bench.metrics.records.last ?? last, bench, leavesGap: true)
      output.loggedReply = ([health] + lines.dropFirst().dropLast()).joined(separator: "\n")
    default: break
    }
    return output
  }

  private func details(_ record: StepRecord) -> [String] {
    let losses = context.workbench.metrics.records.suffix(12).compactMap { $0.values[.loss] }
    return record.values[.loss].map {
      ["loss \(NumberFormat.fixed($0, 4))", Sparkline.text(losses)]
    } ?? []
  }
}

/// Numbers as a line of small bars.
enum Sparkline {
  /// One bar a number, from the smallest to the largest; a number that is not finite is a space.
  static func text(_ values: [Double]) -> String {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return "" }
    let bars = Array("▁▂▃▄▅▆▇█")
    return String(
      values.map { value -> Character in
        guard value.isFinite else { return " " }
        let share = high > low ? (value - low) / (high - low) : 0.5
        return bars[min(bars.count - 1, max(0, Int(share * Double(bars.count))))]
      })
  }
}
