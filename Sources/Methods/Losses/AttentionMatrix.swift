import Kernels

/// The attention weights A = exp(1 + cos(aᵢ, aⱼ)) of a batch; only positive pairs reach the loss.
///
/// Source: the Graph-Attention part of the reference.
public enum AttentionMatrix {
  /// Writes A of features; the diagonal is e².
  ///
  /// Shape: features [rows, dim], `unit` workspace [rows, dim], out [rows, rows].
  public static func evaluate(
    _ workers: Workers, features: FloatPointer, rows: Int, dim: Int, unit: MutableFloatPointer,
    to out: MutableFloatPointer
  ) {
    RowNormalization.forward(workers, features, rows: rows, dim: dim, to: unit)
    fill(workers, unit: unit, rows: rows, dim: dim, to: out)
  }

  static func fill(
    _ workers: Workers, unit: FloatPointer, rows: Int, dim: Int, to out: MutableFloatPointer
  ) {
    gemm(
      workers, transposeA: false, transposeB: true, m: rows, n: rows, k: dim, alpha: 1, a: unit,
      lda: dim, b: unit, ldb: dim, beta: 0, c: out, ldc: rows)
    workers.parallel(count: rows, grain: 16) { range, _ in
      for i in range { Rows.exp(out + i * rows, rows, shift: 1, to: out + i * rows) }
    }
  }
}
