import Kernels

extension RandomStream {
  /// Returns a number whose logarithm is uniform between those of `low` and `high`.
  ///
  /// Precondition: both are positive.
  public mutating func logUniform(_ low: Double, _ high: Double) -> Double {
    precondition(low > 0 && high > 0, "log-uniform between \(low) and \(high)")
    return Exact.exp(uniform(Exact.log(low), Exact.log(high)))
  }
}
