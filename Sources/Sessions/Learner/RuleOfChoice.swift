import Layers

// What the optimizer and the schedule compute, from what was chosen.

extension ResolvedOptimizer {
  var algorithm: OptimizerConfiguration.Algorithm {
    switch name {
    case .sgd: .sgd
    case .lars: variant == .solo ? .larsSolo : .larsSimCLR
    case .adam: .adam
    case .adamw: .adamw
    }
  }
}

extension ResolvedSchedule {
  var curve: Schedule.Curve {
    switch name {
    case .cosine: .cosine(warmup: warmup, total: total, startLR: startLR, minLR: minLR)
    case .warmupAnneal:
      .warmupAnneal(
        warmup: Int(exactly: warmup.rounded(.down)) ?? 0,
        total: Int(exactly: total.rounded(.down)) ?? 0)
    case .step:
      .step(
        milestones: [0.5, 0.75].map { Int(exactly: (total * $0).rounded(.down)) ?? 0 },
        gamma: 0.1)
    case .linear: .linear(total: Int(exactly: total.rounded(.down)) ?? 0)
    case .const: .constant
    }
  }
}
