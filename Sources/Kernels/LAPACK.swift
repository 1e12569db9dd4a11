import COpenBLAS

/// The few routines of OpenBLAS that analysis uses; nothing of it reaches training state.
public enum LAPACK {
  /// Returns the status of a symmetric eigen-decomposition (0 is success).
  ///
  /// On return `a` [n, n] holds an eigenvector in each row and `values` [n] ascending eigenvalues.
  /// Wraps `dsyevd`. Precondition: the entries are finite.
  public static func symmetricEigen(_ a: inout [Double], values: inout [Double], n: Int) -> Int {
    precondition(a.count == n * n && values.count == n && n <= Int(Int32.max), "eigen of \(n)")
    guard n > 0 else { return 0 }
    let jobs = CChar(UInt8(ascii: "V"))
    let half = CChar(UInt8(ascii: "U"))
    let size = Int32(n)
    var status: Int32 = 0
    var query = 0.0
    var integerQuery: Int32 = 0
    var unknown: Int32 = -1
    withUnsafePointer(to: jobs) { jobs in
      withUnsafePointer(to: half) { half in
        withUnsafePointer(to: size) { size in
          dsyevd_(
            jobs, half, size, &a, size, &values, &query, &unknown, &integerQuery, &unknown,
            &status)
          guard status == 0 else { return }
          var work = [Double](repeating: 0, count: max(1, Int(query)))
          var integers = [Int32](repeating: 0, count: max(1, Int(integerQuery)))
          var workCount = Int32(work.count)
          var integerCount = Int32(integers.count)
          dsyevd_(
            jobs, half, size, &a, size, &values, &work, &workCount, &integers, &integerCount,
            &status)
        }
      }
    }
    return Int(status)
  }

  /// Returns AᵀB in Float64, [p, q] of A [rows, p] and B [rows, q], row-major.
  ///
  /// Wraps `cblas_dgemm`.
  public static func crossProduct(
    _ a: [Double], columns p: Int, _ b: [Double], columns q: Int, rows: Int
  ) -> [Double] {
    precondition(a.count == rows * p && b.count == rows * q, "cross product of \(rows) rows")
    var c = [Double](repeating: 0, count: p * q)
    guard p > 0, q > 0, rows > 0 else { return c }
    cblas_dgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(p), Int32(q), Int32(rows), 1, a, Int32(p), b,
      Int32(q), 0, &c, Int32(q))
    return c
  }

  /// Returns ABᵀ in Float64, [p, q] of A [p, depth] and B [q, depth], row-major.
  ///
  /// Wraps `cblas_dgemm`.
  public static func outerProduct(
    _ a: [Double], rows p: Int, _ b: [Double], rows q: Int, depth: Int
  ) -> [Double] {
    precondition(a.count == p * depth && b.count == q * depth, "outer product of \(depth)")
    var c = [Double](repeating: 0, count: p * q)
    guard p > 0, q > 0, depth > 0 else { return c }
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(p), Int32(q), Int32(depth), 1, a,
      Int32(depth), b, Int32(depth), 0, &c, Int32(q))
    return c
  }
}
