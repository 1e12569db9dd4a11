import Kernels
import Tensors

/// How many directions features use.
public enum EffectiveRank {
  /// Returns RankMe = exp(−Σ p log p), p = s/Σs + 1e-7, of the singular values s of the uncentred
  /// features; 0 for features that are all zero.
  ///
  /// Shape: [N, D]. Source: Garrido et al., arXiv:2210.02885. Throws: `LinearAlgebraError`.
  public static func rankMe(_ features: Tensor, epsilon: Double = 1e-7) throws -> Double {
    rankMe(singularValues: try LinearAlgebra.singularValues(features), epsilon: epsilon)
  }

  /// Returns RankMe of singular values.
  public static func rankMe(singularValues: [Double], epsilon: Double = 1e-7) -> Double {
    let total = singularValues.reduce(0, +)
    guard total > 0 else { return 0 }
    let entropy = singularValues.reduce(0.0) { sum, s in
      let p = s / total + epsilon
      return sum - p * Exact.log(p)
    }
    return Exact.exp(entropy)
  }

  /// Returns (Σc)²/Σc² of a covariance spectrum, or nil when it is zero.
  public static func participationRatio(_ spectrum: [Double]) -> Double? {
    let total = spectrum.reduce(0, +)
    let square = spectrum.reduce(0) { $0 + $1 * $1 }
    return square > 0 ? total * total / square : nil
  }

  /// Returns exp of the entropy of a covariance spectrum's shares, or nil when it is zero.
  public static func entropyRank(_ spectrum: [Double]) -> Double? {
    let total = spectrum.reduce(0, +)
    guard total > 0 else { return nil }
    let entropy = spectrum.reduce(0.0) { sum, c in
      let p = c / total
      return p > 0 ? sum - p * Exact.log(p) : sum
    }
    return Exact.exp(entropy)
  }
}
