/// Moves labels along a line as little as needed so that none overlap.
enum LabelSpread {
  /// Returns new middles for labels of given extents.
  ///
  /// Labels that meet form a group, which is centred on the mean of its members' wishes; groups
  /// that meet merge (isotonic regression).
  ///
  /// - Parameters:
  ///   - wished: The wanted middles, ascending.
  ///   - extents: How much room each label takes.
  ///   - range: Where labels may lie; they must fit in all.
  /// - Returns: The new middles, in the same order.
  static func spread(
    _ wished: [Double], extents: [Double], in range: ClosedRange<Double>
  ) -> [Double] {
    struct Group {
      var first: Int
      var count: Int
      var extent: Double
      /// Sum over members of the wanted start of the group.
      var sum: Double
      var start: Double
    }
    func placed(_ g: Group) -> Double {
      min(max(g.sum / Double(g.count), range.lowerBound), range.upperBound - g.extent)
    }
    var groups: [Group] = []
    for (i, wish) in wished.enumerated() {
      let start = wish - extents[i] / 2
      var g = Group(first: i, count: 1, extent: extents[i], sum: start, start: 0)
      g.start = placed(g)
      while let last = groups.last, last.start + last.extent > g.start {
        groups.removeLast()
        // Members after the first wish the group to start earlier by what is before them.
        g = Group(
          first: last.first, count: last.count + g.count, extent: last.extent + g.extent,
          sum: last.sum + g.sum - Double(g.count) * last.extent, start: 0)
        g.start = placed(g)
      }
      groups.append(g)
    }
    var result = wished
    for g in groups {
      var at = max(g.start, range.lowerBound)
      for i in g.first..<g.first + g.count {
        result[i] = at + extents[i] / 2
        at += extents[i]
      }
    }
    return result
  }

  /// Returns the labels that fit a length, the most important first, in ascending order.
  static func fitting(extents: [Double], importance: [Double], length: Double) -> [Int] {
    var room = length
    var kept: [Int] = []
    for i in extents.indices.sorted(by: { (importance[$0], $1) > (importance[$1], $0) }) {
      guard extents[i] <= room else { continue }
      room -= extents[i]
      kept.append(i)
    }
    return kept.sorted()
  }
}
