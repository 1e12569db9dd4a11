import Foundation

/// A typed, range-checked value of an argument or option.
public indirect enum Value: Sendable, Equatable {
  case int(Int)
  case number(Double)
  case bool(Bool)
  /// A word, a choice or free text; canonical text quotes it where needed.
  case text(String)
  /// A file path; `written` is what the user typed, `path` has `~` expanded.
  case path(path: String, written: String)
  case list([Value])
  case duration(Duration)
  case indices(Indices)
  case time(TimePoint)
  case expression(Formula)
  /// `low:high`
  case pair(Double, Double)
  case size(MemorySize)
  /// A length of time in seconds.
  case seconds(Double)
  /// `auto`, where a declaration allows it.
  case auto

  /// The value as the log writes it: units in full, quotes where needed; parses to the same value.
  public var canonicalText: String {
    switch self {
    case .int(let value): String(value)
    case .number(let value): NumberText.exact(value)
    case .bool(let value): value ? "on" : "off"
    case .text(let text): Quoting.quotedIfNeeded(text)
    case .path(_, let written): Quoting.quotedIfNeeded(written)
    case .list(let values): "[" + values.map(\.canonicalText).joined(separator: ",") + "]"
    case .duration(let duration): duration.canonicalText
    case .indices(let indices): indices.canonicalText
    case .time(let time): time.canonicalText
    case .expression(let expression): expression.text
    case .pair(let low, let high): NumberText.exact(low) + ":" + NumberText.exact(high)
    case .size(let size): size.canonicalText
    case .seconds(let seconds): NumberText.exact(seconds) + "s"
    case .auto: "auto"
    }
  }
}

/// A length of training.
public enum Duration: Sendable, Equatable {
  /// Optimizer steps.
  case steps(Int)
  /// Passes over the training data.
  case epochs(Int)
  /// A part of the total, 0…1.
  case fraction(Double)

  /// The duration with its unit in full: `1step`, `2epochs`, `0.25`.
  public var canonicalText: String {
    switch self {
    case .steps(let count): "\(count)step" + (count == 1 ? "" : "s")
    case .epochs(let count): "\(count)epoch" + (count == 1 ? "" : "s")
    case .fraction(let part): part == 1 ? "1.0" : NumberText.exact(part)
    }
  }

  /// The number of steps, rounded down for fractions; nil when it does not fit an `Int`.
  ///
  /// - Parameters:
  ///   - stepsPerEpoch: Steps in one pass over the data.
  ///   - total: Steps of the whole run, for fractions.
  /// - Returns: Steps.
  public func steps(perEpoch stepsPerEpoch: Int, total: Int) -> Int? {
    switch self {
    case .steps(let count): return count
    case .epochs(let count):
      let (product, overflow) = count.multipliedReportingOverflow(by: stepsPerEpoch)
      return overflow ? nil : product
    case .fraction(let part): return Int(exactly: (part * Double(total)).rounded(.down))
    }
  }
}

/// An amount of memory.
public enum MemorySize: Sendable, Equatable {
  case bytes(Int)
  /// A share of the machine's memory, 0…1.
  case share(Double)

  /// The size with its unit: `2GB`, `80%`.
  public var canonicalText: String {
    switch self {
    case .share(let part): return NumberText.exact((part * 1e6).rounded() / 1e4) + "%"
    case .bytes(0): return "0"
    case .bytes(let count):
      for (name, factor) in ByteUnits.all.reversed() where count % factor == 0 {
        return "\(count / factor)\(name)"
      }
      return "\(count)B"
    }
  }
}

/// Units of memory; a kilobyte is 1024 bytes.
enum ByteUnits {
  static let all: [(name: String, factor: Int)] = [
    ("B", 1), ("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30),
  ]
}

/// Sample numbers as a user wrote them: `17`, `1,5,9`, `0..5`, `[0..5,9]`; ranges are inclusive.
public struct Indices: Sendable, Equatable {
  /// The most items that one value may stand for.
  public static let maxCount = 1_000_000

  /// The ranges in the order written.
  public let ranges: [ClosedRange<Int>]

  /// Creates indices from inclusive ranges.
  public init(_ ranges: [ClosedRange<Int>]) { self.ranges = ranges }

  /// The number of items, duplicates counted.
  public var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// The largest index, or nil when there is none.
  public var max: Int? { ranges.map(\.upperBound).max() }

  /// Every index in the order written.
  public var expanded: [Int] { ranges.flatMap { Array($0) } }

  /// The indices as the log writes them.
  public var canonicalText: String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)..\($0.upperBound)" }
      .joined(separator: ",")
  }
}

/// A user's variable: `let n = 3`, `let root = "../data"`.
public enum Variable: Sendable, Equatable {
  case number(Double)
  case text(String)

  /// The text that `$name` stands for.
  public var text: String {
    switch self {
    case .number(let value): NumberText.exact(value)
    case .text(let text): text
    }
  }

  /// The value as an expression of `let`: a number or a quoted string.
  public var canonicalText: String {
    switch self {
    case .number(let value): NumberText.exact(value)
    case .text(let text): Quoting.quoted(text)
    }
  }
}

/// Numbers as text that reads back to the same number.
public enum NumberText {
  /// The shortest decimal text of a number; whole numbers below 10¹⁵ have no point.
  public static func exact(_ value: Double) -> String {
    if let whole = Int(exactly: value), whole.magnitude < 1_000_000_000_000_000 {
      return whole == 0 && value.sign == .minus ? "-0.0" : String(whole)
    }
    return value.description
  }

  /// Reads a number in the grammar's form: a `.` and an exponent need a digit after them.
  ///
  /// Returns nil for anything else, `nan` and `inf` included; out of range gives infinity.
  public static func parse(_ text: some StringProtocol) -> Double? {
    var bytes = Substring(text).utf8[...]
    func digits() -> Bool {
      let rest = bytes.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      defer { bytes = rest }
      return rest.startIndex != bytes.startIndex
    }
    if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
    let hasWhole = digits()
    if bytes.first == UInt8(ascii: ".") {
      bytes.removeFirst()
      if !digits() { return nil }
    } else if !hasWhole {
      return nil
    }
    if bytes.first == UInt8(ascii: "e") || bytes.first == UInt8(ascii: "E") {
      bytes.removeFirst()
      if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") {
        bytes.removeFirst()
      }
      if !digits() { return nil }
    }
    return bytes.isEmpty ? Double(text) : nil
  }
}
