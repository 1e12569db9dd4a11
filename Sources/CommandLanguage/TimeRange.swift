/// Moments from one to another, both included: `@e0..@e5`, `@s40..@s20`, `@main/e0..e5`.
struct TimeRange {
  /// What the numbers of a moment count.
  private enum Unit {
    case steps, epochs, back
  }

  /// An end: a number of something on a branch.
  private struct End {
    let branch: String?
    let unit: Unit
    let count: Int

    /// Returns nil for a name, whose neighbours nobody can tell.
    init?(_ time: TimePoint) {
      switch time {
      case .name: return nil
      case .step(let count): (branch, unit, self.count) = (nil, .steps, count)
      case .epoch(let count): (branch, unit, self.count) = (nil, .epochs, count)
      case .back(let count): (branch, unit, self.count) = (nil, .back, count)
      case .branch(let name, let rest):
        guard let end = End(rest) else { return nil }
        (branch, unit, count) = (name, end.unit, end.count)
      }
    }
  }

  private let first: End
  private let last: Int

  /// How many moments lie between the first and the last.
  var span: Int { abs(last - first.count) }

  /// The moments in the order that they were written in.
  var moments: [TimePoint] {
    let step = last < first.count ? -1 : 1
    return stride(from: first.count, through: last, by: step).map { count in
      let time: TimePoint =
        switch first.unit {
        case .steps: .step(count)
        case .epochs: .epoch(count)
        case .back: .back(count)
        }
      return first.branch.map { .branch($0, time) } ?? time
    }
  }

  /// Reads a range; the second end may leave out the `@` and then the branch of the first.
  ///
  /// Returns nil where nothing that begins with `@` stands at an end.
  ///
  /// - Throws: `Diagnostic` at the end that is no moment of the other's kind.
  init?(_ item: RawValue) throws {
    let text = item.text
    guard !item.isQuoted, let dots = text.firstRange(of: "..") else { return nil }
    let ends = (text: text[..<dots.lowerBound], rest: text[dots.upperBound...])
    guard ends.text.hasPrefix("@") || ends.rest.hasPrefix("@") else { return nil }
    let middle = text.utf8.distance(from: text.startIndex, to: dots.lowerBound)
    let places = (
      first: item.place(0..<middle), last: item.place(middle + 2..<text.utf8.count)
    )
    first = try Self.end(ends.text, at: places.first)
    var end = try Self.end(ends.rest, at: places.last)
    if !ends.rest.hasPrefix("@"), let branch = first.branch, end.branch == nil {
      end = try Self.end("@\(branch)/\(ends.rest)", at: places.last)
    }
    guard end.unit == first.unit else {
      throw Diagnostic(
        "a range of times counts epochs, steps or steps ago at both ends, got "
          + "\(Diagnostic.quote(String(ends.text))) and \(Diagnostic.quote(String(ends.rest)))",
        at: places.last, help: "@e0..@e5")
    }
    guard end.branch == first.branch else {
      throw Diagnostic(
        "a range of times has the same branch at both ends, got "
          + "\(Diagnostic.quote(String(ends.text))) and \(Diagnostic.quote(String(ends.rest)))",
        at: places.last, help: "@BRANCH/e0..e5")
    }
    last = end.count
  }

  private static func end(_ text: some StringProtocol, at place: Range<Int>) throws -> End {
    if let end = TimePoint(String(text)).flatMap(End.init) { return end }
    let shown = text.isEmpty ? "nothing" : Diagnostic.quote(String(text))
    throw Diagnostic(
      "a range of times needs a moment with a number at both ends, like @e0, @s1200, @-1 or "
        + "@BRANCH/e5, got \(shown)", at: place, help: "@e0..@e5")
  }
}
