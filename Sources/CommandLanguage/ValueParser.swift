import Foundation

/// The text of one value after substitution, and where it stands in the source.
struct RawValue {
  var text: String
  let range: Range<Int>
  /// Byte offset of the text's first byte when text and source agree; nil after substitution.
  var offset: Int?
  var isQuoted = false

  /// The source range of a part of the text, or of the whole value when it was substituted.
  func place(_ part: Range<Int>) -> Range<Int> {
    guard let offset else { return range }
    return (part.lowerBound + offset)..<(max(part.upperBound, part.lowerBound + 1) + offset)
  }
}

/// Text → typed, range-checked `Value`.
enum ValueParser {
  /// Parses a value.
  ///
  /// - Parameters:
  ///   - raw: The text.
  ///   - type: What it must be.
  ///   - name: How messages call the value: `batch`, `viz graph: n`.
  ///   - abbreviates: Whether a unique beginning of a choice is accepted.
  /// - Returns: The value, within its declared range.
  /// - Throws: `Diagnostic` at the part of the value that is wrong.
  static func parse(
    _ raw: RawValue, as type: ValueType, name: String, abbreviates: Bool
  ) throws -> Value {
    let text = raw.text
    func fail(_ expected: String? = nil, help: String? = nil) -> Diagnostic {
      Diagnostic(
        "\(name) must be \(expected ?? type.expected), got \(shown(raw))", at: raw.range, help: help
      )
    }
    switch type {
    case .int(let range):
      guard let value = integer(text), range.contains(value) else {
        let isTooLong =
          range.upperBound == Int.max && text.utf8.count > 15
          && text.utf8.allSatisfy(ExpressionParser.isDigit)
        throw fail(isTooLong ? type.expected + " that fits 64 bits" : nil)
      }
      return .int(value)
    case .number(let range):
      guard let value = number(text), range.contains(value) else { throw fail() }
      return .number(value)
    case .onOff:
      switch text {
      case "on": return .bool(true)
      case "off": return .bool(false)
      default: throw fail(help: spelling(of: text))
      }
    case .choice(let names):
      if names.contains(text) { return .text(text) }
      let completions = names.filter { $0.hasPrefix(text) }
      if abbreviates, !text.isEmpty, completions.count == 1 { return .text(completions[0]) }
      let nearest = EditDistance.nearest(to: text, in: names)
      throw fail(help: nearest ?? (names.contains("on") ? spelling(of: text) : nil))
    case .word:
      if text.isEmpty { throw fail() }
      return .text(text)
    case .name:
      guard isName(text) else { throw fail() }
      return .text(text)
    case .momentName:
      guard isMomentName(text) else { throw fail() }
      return .text(text)
    case .string: return .text(text)
    case .path(let extensions): return try path(raw, extensions, fail)
    case .list(let element, let count):
      return try list(raw, element, count, name: name, abbreviates: abbreviates)
    case .duration(let units): return .duration(try duration(text, units, fail))
    case .indices: return .indices(try indices(raw, name))
    case .time:
      if let time = TimePoint(text) { return .time(time) }
      throw fail(help: Int(text).map { "@s\($0.magnitude)" })
    case .expression, .tensor:
      return .expression(try Formula(text, standingAt: raw.range))
    case .pair(let range):
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let low = number(String(parts[0])),
        let high = number(String(parts[1])),
        low <= high, range.contains(low), range.contains(high)
      else { throw fail() }
      return .pair(low, high)
    case .bytes: return .size(try size(text, fail))
    case .seconds:
      let (count, unit) = split(text)
      let factors = ["s": 1.0, "min": 60, "h": 3600]
      guard let count = number(count), let factor = factors[unit], count > 0,
        (count * factor).isFinite
      else { throw fail() }
      return .seconds(count * factor)
    }
  }

  /// Whether a text is a name: `[A-Za-z_][A-Za-z0-9_-]*`.
  static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, ExpressionParser.isNameStart(first) else { return false }
    return text.utf8.allSatisfy {
      ExpressionParser.isNameStart($0) || ExpressionParser.isDigit($0) || $0 == UInt8(ascii: "-")
    }
  }

  /// Whether a text names a moment or branch: a name that may have single dots inside, `temp0.2`.
  static func isMomentName(_ text: some StringProtocol) -> Bool {
    text.last != "." && !text.contains("..") && isName(String(text.filter { $0 != "." }))
      && text.first != "."
  }

  private static func shown(_ raw: RawValue) -> String {
    raw.text.isEmpty ? "nothing" : Diagnostic.quote(raw.text)
  }

  /// What another language's truth value is called here.
  private static func spelling(of text: String) -> String? {
    switch text.lowercased() {
    case "true", "yes", "1": "on"
    case "false", "no", "0", "none": "off"
    default: nil
    }
  }

  private static func number(_ text: String) -> Double? {
    guard let value = NumberText.parse(text), value.isFinite else { return nil }
    return value
  }

  private static func integer(_ text: String) -> Int? {
    if let value = Int(text) { return value }
    guard let value = number(text), abs(value) <= 9_007_199_254_740_992 else { return nil }
    return Int(exactly: value)
  }

  /// Splits a number from the unit after it: `12st` → (`12`, `st`).
  private static func split(_ text: String) -> (String, String) {
    let unit = text.reversed().prefix { $0.isLetter || $0 == "%" }
    return (String(text.dropLast(unit.count)), String(unit.reversed()))
  }

  private static func duration(
    _ text: String, _ units: DurationUnits, _ fail: (String?, String?) -> Diagnostic
  ) throws -> Duration {
    let (count, unit) = split(text)
    switch unit {
    case "st", "step", "steps", "ep", "epoch", "epochs":
      let isSteps = unit.hasPrefix("s")
      guard units.contains(isSteps ? .steps : .epochs), let value = integer(count), value >= 0
      else {
        throw fail(nil, nil)
      }
      return isSteps ? .steps(value) : .epochs(value)
    case "%", "":
      guard let value = number(count) else { throw fail(nil, nil) }
      let part = unit == "%" ? value / 100 : value
      let isPlain = unit.isEmpty && integer(count) != nil && !count.contains(".") && value != 0
      guard units.contains(.fraction), part >= 0, part <= 1, !isPlain else {
        let whole = integer(count).map(\.magnitude)
        let help = whole.map { whole in
          Diagnostic.alternatives(
            (units.contains(.steps) ? ["\(whole)steps"] : [])
              + (units.contains(.epochs) ? ["\(whole)epochs"] : []))
        }
        throw fail(nil, unit.isEmpty ? help : nil)
      }
      return .fraction(part)
    default: throw fail(nil, nil)
    }
  }

  private static func size(
    _ text: String, _ fail: (String?, String?) -> Diagnostic
  ) throws -> MemorySize {
    let (count, unit) = split(text)
    guard let value = number(count), value >= 0 else { throw fail(nil, nil) }
    if unit == "%" {
      guard value <= 100 else { throw fail(nil, nil) }
      return .share(value / 100)
    }
    if value == 0, unit.isEmpty { return .bytes(0) }
    guard let factor = ByteUnits.all.first(where: { $0.name == unit.uppercased() })?.factor,
      let bytes = Int(exactly: (value * Double(factor)).rounded(.down)), bytes > 0 || value == 0
    else { throw fail(nil, nil) }
    return .bytes(bytes)
  }

  private static func path(
    _ raw: RawValue, _ extensions: [String], _ fail: (String?, String?) -> Diagnostic
  ) throws -> Value {
    guard !raw.text.isEmpty, !raw.text.utf8.contains(0) else { throw fail(nil, nil) }
    if raw.text.utf8.count > 4000 {
      throw Diagnostic("a file name may have at most 4000 bytes", at: raw.range)
    }
    return .path(path: Paths.expandingTilde(raw.text), written: raw.text)
  }

  private static func list(
    _ raw: RawValue, _ element: ValueType, _ count: ClosedRange<Int>, name: String,
    abbreviates: Bool
  ) throws -> Value {
    let items = try ListSplitter.items(of: raw)
    guard count.contains(items.count) else {
      let expected =
        count.lowerBound == count.upperBound
        ? "\(count.lowerBound)"
        : count.upperBound == Int.max
          ? "at least \(count.lowerBound)" : "\(count.lowerBound)…\(count.upperBound)"
      throw Diagnostic(
        "\(name) must be a list of \(expected) values, got \(items.count)", at: raw.range)
    }
    return .list(
      try items.map { try parse($0, as: element, name: name, abbreviates: abbreviates) })
  }

  private static func indices(_ raw: RawValue, _ name: String) throws -> Indices {
    var ranges: [ClosedRange<Int>] = []
    var total = 0
    for item in try ListSplitter.items(of: raw) {
      let ends = item.text.components(separatedBy: "..")
      guard ends.count <= 2, let low = Int(ends[0]), let high = Int(ends[ends.count - 1]), low >= 0
      else {
        throw Diagnostic(
          "\(name) must be \(ValueType.indices.expected), got \(shown(item))", at: item.range)
      }
      guard low <= high else {
        throw Diagnostic(
          "a range goes upwards, got \(Diagnostic.quote(item.text))", at: item.range,
          help: "\(high)..\(low)")
      }
      let (span, overflow) = (high - low).addingReportingOverflow(1)
      if overflow || span > Indices.maxCount || total + span > Indices.maxCount {
        throw Diagnostic("\(name) may have at most \(Indices.maxCount) items", at: item.range)
      }
      total += span
      ranges.append(low...high)
    }
    if ranges.isEmpty {
      throw Diagnostic("\(name) must be \(ValueType.indices.expected), got nothing", at: raw.range)
    }
    return Indices(ranges)
  }
}

extension Parameter {
  /// Parses a value that does not stand in a command line, such as a launch option's.
  ///
  /// - Returns: The value, within its declared range.
  /// - Throws: `Diagnostic` without a place when the text is not legal.
  public func value(parsing text: String) throws -> Value {
    if acceptsAuto, text == "auto" { return .auto }
    let raw = RawValue(text: text, range: 0..<text.utf8.count, offset: 0)
    do {
      return try ValueParser.parse(raw, as: type, name: name, abbreviates: false)
    } catch let error as Diagnostic {
      throw Diagnostic(error.message, help: error.help)
    }
  }
}
