/// Finds the known name that a misspelled one most likely meant.
enum NameSuggestion {
  /// Returns the nearest name within an edit distance of about a third of the text, nil otherwise.
  static func nearest(to text: String, in names: [String]) -> String? {
    let ranked = names.map { ($0, distance(Array(text.utf8), Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= max(1, text.utf8.count / 3) else {
      return names.first { !text.isEmpty && $0.hasPrefix(text) }
    }
    return best.0
  }

  /// Returns the number of insertions, deletions, replacements and swaps of neighbours between two
  /// texts (optimal string alignment).
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    // Long user text must not make this slow; such a text has no near name.
    guard a.count <= 64, b.count <= 64 else { return Int.max }
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
        row.append(best)
      }
      (before, last) = (last, row)
    }
    return last[b.count]
  }
}
