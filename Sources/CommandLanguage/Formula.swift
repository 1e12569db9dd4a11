import Foundation

/// What an expression can name: the user's variables and the latest metrics.
public protocol ExpressionEnvironment {
  /// The value of `$name`, or nil when there is no such variable.
  func variable(_ name: String) -> Variable?
  /// The latest value of a metric, or nil when there is no such metric.
  ///
  /// - Throws: `Diagnostic` when the metric exists but has no value yet.
  func metric(_ name: String) throws -> Double?
  /// Names for suggestions.
  var variableNames: [String] { get }
  /// Names for suggestions.
  var metricNames: [String] { get }
}

/// An arithmetic or logical expression, compiled to a flat program in postfix order.
///
/// Flat because a chain of a hundred thousand sums would otherwise be a tree as deep, and walking or
/// freeing it would exhaust the stack. Truth is 1 and 0; comparisons with NaN are false.
public struct Formula: Sendable {
  /// A function of one or two numbers.
  public enum Function: String, Sendable, CaseIterable {
    case sqrt, log, exp, abs, floor, ceil, round, min, max

    var arity: Int { self == .min || self == .max ? 2 : 1 }
  }

  enum Operation: Sendable {
    case number(Double)
    case variable(String)
    case metric(String)
    case function(Function)
    case negate, not
    case add, subtract, multiply, divide
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
    case and, or
  }

  struct Step: Sendable {
    let operation: Operation
    let range: Range<Int>
  }

  /// The expression as written, with single spaces.
  public let text: String
  let program: [Step]

  /// Names of the metrics that the expression reads, each once, in order of appearance.
  public var metricNames: [String] {
    var names: [String] = []
    for step in program {
      if case .metric(let name) = step.operation, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Parses the bytes of a source.
  ///
  /// - Throws: `Diagnostic` with the place of the first thing that does not belong.
  public init(_ source: SourceText, in range: Range<Int>) throws {
    var parser = ExpressionParser(source: source, range: range)
    program = try parser.parse()
    text = source.text(range).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Parses a text.
  public init(_ text: String) throws {
    let source = SourceText(text)
    try self.init(source, in: 0..<source.bytes.count)
  }

  /// Computes the value.
  ///
  /// - Throws: `Diagnostic` for unknown variables and metrics and for metrics without a value.
  public func evaluate(in environment: some ExpressionEnvironment) throws -> Double {
    var stack: [Double] = []
    func pop() -> Double { stack.popLast() ?? .nan }
    func binary(_ combine: (Double, Double) -> Double) {
      let right = pop(), left = pop()
      stack.append(combine(left, right))
    }
    func compare(_ holds: (Double, Double) -> Bool) { binary { holds($0, $1) ? 1 : 0 } }
    for step in program {
      switch step.operation {
      case .number(let value): stack.append(value)
      case .variable(let name): stack.append(try variable(name, step.range, environment))
      case .metric(let name): stack.append(try metric(name, step.range, environment))
      case .function(let function):
        switch function {
        case .sqrt: stack.append(pop().squareRoot())
        case .log: stack.append(Foundation.log(pop()))
        case .exp: stack.append(Foundation.exp(pop()))
        case .abs: stack.append(pop().magnitude)
        case .floor: stack.append(pop().rounded(.down))
        case .ceil: stack.append(pop().rounded(.up))
        case .round: stack.append(pop().rounded())
        case .min: binary { Swift.min($0, $1) }
        case .max: binary { Swift.max($0, $1) }
        }
      case .negate: stack.append(-pop())
      case .not: stack.append(pop() == 0 ? 1 : 0)
      case .add: binary(+)
      case .subtract: binary(-)
      case .multiply: binary(*)
      case .divide: binary(/)
      case .less: compare(<)
      case .lessOrEqual: compare(<=)
      case .greater: compare(>)
      case .greaterOrEqual: compare(>=)
      case .equal: compare(==)
      case .notEqual: compare(!=)
      case .and: compare { $0 != 0 && $1 != 0 }
      case .or: compare { $0 != 0 || $1 != 0 }
      }
    }
    return pop()
  }

  private func variable(
    _ name: String, _ range: Range<Int>, _ environment: some ExpressionEnvironment
  ) throws -> Double {
    switch environment.variable(name) {
    case .number(let value): return value
    case .text(let text):
      if let value = NumberText.parse(text) { return value }
      throw Diagnostic(
        "'$\(name)' is the text \(Diagnostic.quote(text)), expected a number", at: range)
    case nil: throw Diagnostic.unknownVariable(name, in: environment, at: range)
    }
  }

  private func metric(
    _ name: String, _ range: Range<Int>, _ environment: some ExpressionEnvironment
  ) throws -> Double {
    do {
      if let value = try environment.metric(name) { return value }
    } catch var error as Diagnostic {
      if error.range == nil { error.range = range }
      throw error
    }
    var help = EditDistance.nearest(to: name, in: environment.metricNames)
    if environment.variableNames.contains(name) { help = "$" + name }
    if help == nil, name.contains("-") { help = "put spaces around '-' to subtract" }
    throw Diagnostic(
      "unknown metric \(Diagnostic.quote(name)), expected "
        + (environment.metricNames.isEmpty
          ? "a number or $name" : Diagnostic.alternatives(environment.metricNames)),
      at: range, help: help)
  }
}

extension Formula: Equatable {
  /// Two expressions are equal when they are written alike.
  public static func == (a: Formula, b: Formula) -> Bool { a.text == b.text }
}

extension Diagnostic {
  /// The error for a variable that was never set.
  static func unknownVariable(
    _ name: String, in environment: some ExpressionEnvironment, at range: Range<Int>?
  ) -> Diagnostic {
    var help = EditDistance.nearest(to: name, in: environment.variableNames).map { "$" + $0 }
    let head = name.split(separator: "-").first.map(String.init) ?? ""
    if name.contains("-"), environment.variableNames.contains(head) {
      help = "put spaces around '-' to subtract: $\(head) - …"
    }
    return Diagnostic(
      "unknown variable '$\(name)'", at: range, help: help ?? "let \(name) = VALUE")
  }
}
