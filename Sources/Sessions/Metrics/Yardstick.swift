import Methods

/// A number that a metric is measured against with the present method.
public enum Yardstick: String, CaseIterable, Sendable {
  /// The contrastive loss of equal similarities, ln(2B − 1).
  case chanceLoss = "chance_loss"
  /// The std of normalised z that is spread evenly over d dimensions, 1/√d.
  case zStdEven = "z_std_even"
  /// The largest rank that z of a batch can have.
  case erankMax = "erank_max"

  /// The number; nil for a method without one.
  public func value(of method: MethodConfiguration) -> Double? {
    switch self {
    case .chanceLoss: method.name.isSimSiamFamily ? nil : method.chanceLoss
    case .zStdEven: method.evenStd
    case .erankMax: Double(method.largestRank)
    }
  }
}
