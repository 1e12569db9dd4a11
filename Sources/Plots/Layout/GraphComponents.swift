/// The connected parts of a graph.
struct GraphComponents {
  /// The nodes of every part, ascending; larger parts first, then by first node.
  let parts: [[Int]]

  /// Finds the parts by union–find.
  init(count n: Int, edges: [(a: Int, b: Int)]) {
    var parent = Array(0..<n)
    func root(_ i: Int) -> Int {
      var i = i
      while parent[i] != i {
        parent[i] = parent[parent[i]]
        i = parent[i]
      }
      return i
    }
    for (a, b) in edges {
      let (ra, rb) = (root(a), root(b))
      if ra != rb { parent[max(ra, rb)] = min(ra, rb) }
    }
    var members: [Int: [Int]] = [:]
    for i in 0..<n { members[root(i), default: []].append(i) }
    parts = members.values.sorted { ($0.count, $1[0]) > ($1.count, $0[0]) }
  }
}
