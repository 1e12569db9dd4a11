/// The legal ranges of the choices; commands declare them and files are checked against them.
public enum ConfigurationLimits {
  /// The padding of the CIFAR stem, in pixels.
  public static let padding = 0...2
  /// The base width, in channels.
  public static let width = 1...512
  /// The images of a batch.
  public static let batch = 2...65_536
  /// The widths of projector and predictor.
  public static let head = 1...65_536
  /// The past epochs that the bank averages.
  public static let stages = 1...1000
  /// Counters of steps and epochs; far beyond any run, far from overflow.
  public static let counters = 0...1_000_000_000_000
}

extension Configuration {
  /// Checks every choice against its range, for configurations that come from a file.
  ///
  /// Throws: `SessionError` naming the first choice that is out of range.
  func checkRanges() throws {
    typealias Limits = ConfigurationLimits
    try check("backbone width", backbone?.width, Limits.width)
    try check("backbone padding", backbone?.padding, Limits.padding)
    try check("method batch", method?.batch, Limits.batch)
    for width in (method?.projector ?? []) + [method?.predictor].compactMap({ $0 }) {
      try check("method proj or pred", width, Limits.head)
    }
    try check("method stages", method?.stages, Limits.stages)
    try check("method start", method?.start, 0...Int.max)
    try check("method alpha", method?.alpha, atLeast: 0, atMost: 1)
    if let temperature = method?.temperature, !(temperature > 0) {
      throw SessionError("method temp must be greater than 0, got \(temperature)")
    }
    try check("optim lr", optimizer?.lr, atLeast: 0)
    try check("optim wd", optimizer?.weightDecay, atLeast: 0)
    try check("optim momentum", optimizer?.momentum, atLeast: 0, atMost: 1)
    try check("optim classifier_lr", optimizer?.classifierLR, atLeast: 0)
    try check("optim trust", optimizer?.trust, atLeast: 0)
    try check("schedule start_lr", schedule?.startLR, atLeast: 0)
    try check("schedule min_lr", schedule?.minLR, atLeast: 0)
    for amount in [schedule?.warmup, schedule?.total] {
      switch amount {
      case .steps(let count): try check("schedule length", count, 0...Int.max)
      case .epochs(let count):
        try check("schedule length", count, atLeast: 0)
      case .fraction(let part): try check("schedule length", part, atLeast: 0, atMost: 1)
      case nil: break
      }
    }
  }

  private func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
    guard let value, !range.contains(value) else { return }
    throw SessionError("\(name) must be in \(range.lowerBound)…\(range.upperBound), got \(value)")
  }

  private func check(
    _ name: String, _ value: Double?, atLeast lower: Double,
    atMost upper: Double = .greatestFiniteMagnitude
  ) throws {
    guard let value, !(value >= lower && value <= upper) else { return }
    let limit = upper < .greatestFiniteMagnitude ? "in \(lower)…\(upper)" : "at least \(lower)"
    throw SessionError("\(name) must be \(limit), got \(value)")
  }
}
