import Kernels

/// The two message-passing rules that contrastive learning amounts to, on features as they are.
///
/// Matrices are Float64, row-major: F [n, dim], adjacency [n, n]. Source: "A Message Passing
/// Perspective on Learning Dynamics of Contrastive Learning" (ICLR 2023), Eq. 6–10; section 9 of
/// the golden README.
public struct MessagePassing: Sendable, Equatable {
  /// The rules.
  public enum Rule: String, Sendable, CaseIterable {
    /// F ← (1 − 2a) F + 2a Ā F.
    case alignment
    /// F ← F − a S F.
    case uniformity
    /// F ← F + a (Ā − S) F.
    case both
  }

  /// The number of nodes.
  public let n: Int
  /// Ā = D^−½ A D^−½, [n, n].
  public let normalizedAdjacency: [Double]

  /// Makes the rules of a graph from its adjacency [n, n]; every node must have a degree above 0.
  public init(adjacency: [Double], n: Int) {
    precondition(adjacency.count == n * n, "\(adjacency.count) entries for \(n) nodes")
    self.n = n
    let degrees = (0..<n).map { adjacency[$0 * n..<($0 + 1) * n].reduce(0, +) }
    var normalized = adjacency
    for i in 0..<n {
      for j in 0..<n where adjacency[i * n + j] != 0 {
        normalized[i * n + j] /= (degrees[i] * degrees[j]).squareRoot()
      }
    }
    normalizedAdjacency = normalized
  }

  /// Returns A of points [n, dim]: 1 where the distance is at most `radius`, itself included.
  public static func adjacency(points: [Double], dim: Int, radius: Double) -> [Double] {
    let n = dim > 0 ? points.count / dim : 0
    var a = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        var square = 0.0
        for d in 0..<dim {
          let difference = points[i * dim + d] - points[j * dim + d]
          square += difference * difference
        }
        if square.squareRoot() <= radius { a[i * n + j] = 1 }
      }
    }
    return a
  }

  /// Returns S = (A′ + A′ᵀ)/2, A′ the row softmax of F Fᵀ with its diagonal: the affinity graph.
  public func affinity(_ features: [Double], dim: Int) -> [Double] {
    let soft = softmax(features, dim: dim).matrix
    var s = soft
    for i in 0..<n {
      for j in 0..<n { s[i * n + j] = (soft[i * n + j] + soft[j * n + i]) / 2 }
    }
    return s
  }

  /// Returns the features after `steps` updates of size `rate`.
  public func updated(
    _ features: [Double], dim: Int, rule: Rule, rate: Double, steps: Int = 1
  ) -> [Double] {
    precondition(features.count == n * dim, "\(features.count) values for \(n) nodes")
    var f = features
    for _ in 0..<steps {
      switch rule {
      case .alignment:
        let pulled = product(normalizedAdjacency, f, dim: dim)
        f = f.indices.map { (1 - 2 * rate) * f[$0] + 2 * rate * pulled[$0] }
      case .uniformity:
        let pushed = product(affinity(f, dim: dim), f, dim: dim)
        f = f.indices.map { f[$0] - rate * pushed[$0] }
      case .both:
        let pulled = product(normalizedAdjacency, f, dim: dim)
        let pushed = product(affinity(f, dim: dim), f, dim: dim)
        f = f.indices.map { f[$0] + rate * (pulled[$0] - pushed[$0]) }
      }
    }
    return f
  }

  /// Returns the alignment loss −tr(Fᵀ Ā F).
  public func alignmentLoss(_ features: [Double], dim: Int) -> Double {
    let pulled = product(normalizedAdjacency, features, dim: dim)
    return -zip(features, pulled).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Returns the uniformity loss meanᵢ log meanⱼ exp(fᵢ·fⱼ), j = i included.
  public func uniformityLoss(_ features: [Double], dim: Int) -> Double {
    guard n > 0 else { return 0 }
    let logSums = softmax(features, dim: dim).logSums
    return logSums.reduce(0) { $0 + $1 - Exact.log(Double(n)) } / Double(n)
  }

  private func softmax(
    _ f: [Double], dim: Int
  ) -> (matrix: [Double], logSums: [Double]) {
    var matrix = [Double](repeating: 0, count: n * n)
    var logSums = [Double](repeating: 0, count: n)
    f.withUnsafeBufferPointer { f in
      matrix.withUnsafeMutableBufferPointer { matrix in
        for i in 0..<n {
          var top = -Double.infinity
          for j in 0..<n {
            var dot = 0.0
            for d in 0..<dim { dot += f[i &* dim &+ d] * f[j &* dim &+ d] }
            matrix[i &* n &+ j] = dot
            if dot > top { top = dot }
          }
          var sum = 0.0
          for j in 0..<n {
            let e = Exact.exp(matrix[i &* n &+ j] - top)
            matrix[i &* n &+ j] = e
            sum += e
          }
          for j in 0..<n { matrix[i &* n &+ j] /= sum }
          logSums[i] = top + Exact.log(sum)
        }
      }
    }
    return (matrix, logSums)
  }

  /// Returns M F for a matrix M [n, n].
  private func product(_ m: [Double], _ f: [Double], dim: Int) -> [Double] {
    var out = [Double](repeating: 0, count: n * dim)
    m.withUnsafeBufferPointer { m in
      f.withUnsafeBufferPointer { f in
        out.withUnsafeMutableBufferPointer { out in
          for i in 0..<n {
            for j in 0..<n {
              let weight = m[i &* n &+ j]
              guard weight != 0 else { continue }
              for d in 0..<dim { out[i &* dim &+ d] += weight * f[j &* dim &+ d] }
            }
          }
        }
      }
    }
    return out
  }
}
