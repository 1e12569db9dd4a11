/// The order of a matrix's rows: by class, and inside a class so that like rows are neighbours.
struct MatrixOrder: Equatable {
  /// One run of rows of the same class.
  struct Block: Equatable {
    var label: Int?
    var range: Range<Int>
  }

  /// The original index of every row shown.
  var indices: [Int]
  /// Runs of one class, in the order shown; empty when nothing is known of classes.
  var blocks: [Block]

  /// Orders rows by class; rows without a class come last.
  ///
  /// - Parameters:
  ///   - labels: The class of every row.
  ///   - affinity: How alike two rows are, for the order inside a class; nil keeps the given order.
  init(labels: [Int?], affinity: ((Int, Int) -> Double)? = nil) {
    let sorted = labels.indices.sorted {
      (labels[$0] ?? .max, $0) < (labels[$1] ?? .max, $1)
    }
    indices = []
    blocks = []
    guard labels.contains(where: { $0 != nil }) else {
      indices = Array(labels.indices)
      return
    }
    var start = 0
    while start < sorted.count {
      var end = start
      while end < sorted.count, labels[sorted[end]] == labels[sorted[start]] { end += 1 }
      let members = Array(sorted[start..<end])
      indices += affinity.map { MatrixOrder.seriated(members, $0) } ?? members
      blocks.append(Block(label: labels[sorted[start]], range: start..<end))
      start = end
    }
  }

  /// Returns members sorted along the Fiedler vector of their affinities.
  ///
  /// Source: J. Atkins, E. Boman and B. Hendrickson, "A spectral algorithm for seriation", 1998.
  private static func seriated(
    _ members: [Int], _ affinity: (Int, Int) -> Double
  ) -> [Int] {
    guard members.count > 2, members.count <= 400 else { return members }
    var pairs: [(a: Int, b: Int, weight: Double)] = []
    var low = Double.infinity
    for i in members.indices {
      for j in 0..<i {
        let w = affinity(members[i], members[j])
        guard w.isFinite else { return members }
        low = min(low, w)
        pairs.append((j, i, w))
      }
    }
    let high = pairs.map(\.weight).max() ?? 0
    guard high > low else { return members }
    // Weights must be positive for a Laplacian.
    let scaled = pairs.map { ($0.a, $0.b, 0.01 + ($0.weight - low) / (high - low)) }
    let along = SpectralStart.positions(count: members.count, edges: scaled, seed: 1).map(\.x)
    let order = members.indices.sorted { (along[$0], $0) < (along[$1], $1) }
    // An eigenvector has no sign: the smaller index leads.
    let first = order[0] <= order[order.count - 1] ? order : order.reversed()
    return first.map { members[$0] }
  }
}
