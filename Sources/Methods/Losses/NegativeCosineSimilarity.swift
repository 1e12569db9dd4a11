import Kernels

/// Rows of the memory bank that targets are blended with.
public struct BankTargets {
  /// The bank, [N, D].
  public let bank: FloatPointer
  /// The bank row of each sample of the batch.
  public let indices: UnsafePointer<Int32>
  /// The weight of the bank's row, 0…1; the view's own z takes the rest.
  public let alpha: Float

  /// Makes the targets of a batch.
  ///
  /// Precondition: every index is a row of the bank.
  public init(bank: FloatPointer, indices: UnsafePointer<Int32>, alpha: Float) {
    self.bank = bank
    self.indices = indices
    self.alpha = alpha
  }
}

/// D(p, t) = −mean cos(p, stop-gradient t), and the symmetric loss of SimSiam.
///
/// Source: SimSiam, Eq. 1–2, arXiv:2011.10566; PyTorch `cosine_similarity` (ε = 1e-8 on each norm).
public enum NegativeCosineSimilarity {
  private static let epsilon = 1e-8
  private static let grain = 4

  /// Returns the floats of workspace that a batch needs.
  public static func workspaceCount(rows: Int) -> Int { Workspace.doubles(rows) }

  /// Returns ½ D(p₁, z₂) + ½ D(p₂, z₁) and writes its gradients.
  ///
  /// With a bank, targets are (1 − α) z + α b, the same row b for both sides. Shape: p, z and
  /// gradients [rows, dim]; z takes no gradient.
  public static func simSiam(
    _ workers: Workers, p1: FloatPointer, z1: FloatPointer, p2: FloatPointer, z2: FloatPointer,
    bank: BankTargets? = nil, rows: Int, dim: Int, gradient1: MutableFloatPointer?,
    gradient2: MutableFloatPointer?, workspace: MutableFloatPointer
  ) -> Double {
    let first = evaluate(
      workers, p: p1, target: z2, bank: bank, rows: rows, dim: dim, weight: 0.5,
      gradient: gradient1, workspace: workspace)
    let second = evaluate(
      workers, p: p2, target: z1, bank: bank, rows: rows, dim: dim, weight: 0.5,
      gradient: gradient2, workspace: workspace)
    return first / 2 + second / 2
  }

  /// Returns D(p, t) and writes `weight` times its gradient in p.
  public static func evaluate(
    _ workers: Workers, p: FloatPointer, target: FloatPointer, bank: BankTargets? = nil,
    rows: Int, dim: Int, weight: Double = 1, gradient: MutableFloatPointer?,
    workspace: MutableFloatPointer
  ) -> Double {
    guard rows > 0 else { return 0 }
    var space = Workspace(workspace)
    let cosines = space.doubles(rows)
    workers.parallel(count: rows, grain: grain) { range, worker in
      let blended = workers.scratch(worker, count: dim)
      for i in range {
        let row = p + i * dim
        var t = target + i * dim
        if let bank {
          let stored = bank.bank + Int(bank.indices[i]) * dim
          Rows.combine(1 - bank.alpha, t, bank.alpha, stored, dim, to: blended)
          t = FloatPointer(blended)
        }
        let rowNorm = Rows.squaredNorm(row, dim).squareRoot()
        let (pn, tn) = (max(rowNorm, epsilon), max(Rows.squaredNorm(t, dim).squareRoot(), epsilon))
        let cosine = Rows.dot(row, t, dim) / (pn * tn)
        cosines[i] = cosine
        guard let gradient else { continue }
        // d(−cos)/dp = −(t/‖t‖ − cos · p/‖p‖) / ‖p‖; a clamped norm is a constant.
        let scale = weight / Double(rows) / pn
        let along = rowNorm > epsilon ? scale * cosine / pn : 0
        Rows.combine(Float(-scale / tn), t, Float(along), row, dim, to: gradient + i * dim)
      }
    }
    var sum = 0.0
    for i in 0..<rows { sum += cosines[i] }
    return -sum / Double(rows)
  }
}
