import Foundation

/// The legal floats of an argument; values are always finite.
public struct NumberRange: Sendable, Equatable {
  let lower: Double
  let upper: Double
  let excludesLower: Bool

  /// Any finite number.
  public static let any = NumberRange(
    lower: -.infinity, upper: .infinity, excludesLower: false)
  /// Numbers of at least a bound.
  public static func atLeast(_ lower: Double) -> NumberRange {
    NumberRange(lower: lower, upper: .infinity, excludesLower: false)
  }
  /// Numbers greater than a bound.
  public static func above(_ lower: Double) -> NumberRange {
    NumberRange(lower: lower, upper: .infinity, excludesLower: true)
  }
  /// Numbers between two bounds, both included.
  public static func within(_ lower: Double, _ upper: Double) -> NumberRange {
    NumberRange(lower: lower, upper: upper, excludesLower: false)
  }

  func contains(_ value: Double) -> Bool {
    value.isFinite && value <= upper && (excludesLower ? value > lower : value >= lower)
  }

  var text: String {
    switch (lower.isFinite, upper.isFinite) {
    case (true, true): "in \(NumberText.exact(lower))…\(NumberText.exact(upper))"
    case (true, false):
      "\(excludesLower ? "greater than" : "of at least") \(NumberText.exact(lower))"
    default: ""
    }
  }
}

extension ClosedRange where Bound == Int {
  /// Integers of at least a bound.
  public static func from(_ lower: Int) -> ClosedRange<Int> { lower...Int.max }
}

/// The units that a duration may be given in.
public struct DurationUnits: OptionSet, Sendable {
  /// The set as bits.
  public let rawValue: Int
  /// Creates a set from bits.
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// Steps: `12st`, `12steps`.
  public static let steps = DurationUnits(rawValue: 1)
  /// Epochs: `4ep`, `4epochs`.
  public static let epochs = DurationUnits(rawValue: 2)
  /// Parts of the whole: `0.25`, `25%`.
  public static let fraction = DurationUnits(rawValue: 4)
}

/// Values that only the running program can list, for completion.
public enum DynamicKind: Sendable, Equatable {
  case variables, layers, references, sessions, verbs, topics, subcommands
  /// Metrics, which can be recorded and drawn.
  case metrics
  /// What an expression can name: metrics, counters, and what metrics are measured against.
  case quantities
  /// Branches.
  case branches
  /// The user's own commands.
  case definitions
  /// Moments that can be gone back to.
  case moments
  /// Names that `snap` gave.
  case snapshots
  /// Trained values: what has a gradient and a momentum.
  case parameters
  /// Parameters and buffers.
  case tensors
}

/// What text an argument or option takes; parsing, help, errors and completion follow from it.
public indirect enum ValueType: Sendable, Equatable {
  case int(ClosedRange<Int>)
  case number(NumberRange)
  case onOff
  case choice([String])
  /// One word that names something; may complete from the program's state.
  case word(DynamicKind?)
  /// A new name: letters, digits, `_`, `-`.
  case name
  /// A new name of a moment or branch, which may have dots inside.
  case momentName
  /// Free text.
  case string
  /// A file, with the extensions that completion offers (empty: all; "/": folders only).
  case path([String])
  case list(ValueType, count: ClosedRange<Int>)
  case duration(DurationUnits)
  case indices
  /// A tensor with an optional slice, or an expression over tensors.
  case tensor
  /// A moment: `@start`, `@s1200`, `@e5`, `@-1`, `@BRANCH/e5`.
  case time
  case expression
  /// `low:high`
  case pair(NumberRange)
  /// A number of bytes, `512MB`, `2GB`, or a share of memory, `80%`.
  case bytes
  /// Seconds: `90s`, `10min`, `8h`.
  case seconds

  /// What is legal, as the end of "must be …".
  public var expected: String {
    switch self {
    case .int(let range):
      switch (range.lowerBound, range.upperBound) {
      case (Int.min, Int.max): "an integer"
      case (let lower, Int.max): "an integer of at least \(lower)"
      case (let lower, let upper): "an integer in \(lower)…\(upper)"
      }
    case .number(let range): ("a number " + range.text).trimmingSpaces()
    case .onOff: "on or off"
    case .choice(let names): Diagnostic.alternatives(names)
    case .word: "a word"
    case .name: "a name of letters, digits, '_' and '-'"
    case .momentName: "a name of letters, digits, '_', '-' and inner dots"
    case .string: "a text"
    case .path(let extensions):
      extensions == ["/"]
        ? "a folder"
        : extensions.isEmpty
          ? "a file" : "a file ending in " + Diagnostic.alternatives(extensions.map { "." + $0 })
    case .list(let element, let count):
      (count.lowerBound == count.upperBound
        ? "a list of \(count.lowerBound) values, each " : "a list, each ")
        + element.expected
    case .duration(let units):
      "a duration like "
        + Diagnostic.alternatives(
          (units.contains(.steps) ? ["12steps"] : []) + (units.contains(.epochs) ? ["4epochs"] : [])
            + (units.contains(.fraction) ? ["0.25"] : []))
    case .indices: "indices like 17, 1,5,9 or 0..5"
    case .time: TimePoint.expected
    case .tensor: "a tensor like z1, z1[0:3, :6] or g:LAYER.weight, or an expression"
    case .expression: "an expression"
    case .pair(let range): ("low:high, two numbers " + range.text).trimmingSpaces()
    case .bytes: "a size like 512MB, 2GB or 80%, or 0"
    case .seconds: "a time like 90s, 10min or 8h"
    }
  }

  /// Whether the value may have spaces and ends where the next key, switch or sign begins.
  var isExpression: Bool {
    switch self {
    case .expression, .tensor: true
    default: false
    }
  }

  /// The placeholder in a synopsis: `N`, `X`, `FILE`, `on|off`.
  public var placeholder: String {
    switch self {
    case .int: "N"
    case .number: "X"
    case .onOff: "on|off"
    case .choice(let names): names.count <= 4 ? names.joined(separator: "|") : "NAME"
    case .word, .name, .momentName: "NAME"
    case .string: "TEXT"
    case .path(let extensions): extensions == ["/"] ? "FOLDER" : "FILE"
    case .list(let element, let count):
      if count.lowerBound == count.upperBound, count.count <= 4 {
        "[" + Array(repeating: element.placeholder, count: count.lowerBound).joined(separator: ",")
          + "]"
      } else {
        element.placeholder + ",…"
      }
    case .duration: "DURATION"
    case .indices: "IDS"
    case .tensor: "TENSOR"
    case .time: "@TIME"
    case .expression: "EXPR"
    case .pair: "LOW:HIGH"
    case .bytes: "SIZE"
    case .seconds: "TIME"
    }
  }
}
