/// Running the program of an expression.
extension Formula {
  /// Computes a number.
  ///
  /// - Throws: `Diagnostic` for names without a value, shapes that do not fit, and a result of more
  ///   than one number.
  public func evaluate(in environment: some ExpressionEnvironment) throws -> Double {
    let value = try value(in: environment)
    if let number = value.single { return number }
    throw Diagnostic(
      "expected a number, \(Diagnostic.quote(text)) is a tensor of shape \(value.array.shape)",
      at: place, help: "mean(\(text))")
  }

  /// Computes a number or an array.
  ///
  /// - Throws: `Diagnostic` for names without a value and shapes that do not fit.
  public func value(in environment: some ExpressionEnvironment) throws -> ExpressionValue {
    var stack: [ExpressionValue] = []
    func pop() -> ExpressionValue { stack.popLast() ?? .number(.nan) }
    for step in program {
      do {
        switch step.operation {
        case .number(let value): stack.append(.number(value))
        case .variable(let name):
          stack.append(.number(try variable(name, step.range, environment)))
        case .metric(let name): stack.append(.number(try metric(name, step.range, environment)))
        case .isText(let column, let place, let text):
          let found = try placed(place) { try environment.text(ofColumn: column) }
          stack.append(.number(found == text ? 1 : 0))
        case .tensor(let reference, let slices):
          stack.append(try tensor(reference, slices, step.range, environment))
        case .function(let function, let count):
          let second = count == 2 ? pop() : nil
          stack.append(try function.value(pop(), second))
        case .negate: stack.append(pop().map { -$0 })
        case .not: stack.append(pop().map { $0 == 0 ? 1 : 0 })
        default:
          let right = pop(), left = pop()
          stack.append(try left.combined(with: right, step.operation.combine))
        }
      } catch let misfit as NumberArray.Misfit {
        throw Diagnostic(misfit.message, at: step.range)
      }
    }
    return pop()
  }

  /// The left side of the comparison that the expression is; nil when it is none.
  public var leftSide: Formula? {
    guard let last = program.last, last.operation.isComparison else { return nil }
    // Walks back over the right side: how many values are still to be found there.
    var missing = 1
    var place = program.count - 1
    while missing > 0, place > 0 {
      place -= 1
      missing += program[place].operation.operands - 1
    }
    guard missing == 0, place > 0,
      !program[..<place].contains(where: { $0.operation.isComparison })
    else { return nil }
    return Formula(part: program[..<place], of: self)
  }

  /// The bytes of the whole expression.
  private var place: Range<Int>? {
    guard let low = program.map(\.range.lowerBound).min(),
      let high = program.map(\.range.upperBound).max()
    else { return nil }
    return low..<high
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
    if let value = try placed(range, { try environment.metric(name) }) { return value }
    var help = EditDistance.nearest(
      to: name, in: environment.metricNames + Reference.Base.allCases.map(\.rawValue))
    if environment.variableNames.contains(name) { help = "$" + name }
    if help == nil, name.contains("-") { help = "put spaces around '-' to subtract" }
    throw Diagnostic(
      "unknown \(environment.nounOfNames) \(Diagnostic.quote(name)), expected "
        + (environment.metricNames.isEmpty
          ? "a number or $name" : Diagnostic.alternatives(environment.metricNames)),
      at: range, help: help)
  }

  /// Reads the tensor that the expression is; errors of the slice get their place in the text.
  ///
  /// - Throws: `Diagnostic`.
  public func placing<R>(_ read: () throws -> R) throws -> R {
    guard case .tensor(_, let slices)? = program.first?.operation, let range = place else {
      return try read()
    }
    return try placed(range, slices: slices, read)
  }

  /// A tensor; in a table's filter, where there are none, the column of that name.
  private func tensor(
    _ reference: Reference, _ slices: [Range<Int>], _ range: Range<Int>,
    _ environment: some ExpressionEnvironment
  ) throws -> ExpressionValue {
    let found = try placed(range, slices: slices) { try environment.tensor(reference) }
    if let found { return ExpressionValue(found) }
    return .number(try metric(reference.canonicalText, range, environment))
  }

  private func placed<R>(
    _ range: Range<Int>, slices: [Range<Int>] = [], _ body: () throws -> R
  ) throws -> R {
    do { return try body() } catch var error as Diagnostic {
      if error.range == nil { error.range = range }
      throw error
    } catch let misfit as SliceMisfit {
      let place = misfit.position.flatMap { slices.indices.contains($0) ? slices[$0] : nil }
      throw Diagnostic(misfit.message, at: place ?? range)
    }
  }
}

extension Formula.Operation {
  var isComparison: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
    default: false
    }
  }

  /// How many values it takes.
  var operands: Int {
    switch self {
    case .number, .variable, .metric, .isText, .tensor: 0
    case .function(_, let arguments): arguments
    case .negate, .not: 1
    default: 2
    }
  }

  /// What an operator of two numbers gives; NaN for what is no such operator.
  var combine: (Double, Double) -> Double {
    switch self {
    case .add: { $0 + $1 }
    case .subtract: { $0 - $1 }
    case .multiply: { $0 * $1 }
    case .divide: { $0 / $1 }
    case .less: { $0 < $1 ? 1 : 0 }
    case .lessOrEqual: { $0 <= $1 ? 1 : 0 }
    case .greater: { $0 > $1 ? 1 : 0 }
    case .greaterOrEqual: { $0 >= $1 ? 1 : 0 }
    case .equal: { $0 == $1 ? 1 : 0 }
    case .notEqual: { $0 != $1 ? 1 : 0 }
    case .and: { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .or: { $0 != 0 || $1 != 0 ? 1 : 0 }
    case .number, .variable, .metric, .isText, .tensor, .function, .negate, .not: { _, _ in .nan }
    }
  }
}
