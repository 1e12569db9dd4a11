/// An arithmetic or logical expression, compiled to a flat program in postfix order.
///
/// Flat because a chain of a hundred thousand sums would otherwise be a tree as deep, and walking or
/// freeing it would exhaust the stack. Truth is 1 and 0; comparisons with NaN are false.
public struct Formula: Sendable {
  enum Operation: Sendable {
    case number(Double)
    case variable(String)
    case metric(String)
    /// Whether the text of a table's column, named at a place, is a given one.
    case isText(column: String, at: Range<Int>, String)
    /// A tensor, with the place of each position of its slice in the text.
    case tensor(Reference, slices: [Range<Int>])
    case function(ExpressionFunction, arguments: Int)
    case negate, not
    case add, subtract, multiply, divide
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
    case and, or
  }

  struct Step: Sendable {
    let operation: Operation
    let range: Range<Int>
  }

  /// The expression as written, with single spaces and references as the log writes them.
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

  /// Where the expression names a metric first.
  public func place(ofMetric name: String) -> Range<Int>? {
    program.first { if case .metric(name) = $0.operation { true } else { false } }?.range
  }

  /// The tensors that the expression reads, each once, in order of appearance.
  public var references: [Reference] {
    var found: [Reference] = []
    for step in program {
      if case .tensor(let reference, _) = step.operation, !found.contains(reference) {
        found.append(reference)
      }
    }
    return found
  }

  /// The tensor that the expression is, when it is nothing else.
  public var reference: Reference? {
    guard program.count == 1, case .tensor(let reference, _)? = program.first?.operation else {
      return nil
    }
    return reference
  }

  /// Parses the bytes of a source.
  ///
  /// - Parameters:
  ///   - source: The text.
  ///   - range: Where the expression is.
  ///   - ofTable: Whether names are columns, which compare with texts too.
  /// - Throws: `Diagnostic` with the place of the first thing that does not belong.
  public init(_ source: SourceText, in range: Range<Int>, ofTable: Bool = false) throws {
    var parser = ExpressionParser(source: source, range: range, takesTexts: ofTable)
    program = try parser.parse()
    text = Self.text(of: program, source, range)
  }

  /// Parses a text that stands for another one, as after the substitution of variables; errors
  /// point at that one.
  ///
  /// - Throws: `Diagnostic`.
  init(_ text: String, standingAt place: Range<Int>) throws {
    let source = SourceText(text)
    do {
      let parsed = try Formula(source, in: 0..<source.bytes.count)
      self.text = parsed.text
      program = parsed.program.map { step in
        guard case .tensor(let reference, let slices) = step.operation else {
          return Step(operation: step.operation, range: place)
        }
        return Step(
          operation: .tensor(reference, slices: slices.map { _ in place }), range: place)
      }
    } catch var error as Diagnostic {
      error.range = place
      throw error
    }
  }

  /// A part of another expression's program; its text ends where the comparison's sign begins.
  init(part: ArraySlice<Step>, of whole: Formula) {
    program = Array(part)
    text =
      whole.text.firstIndex { "<>=!".contains($0) }.map {
        String(whole.text[..<$0]).trimmingSpaces()
      } ?? whole.text
  }

  /// Parses a text.
  public init(_ text: String) throws {
    let source = SourceText(text)
    try self.init(source, in: 0..<source.bytes.count)
  }

  private static func text(
    of program: [Step], _ source: SourceText, _ range: Range<Int>
  ) -> String {
    var out = ""
    var at = range.lowerBound
    for step in program.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      let canonical: String
      switch step.operation {
      case .tensor(let reference, _): canonical = reference.canonicalText
      case .isText(_, _, let text): canonical = Quoting.quoted(text)
      default: continue
      }
      out += source.text(at..<step.range.lowerBound)
      // Spaces of a quoted text are its own.
      out += canonical.replacing(" ", with: Self.heldSpace)
      at = step.range.upperBound
    }
    out += source.text(at..<range.upperBound)
    return out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      .replacing(Self.heldSpace, with: " ")
  }

  /// What no text of a command holds.
  private static let heldSpace = "\u{0}"
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
    if help == nil, environment.metricNames.contains(name) { help = name }
    return Diagnostic(
      "unknown variable '$\(name)'", at: range, help: help ?? "let \(name) = VALUE")
  }
}
