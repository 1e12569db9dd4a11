import Analysis
import Tensors

/// How the features of samples spread over directions.
public struct SpectrumData: Sendable, Equatable {
  /// The number of samples.
  public var count: Int
  /// The dimension of the features.
  public var dimension: Int
  /// The eigenvalues of the features' covariance, largest first; 0 where rounding alone is left.
  public var values: [Double]
  /// RankMe of the centred features.
  public var effectiveRank: Double
  /// The largest rank that so many samples can have.
  public var largestRank: Int
}

extension Workbench {
  /// Returns the covariance spectrum of samples drawn evenly over the classes, 512 unless asked.
  ///
  /// Throws: `SessionError` for a count out of range, a set or layer that is not there, features
  /// that are not finite.
  public func spectrumData(
    count: Int?, layer: EvaluationLayer, on set: FigureSet,
    isCancelled: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> SpectrumData {
    let (samples, features) = try comparedSamples(
      count: count, usual: 512, layer: layer, on: set, isCancelled: isCancelled, progress: progress)
    try checkFinite(features, layer.rawValue, ids: samples.ids)
    let dim = features.shape[1]
    let largestRank = min(dim, samples.count - 1)
    let spectrum = try LinearAlgebra.covarianceSpectrum(features).prefix(largestRank)
    // Features are Float32: what is 1e-14 of the largest variance is rounding.
    let floor = (spectrum.max() ?? 0) * 1e-14
    let values = spectrum.map { $0 > floor ? $0 : 0 }
    return SpectrumData(
      count: samples.count, dimension: dim, values: values,
      effectiveRank: EffectiveRank.rankMe(singularValues: values.map { $0.squareRoot() }),
      largestRank: largestRank)
  }
}
