/// Finding the name that a user probably meant.
public enum EditDistance {
  /// The number of insertions, deletions, substitutions and swaps of neighbours between two words.
  ///
  /// Optimal string alignment distance; both words are cut to 64 characters.
  public static func between(_ a: some StringProtocol, _ b: some StringProtocol) -> Int {
    let a = Array(a.prefix(64)), b = Array(b.prefix(64))
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in 1...a.count {
      current[0] = i
      for j in 1...b.count {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        var best = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          best = min(best, beforePrevious[j - 2] + 1)
        }
        current[j] = best
      }
      (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[b.count]
  }

  /// The nearest of some names: a unique completion, else within a third of the word's length.
  public static func nearest(to word: some StringProtocol, in names: [String]) -> String? {
    let word = word.lowercased()
    let completions = names.filter { $0.lowercased().hasPrefix(word) }
    if !word.isEmpty, completions.count == 1 { return completions[0] }
    let limit = max(1, min(3, (word.count + 1) / 3))
    var best: (name: String, distance: Int)?
    for name in names {
      let distance = between(word, name.lowercased())
      if distance <= limit, distance < word.count, distance < best?.distance ?? Int.max {
        best = (name, distance)
      }
    }
    return best?.name
  }
}
