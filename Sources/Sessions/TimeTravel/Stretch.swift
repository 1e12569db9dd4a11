/// A value that a command, a recording or a condition measured beside what every step gives.
struct Measurement: Sendable {
  /// What it belongs to.
  enum Kind {
    /// The record of the step.
    case record
    /// The state after so many steps.
    case evaluation
    /// The model before its first step, for a recording.
    case untrained
  }

  var name: MetricName
  var value: Double
  /// The number of completed steps.
  var step: Int
  var kind: Kind
}

/// The states that training alone makes on one branch of one choice of everything, from one step on.
///
/// What was measured in one of them is known wherever it comes back, also where the moment at which
/// it was measured is not held any more.
final class Stretch {
  /// The number of completed steps at which it begins.
  let start: Int
  /// How often the counters went back to 0 before it.
  let run: Int
  /// The stretch that goes on in this one; nil at the beginning of a run.
  let earlier: Stretch?
  private var measurements: [Measurement] = []

  init(start: Int, run: Int, after earlier: Stretch? = nil) {
    self.start = start
    self.run = run
    // Counters that go back to 0 leave nothing that was measured before.
    self.earlier = earlier?.run == run ? earlier : nil
  }

  /// Notes what was measured in a state.
  func note(_ measurement: Measurement) { measurements.append(measurement) }

  /// Adds what was measured up to a step to a log that ends there.
  func complete(_ log: inout MetricLog, upTo step: Int) {
    earlier?.complete(&log, upTo: min(step, start))
    for measurement in measurements where measurement.step <= step { log.take(measurement) }
  }
}
