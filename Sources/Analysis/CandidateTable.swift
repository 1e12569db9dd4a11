import Kernels
import Tensors

/// The best rows seen so far for each query, best first.
struct CandidateTable {
  let queries: Int
  let capacity: Int
  private var keys: [Float]
  private var rows: [Int32]
  private var counts: [Int32]

  init(queries: Int, capacity: Int) {
    self.queries = queries
    self.capacity = capacity
    keys = Array(repeating: -.infinity, count: queries * capacity)
    rows = Array(repeating: -1, count: queries * capacity)
    counts = Array(repeating: 0, count: queries)
  }

  /// Passes over all products of queries and memory rows in blocks.
  mutating func scan(
    _ workers: Workers, left: [Float], right: [Float], q: Int, n: Int, dim: Int,
    distance: FeatureDistance, excludesSelf: Bool, queryBlock: Int, memoryBlock: Int
  ) {
    var products = [Float](repeating: 0, count: queryBlock * memoryBlock)
    // −½‖b‖² turns the product into an order by distance: a·b − ½‖b‖² = ½‖a‖² − ½‖a − b‖².
    var offsets = [Float](repeating: 0, count: n)
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        guard let a = left.baseAddress, let b = right.baseAddress else { return }
        if distance == .euclidean {
          for j in 0..<n { offsets[j] = Float(-0.5 * Rows.squaredNorm(b + j * dim, dim)) }
        }
        for i0 in stride(from: 0, to: q, by: queryBlock) {
          let m = min(queryBlock, q - i0)
          for j0 in stride(from: 0, to: n, by: memoryBlock) {
            let width = min(memoryBlock, n - j0)
            gemm(
              workers, transposeA: false, transposeB: true, m: m, n: width, k: dim, alpha: 1,
              a: a + i0 * dim, lda: dim, b: b + j0 * dim, ldb: dim, beta: 0, c: &products,
              ldc: width)
            insert(
              workers, products: products, offsets: offsets, firstQuery: i0, queryCount: m,
              firstRow: j0, rowCount: width, excludesSelf: excludesSelf)
          }
        }
      }
    }
  }

  private mutating func insert(
    _ workers: Workers, products: [Float], offsets: [Float], firstQuery: Int, queryCount: Int,
    firstRow: Int, rowCount: Int, excludesSelf: Bool
  ) {
    let capacity = capacity
    keys.withUnsafeMutableBufferPointer { keys in
      rows.withUnsafeMutableBufferPointer { rows in
        counts.withUnsafeMutableBufferPointer { counts in
          products.withUnsafeBufferPointer { products in
            offsets.withUnsafeBufferPointer { offsets in
              guard let keys = keys.baseAddress, let rows = rows.baseAddress,
                let counts = counts.baseAddress, let products = products.baseAddress,
                let offsets = offsets.baseAddress
              else { return }
              workers.parallel(count: queryCount, grain: 16) { range, _ in
                for local in range {
                  let query = firstQuery + local
                  Self.insertRow(
                    products + local * rowCount, offsets + firstRow, rowCount,
                    firstRow: firstRow, skipping: excludesSelf ? query : -1,
                    keys: keys + query * capacity, rows: rows + query * capacity,
                    count: counts + query, capacity: capacity)
                }
              }
            }
          }
        }
      }
    }
  }

  /// Offers one row of products to one query's list; equal keys keep the smaller index first.
  private static func insertRow(
    _ products: FloatPointer, _ offsets: FloatPointer, _ width: Int, firstRow: Int,
    skipping: Int, keys: MutableFloatPointer, rows: UnsafeMutablePointer<Int32>,
    count: UnsafeMutablePointer<Int32>, capacity: Int
  ) {
    var filled = Int(count.pointee)
    var worst = filled == capacity ? keys[capacity - 1] : -Float.infinity
    var j = 0
    while j < width {
      if j &+ 8 <= width && filled == capacity {
        let block =
          UnsafeRawPointer(products + j).loadUnaligned(as: SIMD8<Float>.self)
          + UnsafeRawPointer(offsets + j).loadUnaligned(as: SIMD8<Float>.self)
        if !any(block .> SIMD8(repeating: worst)) {
          j &+= 8
          continue
        }
      }
      let end = min(width, j &+ 8)
      while j < end {
        let key = products[j] + offsets[j]
        let row = firstRow &+ j
        j &+= 1
        guard row != skipping, filled < capacity || key > worst else { continue }
        var place = filled < capacity ? filled : capacity &- 1
        while place > 0 && keys[place &- 1] < key {
          keys[place] = keys[place &- 1]
          rows[place] = rows[place &- 1]
          place &-= 1
        }
        keys[place] = key
        rows[place] = Int32(truncatingIfNeeded: row)
        if filled < capacity { filled &+= 1 }
        if filled == capacity { worst = keys[capacity &- 1] }
      }
    }
    count.pointee = Int32(filled)
  }

  /// Ranks the candidates by values in Float64 and keeps the first k.
  func refined(
    _ workers: Workers, left: [Float], right: [Float], dim: Int, k: Int,
    distance: FeatureDistance
  ) -> NearestNeighbors {
    var indices = [Int32](repeating: 0, count: queries * k)
    var values = [Double](repeating: 0, count: queries * k)
    let (rows, counts, capacity) = (rows, counts, capacity)
    indices.withUnsafeMutableBufferPointer { indices in
      values.withUnsafeMutableBufferPointer { values in
        left.withUnsafeBufferPointer { left in
          right.withUnsafeBufferPointer { right in
            guard let a = left.baseAddress, let b = right.baseAddress,
              let indexOut = indices.baseAddress, let valueOut = values.baseAddress
            else { return }
            workers.parallel(count: queries, grain: 16) { range, _ in
              for i in range {
                let sorted = Self.ranked(
                  rows[i * capacity..<i * capacity + Int(counts[i])], query: a + i * dim,
                  memory: b, dim: dim, distance: distance)
                for (place, item) in sorted.prefix(k).enumerated() {
                  indexOut[i * k + place] = item.row
                  valueOut[i * k + place] = item.value
                }
              }
            }
          }
        }
      }
    }
    return NearestNeighbors(queries: queries, k: k, indices: indices, values: values)
  }

  private static func ranked(
    _ rows: ArraySlice<Int32>, query: FloatPointer, memory: FloatPointer, dim: Int,
    distance: FeatureDistance
  ) -> [(row: Int32, value: Double)] {
    let norm = Rows.squaredNorm(query, dim).squareRoot()
    let scored = rows.map { row -> (row: Int32, value: Double) in
      let other = memory + Int(row) * dim
      switch distance {
      case .euclidean: return (row, Rows.squaredDistance(query, other, dim).squareRoot())
      case .cosine:
        let length = max(norm, RowNormalization.epsilon)
        let otherLength = max(Rows.squaredNorm(other, dim).squareRoot(), RowNormalization.epsilon)
        return (row, Rows.dot(query, other, dim) / length / otherLength)
      }
    }
    return scored.sorted {
      if $0.value != $1.value {
        return distance == .cosine ? $0.value > $1.value : $0.value < $1.value
      }
      return $0.row < $1.row
    }
  }
}
