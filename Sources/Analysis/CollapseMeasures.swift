import Kernels
import Tensors

/// Whether features have collapsed, with the numbers that say so.
public struct CollapseMeasures: Sendable, Equatable {
  /// The mean over dimensions of the unbiased std of unit rows.
  public let normalizedStd: Double
  /// What `normalizedStd` is for rows spread evenly over the sphere: 1/√D.
  public let spreadStd: Double
  /// The mean cosine over distinct pairs of rows, −1…1.
  public let meanCosine: Double
  /// RankMe of the features as they are.
  public let effectiveRank: Double
  /// The largest effective rank that the shape allows: min(N, D).
  public let largestRank: Int
  /// The share of the centred variance along its largest direction, 0…1; nil when there is none.
  public let largestVarianceShare: Double?

  /// The kinds of collapse.
  public enum Verdict: String, Sendable {
    /// All rows point the same way.
    case complete
    /// The rows differ, but use few of the directions.
    case dimensional
    /// Neither.
    case none
  }

  /// Returns the measures of features [N, D] of at least two rows.
  ///
  /// Throws: `LinearAlgebraError` for another shape, nan or inf.
  public static func measure(_ workers: Workers, _ features: Tensor) throws -> CollapseMeasures {
    guard features.shape.count == 2, features.shape[0] > 1, features.shape[1] > 0 else {
      throw LinearAlgebraError.shape(expected: [2, -1], found: features.shape)
    }
    let (n, dim) = (features.shape[0], features.shape[1])
    var unit = features.values
    RowNormalization.forward(workers, features.values, rows: n, dim: dim, to: &unit)
    var sums = [Double](repeating: 0, count: dim)
    var squares = 0.0
    for i in 0..<n {
      for j in 0..<dim {
        let v = Double(unit[i * dim + j])
        sums[j] += v
        squares += v * v
      }
    }
    var variances = [Double](repeating: 0, count: dim)
    for i in 0..<n {
      for j in 0..<dim {
        let d = Double(unit[i * dim + j]) - sums[j] / Double(n)
        variances[j] += d * d / Double(n - 1)
      }
    }
    // Σ over pairs of cosines = (‖Σ rows‖² − Σ ‖row‖²) / 2.
    let cosines = sums.reduce(0) { $0 + $1 * $1 } - squares
    let spectrum = try LinearAlgebra.covarianceSpectrum(features)
    let total = spectrum.reduce(0, +)
    return CollapseMeasures(
      normalizedStd: variances.reduce(0) { $0 + $1.squareRoot() } / Double(dim),
      spreadStd: 1 / Double(dim).squareRoot(),
      meanCosine: cosines / (Double(n) * Double(n - 1)),
      effectiveRank: try EffectiveRank.rankMe(features), largestRank: min(n, dim),
      largestVarianceShare: total > 0 ? (spectrum.first ?? 0) / total : nil)
  }

  /// The verdict: complete below a tenth of the spread std or above a mean cosine of 0.98,
  /// dimensional below an effective rank of a twentieth of the largest.
  public var verdict: Verdict {
    if normalizedStd < 0.1 * spreadStd || meanCosine > 0.98 { return .complete }
    return effectiveRank < 0.05 * Double(largestRank) ? .dimensional : .none
  }
}
