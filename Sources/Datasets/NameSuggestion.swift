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

  /// Returns the number of insertions, deletions and replacements between two texts (Levenshtein).
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    // Long user text must not make this slow; such a text has no near name.
    guard a.count <= 64, b.count <= 64 else { return Int.max }
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
