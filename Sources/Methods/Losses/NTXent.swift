import Kernels

/// The normalised-temperature cross-entropy of SimCLR, plain or reweighted by graph attention.
///
/// Rows are all first views, then all second views (…); the positives of row i are (i + k·n/m) mod
/// n. Plain: L = −Σ logp over positives / (n (m − 1)). With attention: L = −Σ w·logp / (Σ w (m −
/// 1)), w = exp(1 + cos(aᵢ, aⱼ)), stop-gradient in w. Sources: SimCLR, Eq. 1, arXiv:2002.05709;
/// `NTXent` of the reference (golden README, section 6).
public struct NTXent: Sendable, Equatable {
  /// The temperature τ.
  public var temperature: Double
  /// The number of views m of each image.
  public var multiplier: Int
  /// Whether the contrast accuracy is computed; with attention it costs a second [n, n] matrix.
  public var countsAccuracy = true

  /// Makes the loss.
  public init(temperature: Double, multiplier: Int = 2) {
    self.temperature = temperature
    self.multiplier = multiplier
  }

  /// Features whose cosine weights the positive pairs: h or z.
  public struct Attention {
    /// The features, [n, dim].
    public let features: FloatPointer
    /// The number of features of a row.
    public let dim: Int

    /// Makes the attention of a batch.
    public init(features: FloatPointer, dim: Int) {
      self.features = features
      self.dim = dim
    }
  }

  /// What a batch gives.
  public struct Result: Sendable, Equatable {
    /// The loss.
    public let loss: Double
    /// The fraction of rows whose largest (reweighted) log-probability is a positive; nil if not
    /// asked for.
    public let contrastAccuracy: Double?
  }

  /// Returns the floats of workspace that a batch needs.
  public func workspaceCount(rows n: Int, dim: Int, attentionDim: Int? = nil) -> Int {
    var count = 3 * Workspace.doubles(n) + 2 * Workspace.floats(n * dim) + Workspace.floats(n * n)
    count += Workspace.doubles(n * max(1, multiplier - 1))
    if let attentionDim {
      count += Workspace.floats(n * attentionDim) + (countsAccuracy ? Workspace.floats(n * n) : 0)
    }
    return count
  }

  /// Returns the loss of z and writes its gradient.
  ///
  /// Shape: z, gradient [n, dim]; n a multiple of `multiplier`.
  public func evaluate(
    _ workers: Workers, z: FloatPointer, rows n: Int, dim: Int, attention: Attention? = nil,
    gradient: MutableFloatPointer?, workspace: MutableFloatPointer
  ) -> Result {
    precondition(
      multiplier >= 2 && n > 0 && n % multiplier == 0, "\(n) rows of \(multiplier) views")
    var space = Workspace(workspace)
    let norms = space.doubles(n)
    let losses = space.doubles(n)
    let hits = space.doubles(n)
    let unit = space.floats(n * dim)
    let gradUnit = space.floats(n * dim)
    let logits = space.floats(n * n)
    let weights = space.doubles(n * (multiplier - 1))

    RowNormalization.forward(workers, z, rows: n, dim: dim, to: unit, norms: norms)
    let inverse = Float(1 / temperature)
    gemm(
      workers, transposeA: false, transposeB: true, m: n, n: n, k: dim, alpha: inverse, a: unit,
      lda: dim, b: unit, ldb: dim, beta: 0, c: logits, ldc: n)
    var matrix: MutableFloatPointer?
    if let attention {
      let features = space.floats(n * attention.dim)
      RowNormalization.forward(
        workers, attention.features, rows: n, dim: attention.dim, to: features)
      weighPositives(workers, unit: features, rows: n, dim: attention.dim, to: weights)
      if countsAccuracy {
        let cosines = space.floats(n * n)
        AttentionMatrix.fill(workers, unit: features, rows: n, dim: attention.dim, to: cosines)
        matrix = cosines
      }
    } else {
      weights.update(repeating: 1, count: n * (multiplier - 1))
    }
    var total = 0.0
    for i in 0..<(n * (multiplier - 1)) { total += weights[i] }
    // Plain: the count of positive pairs n (m − 1). With attention the published code divides by
    // the sum of weights and once more by m − 1.
    let denominator = attention == nil ? total : total * Double(multiplier - 1)

    softmaxRows(
      workers, logits: logits, rows: n, weights: weights, attention: matrix,
      denominator: denominator, writesGradient: gradient != nil, losses: losses, hits: hits)
    var loss = 0.0
    var hit = 0.0
    for i in 0..<n {
      loss += losses[i]
      hit += hits[i]
    }
    if let gradient {
      gemm(
        workers, transposeA: false, transposeB: false, m: n, n: dim, k: n, alpha: inverse,
        a: logits, lda: n, b: unit, ldb: dim, beta: 0, c: gradUnit, ldc: dim)
      gemm(
        workers, transposeA: true, transposeB: false, m: n, n: dim, k: n, alpha: inverse,
        a: logits, lda: n, b: unit, ldb: dim, beta: 1, c: gradUnit, ldc: dim)
      RowNormalization.backward(
        workers, y: unit, norms: norms, dy: gradUnit, rows: n, dim: dim, to: gradient)
    }
    return Result(
      loss: loss / denominator, contrastAccuracy: countsAccuracy ? hit / Double(n) : nil)
  }

  /// Returns the row of the k-th positive of row i, k from 1.
  private func positive(_ i: Int, _ k: Int, _ n: Int) -> Int { (i + k * (n / multiplier)) % n }

  private func weighPositives(
    _ workers: Workers, unit: FloatPointer, rows n: Int, dim: Int,
    to weights: UnsafeMutablePointer<Double>
  ) {
    let others = multiplier - 1
    workers.parallel(count: n, grain: 16) { range, _ in
      for i in range {
        for k in 1...others {
          let cosine = Rows.dot(unit + i * dim, unit + positive(i, k, n) * dim, dim)
          weights[i * others + k - 1] = Exact.exp(1 + cosine)
        }
      }
    }
  }

  /// Turns each row of logits into the gradient of the loss in it, and sums its loss.
  private func softmaxRows(
    _ workers: Workers, logits: MutableFloatPointer, rows n: Int,
    weights: UnsafePointer<Double>, attention: FloatPointer?, denominator: Double,
    writesGradient: Bool, losses: UnsafeMutablePointer<Double>,
    hits: UnsafeMutablePointer<Double>
  ) {
    let others = multiplier - 1
    workers.parallel(count: n, grain: 8) { range, worker in
      let softmax = workers.scratch(worker, count: n)
      for i in range {
        let row = logits + i * n
        row[i] = -.infinity
        let top = Rows.maximum(row, n)
        let sum = Rows.exp(row, n, shift: -top, to: softmax)
        let logSum = Double(top) + Exact.log(sum)
        if countsAccuracy {
          let best = bestColumn(row, n, skipping: i, logSum: logSum, attention: attention, row: i)
          hits[i] = (1...others).contains { positive(i, $0, n) == best } ? 1 : 0
        } else {
          hits[i] = 0
        }
        var loss = 0.0
        var mass = 0.0
        for k in 1...others {
          let weight = weights[i * others + k - 1]
          loss -= weight * (Double(row[positive(i, k, n)]) - logSum)
          mass += weight
        }
        losses[i] = loss
        guard writesGradient else { continue }
        Rows.scale(Float(mass / (sum * denominator)), softmax, n, to: row)
        for k in 1...others {
          let j = positive(i, k, n)
          let probability = Double(softmax[j]) / sum
          let share = mass * probability - weights[i * others + k - 1]
          row[j] = Float(share / denominator)
        }
      }
    }
  }

  /// Returns the column of the largest logit, or of the largest attention times log-probability;
  /// the smallest of equals.
  private func bestColumn(
    _ logits: FloatPointer, _ n: Int, skipping diagonal: Int, logSum: Double,
    attention: FloatPointer?, row: Int
  ) -> Int {
    var best = -1
    var bestValue = -Float.infinity
    let shift = Float(logSum)
    let factors = attention.map { $0 + row * n }
    for j in 0..<n where j != diagonal {
      let value = factors.map { $0[j] * (logits[j] - shift) } ?? logits[j]
      if value > bestValue {
        bestValue = value
        best = j
      }
    }
    return best
  }
}
