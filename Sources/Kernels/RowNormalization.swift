/// Scaling of rows to unit length, forward and backward: y = x / max(‖x‖, ε).
///
/// Source: PyTorch `F.normalize`, ε = 1e-12.
public enum RowNormalization {
  /// The smallest norm that a row is divided by.
  public static let epsilon = 1e-12
  /// Rows per chunk of parallel work.
  static let grain = 16

  /// Writes unit rows and, when asked, each row's norm.
  ///
  /// Shape: x, y [rows, dim]; `norms` [rows]. `y` may be `x`.
  public static func forward(
    _ workers: Workers, _ x: FloatPointer, rows: Int, dim: Int, to y: MutableFloatPointer,
    norms: UnsafeMutablePointer<Double>? = nil
  ) {
    workers.parallel(count: rows, grain: grain) { range, _ in
      for i in range {
        let norm = Rows.squaredNorm(x + i * dim, dim).squareRoot()
        norms?[i] = norm
        Rows.divide(x + i * dim, dim, by: max(norm, epsilon), to: y + i * dim)
      }
    }
  }

  /// Writes the gradient of x from the upstream gradient of y.
  ///
  /// dx = (dy − y (y·dy)) / ‖x‖, or dy / ε for a row shorter than ε. Shape: all [rows, dim];
  /// `dx` may be `dy`.
  public static func backward(
    _ workers: Workers, y: FloatPointer, norms: UnsafePointer<Double>, dy: FloatPointer,
    rows: Int, dim: Int, to dx: MutableFloatPointer
  ) {
    workers.parallel(count: rows, grain: grain) { range, _ in
      for i in range {
        let (unit, up, down) = (y + i * dim, dy + i * dim, dx + i * dim)
        let norm = norms[i]
        guard norm > epsilon else {
          Rows.divide(up, dim, by: epsilon, to: down)
          continue
        }
        let along = Rows.dot(unit, up, dim)
        Rows.combine(Float(1 / norm), up, Float(-along / norm), unit, dim, to: down)
      }
    }
  }
}
