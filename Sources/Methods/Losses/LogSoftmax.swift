import Kernels

/// Logarithm of the softmax of each row, forward and backward.
///
/// Source: PyTorch `log_softmax` over the last dimension.
public enum LogSoftmax {
  private static let grain = 8

  /// Writes y = x − max − log Σ exp(x − max) of each row.
  ///
  /// Shape: x, y [rows, dim]; `y` may be `x`.
  public static func forward(
    _ workers: Workers, _ x: FloatPointer, rows: Int, dim: Int, to y: MutableFloatPointer
  ) {
    workers.parallel(count: rows, grain: grain) { range, worker in
      let scratch = workers.scratch(worker, count: dim)
      for i in range {
        let (row, out) = (x + i * dim, y + i * dim)
        let top = Rows.maximum(row, dim)
        let sum = Rows.exp(row, dim, shift: -top, to: scratch)
        let logSum = Exact.log(sum)
        for j in 0..<dim { out[j] = Float(Double(row[j]) - Double(top) - logSum) }
      }
    }
  }

  /// Writes dx = dy − exp(y) Σ dy of each row.
  ///
  /// Shape: all [rows, dim]; `dx` may be `dy`.
  public static func backward(
    _ workers: Workers, y: FloatPointer, dy: FloatPointer, rows: Int, dim: Int,
    to dx: MutableFloatPointer
  ) {
    workers.parallel(count: rows, grain: grain) { range, worker in
      let softmax = workers.scratch(worker, count: dim)
      for i in range {
        let total = Float(Rows.sum(dy + i * dim, dim))
        Rows.exp(y + i * dim, dim, shift: 0, to: softmax)
        Rows.combine(1, dy + i * dim, -total, softmax, dim, to: dx + i * dim)
      }
    }
  }
}
