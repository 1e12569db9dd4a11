import Foundation

/// A function that an expression can call.
public enum ExpressionFunction: String, Sendable, CaseIterable {
  case sqrt, log, exp, abs, floor, ceil, round
  case min, max
  case sum, mean, std, norm
  case normalize, transpose, matmul, cos

  /// How many arguments it takes.
  var arguments: ClosedRange<Int> {
    switch self {
    case .sqrt, .log, .exp, .abs, .floor, .ceil, .round, .normalize, .transpose: 1...1
    case .min, .max, .sum, .mean, .std, .norm: 1...2
    case .matmul, .cos: 2...2
    }
  }

  /// How it is called and what it gives, for help.
  public var summary: String {
    switch self {
    case .sqrt, .log, .exp, .abs: "\(rawValue)(x)   of each number"
    case .floor, .ceil, .round: "\(rawValue)(x)   of each number, a whole one"
    case .min, .max: "\(rawValue)(x), \(rawValue)(x, y)   of all numbers; of pairs of them"
    case .sum, .mean, .norm: "\(rawValue)(x), \(rawValue)(x, axis)   over all, or along an axis"
    case .std: "std(x), std(x, axis)   unbiased, as PyTorch's"
    case .normalize: "normalize(x)   rows (last axis) scaled to length 1"
    case .transpose: "transpose(x)   rows and columns exchanged"
    case .matmul: "matmul(x, y)   [n, k] times [k, m]"
    case .cos: "cos(x, y)   cosine of each row of x with the same row of y"
    }
  }

  /// Computes the value of 1 or 2 arguments.
  ///
  /// Throws: `NumberArray.Misfit` when the shapes do not fit.
  func value(_ x: ExpressionValue, _ y: ExpressionValue?) throws -> ExpressionValue {
    switch self {
    case .sqrt: return x.map { $0.squareRoot() }
    case .log: return x.map(Foundation.log)
    case .exp: return x.map(Foundation.exp)
    case .abs: return x.map(\.magnitude)
    case .floor: return x.map { $0.rounded(.down) }
    case .ceil: return x.map { $0.rounded(.up) }
    case .round: return x.map { $0.rounded() }
    case .min:
      if let y { return try x.combined(with: y) { Swift.min($0, $1) } }
      return .number(x.array.values.reduce(.infinity) { $0.isNaN || $0 < $1 ? $0 : $1 })
    case .max:
      if let y { return try x.combined(with: y) { Swift.max($0, $1) } }
      return .number(x.array.values.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 })
    case .sum: return try reduced(x, y) { $0.reduce(0, +) }
    case .mean: return try reduced(x, y, NumberArray.mean)
    case .std: return try reduced(x, y, NumberArray.standardDeviation)
    case .norm: return try reduced(x, y, NumberArray.norm)
    case .normalize: return ExpressionValue(x.array.normalized())
    case .transpose: return .array(try x.array.transposed())
    case .matmul: return ExpressionValue(try NumberArray.product(x.array, argument(y)))
    case .cos: return ExpressionValue(try NumberArray.cosines(x.array, argument(y)))
    }
  }

  private func argument(_ y: ExpressionValue?) -> NumberArray {
    (y ?? .number(.nan)).array
  }

  private func reduced(
    _ x: ExpressionValue, _ axis: ExpressionValue?, _ reduce: ([Double]) -> Double
  ) throws -> ExpressionValue {
    let along = try axis.map { axis -> Double in
      guard let number = axis.single else {
        throw NumberArray.Misfit(
          "\(rawValue): expected the number of an axis, got a tensor of shape \(axis.array.shape)")
      }
      return number
    }
    return ExpressionValue(try x.array.reduced(along: along, reduce))
  }
}

/// What an expression gives: a number or an array of them.
public enum ExpressionValue: Sendable, Equatable {
  case number(Double)
  case array(NumberArray)

  /// An array without axes is a number.
  init(_ array: NumberArray) {
    self = array.shape.isEmpty ? .number(array.values[0]) : .array(array)
  }

  /// The value as an array.
  public var array: NumberArray {
    switch self {
    case .number(let value): NumberArray(shape: [], values: [value])
    case .array(let array): array
    }
  }

  /// The number, when it is one, also with axes of length 1.
  public var single: Double? {
    switch self {
    case .number(let value): value
    case .array(let array): array.values.count == 1 ? array.values[0] : nil
    }
  }

  func map(_ function: (Double) -> Double) -> ExpressionValue {
    switch self {
    case .number(let value): .number(function(value))
    case .array(let array): .array(array.map(function))
    }
  }

  func combined(
    with other: ExpressionValue, _ combine: (Double, Double) -> Double
  ) throws -> ExpressionValue {
    if case .number(let a) = self, case .number(let b) = other { return .number(combine(a, b)) }
    return ExpressionValue(try NumberArray.combined(array, other.array, combine))
  }
}
