/// A length of training in one of three units.
public enum Amount: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Optimizer steps.
  case steps(Int)
  /// Passes over the training data.
  case epochs(Double)
  /// A share of the schedule's total, 0…1.
  case fraction(Double)

  /// Returns the length in steps.
  func steps(perEpoch: Int, total: Double) -> Double {
    switch self {
    case .steps(let n): Double(n)
    case .epochs(let n): n * Double(perEpoch)
    case .fraction(let f): f * total
    }
  }

  /// The amount as the log writes it, for example `10epochs`.
  public var description: String {
    switch self {
    case .steps(let n): n == 1 ? "1step" : "\(n)steps"
    case .epochs(let n):
      n == 1 ? "1epoch" : (Int(exactly: n).map { "\($0)" } ?? "\(n)") + "epochs"
    case .fraction(let f): "\(f)"
    }
  }
}
