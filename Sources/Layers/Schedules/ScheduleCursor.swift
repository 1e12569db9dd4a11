import Kernels

/// Walks a schedule; asking for any step gives the same rates as walking there from step 0.
///
/// The published schedulers are recursive (each rate is computed from the one before), so the
/// cursor keeps the last rates and replays from step 0 when asked for an earlier step.
public struct ScheduleCursor: Sendable {
  /// The schedule that is walked.
  public let schedule: Schedule
  private var step = 0
  private var rates: [Double]
  private var bases: [Double]

  /// Makes a cursor that stands on step 0.
  public init(_ schedule: Schedule) {
    self.schedule = schedule
    bases = schedule.groups.map(\.baseLR)
    rates = bases
    restart()
  }

  /// Returns the learning rate of every group in force for optimizer step `step`, counted from 0.
  public mutating func rates(step wanted: Int) -> [Double] {
    if wanted < step { restart() }
    while step < wanted {
      step += 1
      for i in rates.indices { rates[i] = next(rates[i], base: bases[i]) }
    }
    var result = rates
    let exempt = step > 0 || !schedule.constantGroupsFollowFirstStep
    for (i, group) in schedule.groups.enumerated() where group.isConstant && exempt {
      result[i] = bases[i]
    }
    return result
  }

  private mutating func restart() {
    step = 0
    for i in rates.indices { rates[i] = first(base: bases[i]) }
  }

  private func first(base: Double) -> Double {
    switch schedule.curve {
    case .cosine(let warmup, _, let startLR, _):
      // Without a warm-up the reference starts every group at the main rate.
      warmup > 0 ? startLR : (bases.first ?? base)
    case .warmupAnneal(let warmup, _): base / Double(warmup + 1)
    case .step(let milestones, let gamma): milestones.contains(0) ? base * gamma : base
    case .linear, .constant: base
    }
  }

  private func next(_ previous: Double, base: Double) -> Double {
    switch schedule.curve {
    case .cosine(let warmup, let total, let startLR, let minLR):
      cosine(
        previous, base: base, warmup: warmup, total: total, startLR: startLR, minLR: minLR)
    case .warmupAnneal(let warmup, let total):
      warmupAnneal(previous, warmup: warmup, length: total - warmup)
    case .step(let milestones, let gamma):
      milestones.reduce(previous) { $1 == step ? $0 * gamma : $0 }
    case .linear(let total): max(0, base * (1 - Double(step) / Double(total)))
    case .constant: base
    }
  }

  private func cosine(
    _ previous: Double, base: Double, warmup: Double, total: Double, startLR: Double, minLR: Double
  ) -> Double {
    let t = Double(step)
    if t < warmup { return previous + (base - startLR) / (warmup - 1) }
    if t == warmup { return base }
    let length = total - warmup
    // A schedule no longer than its warm-up never anneals.
    guard length > 0 else { return previous }
    if (t - 1 - total).truncatingRemainder(dividingBy: 2 * length) == 0 {
      return previous + (base - minLR) * (1 - halfTurnCosine(1 / length)) / 2
    }
    return (1 + halfTurnCosine((t - warmup) / length))
      / (1 + halfTurnCosine((t - warmup - 1) / length)) * (previous - minLR) + minLR
  }

  private func warmupAnneal(_ previous: Double, warmup: Int, length: Int) -> Double {
    if step <= warmup { return previous * (Double(step + 1) / Double(step)) }
    let done = step - warmup
    // Differs: the published form divides 0 by 0 after its last step.
    guard done < length else { return 0 }
    return (1 + halfTurnCosine(Double(done) / Double(length)))
      / (1 + halfTurnCosine(Double(done - 1) / Double(length))) * previous
  }

  /// Returns cos(π x).
  private func halfTurnCosine(_ x: Double) -> Double { Exact.cosTurn(x / 2) }
}
