import Foundation

/// Substitution, assignment, output files and filters.
extension CommandParser {
  /// Parses the value of a parameter and gives its canonical text.
  func value(
    of parameter: Parameter, _ range: Range<Int>, in source: SourceText, name: String
  ) throws -> (Value, written: String) {
    if case .expression = parameter.type {
      let expression = try Formula(source, in: range)
      return (.expression(expression), expression.text)
    }
    if case .tensor = parameter.type { return try tensor(range, in: source) }
    let (raw, isSubstituted) = try substituted(range, in: source)
    let value: Value
    if parameter.acceptsAuto, raw.text == "auto" {
      value = .auto
    } else {
      do {
        value = try ValueParser.parse(
          raw, as: parameter.type, name: name, abbreviates: abbreviates && !raw.isQuoted)
      } catch var error as Diagnostic {
        if parameter.acceptsAuto {
          error.message = error.message.replacing(
            parameter.type.expected, with: parameter.expected, maxReplacements: 1)
        }
        throw error
      }
    }
    // What stands for a variable stays a variable in the log: the log says how it was set.
    let written = isSubstituted ? source.text(range).onOneLine : value.canonicalText
    return (value, written)
  }

  /// A tensor or an expression; a variable may stand for a number or for a tensor's name.
  private func tensor(
    _ range: Range<Int>, in source: SourceText
  ) throws -> (Value, written: String) {
    guard source.bytes[range].contains(UInt8(ascii: "$")) else {
      let expression = try Formula(source, in: range)
      try checkNamesTensor(expression, at: range)
      return (.expression(expression), expression.text)
    }
    let text = try replacingVariables(in: range, of: source)
    let expression = try Formula(text, standingAt: range)
    try checkNamesTensor(expression, at: range)
    let written = source.text(range).split(whereSeparator: \.isWhitespace)
    return (.expression(expression), written.joined(separator: " "))
  }

  /// A word alone is meant as a tensor's name, not as a metric's.
  private func checkNamesTensor(_ expression: Formula, at range: Range<Int>) throws {
    guard expression.program.count == 1, let name = expression.metricNames.first else { return }
    do { _ = try ReferenceParser.parse(name) } catch var error as Diagnostic {
      error.range = range
      throw error
    }
  }

  /// Reads the value of a key that stands outside a command: how often a block is repeated.
  ///
  /// - Throws: `Diagnostic` at the value.
  public func value<V>(_ key: Key<V>, at range: Range<Int>, in source: SourceText) throws -> V {
    let (value, _) = try value(of: key.parameter, range, in: source, name: key.parameter.name)
    guard let typed = key.value(of: value) else {
      throw Diagnostic("\(key.parameter.name) must be \(key.parameter.expected)", at: range)
    }
    return typed
  }

  /// The value of an argument of a user's own command: a number where it reads as one, else a text.
  ///
  /// - Throws: `Diagnostic` at the part that cannot be substituted.
  public func argument(at range: Range<Int>, in source: SourceText) throws -> Variable {
    let (raw, _) = try substituted(range, in: source)
    let number = raw.isQuoted ? nil : NumberText.parse(raw.text)
    return number.flatMap { $0.isFinite ? .number($0) : nil } ?? .text(raw.text)
  }

  /// The elements of a list, ranges written out: `0.1,0.2`, `[a,b]`, `0..5`, `@e0..@e5`.
  ///
  /// - Throws: `Diagnostic` at the part that is no value.
  public func elements(at range: Range<Int>, in source: SourceText) throws -> [Variable] {
    let (raw, _) = try substituted(range, in: source)
    var out: [Variable] = []
    func checkCount(_ span: Int, _ item: RawValue) throws {
      guard span < ListSplitter.maxCount, out.count + span < ListSplitter.maxCount else {
        throw Diagnostic("a list may have at most \(ListSplitter.maxCount) items", at: item.range)
      }
    }
    for item in try ListSplitter.items(of: raw) {
      let ends = item.isQuoted ? [] : item.text.components(separatedBy: "..")
      if ends.count == 2, let low = Int(ends[0]), let high = Int(ends[1]) {
        guard low <= high else {
          throw Diagnostic(
            "a range goes upwards, got \(Diagnostic.quote(item.text))", at: item.range,
            help: "\(high)..\(low)")
        }
        let (span, overflow) = high.subtractingReportingOverflow(low)
        try checkCount(overflow ? Int.max : span, item)
        out += (low...high).map { .number(Double($0)) }
      } else if let times = try TimeRange(item) {
        try checkCount(times.span, item)
        out += times.moments.map { .text($0.canonicalText) }
      } else if !item.isQuoted, let number = NumberText.parse(item.text), number.isFinite {
        out.append(.number(number))
      } else {
        out.append(.text(item.text))
      }
    }
    return out
  }

  /// The text of a value with strings decoded, `$name` replaced and `( expr )` computed.
  func substituted(
    _ range: Range<Int>, in source: SourceText
  ) throws -> (RawValue, isSubstituted: Bool) {
    let text = source.text(range)
    if text.hasPrefix("\"") {
      var isSubstituted = false
      let content: String
      do {
        content = try Quoting.content(of: text) { name in
          isSubstituted = true
          return try self.text(insideString: name)
        }
      } catch var error as Diagnostic {
        error.range = error.range.map {
          $0.lowerBound + range.lowerBound..<$0.upperBound + range.lowerBound
        }
        throw error
      }
      return (RawValue(text: content, range: range, offset: nil, isQuoted: true), isSubstituted)
    }
    if text.hasPrefix("("), text.hasSuffix(")") {
      let value = try Formula(source, in: range).evaluate(in: environment)
      guard value.isFinite else {
        throw Diagnostic(
          "the value of \(Diagnostic.quote(text)) is not finite: \(value.isNaN ? "nan" : "\(value)")",
          at: range)
      }
      return (RawValue(text: NumberText.exact(value), range: range, offset: nil), true)
    }
    guard text.utf8.contains(UInt8(ascii: "$")) else {
      return (RawValue(text: text, range: range, offset: range.lowerBound), false)
    }
    return (
      RawValue(text: try replacingVariables(in: range, of: source), range: range, offset: nil), true
    )
  }

  /// Replaces `$name`, outside quotes, and `${name}`, inside them.
  private func replacingVariables(in range: Range<Int>, of source: SourceText) throws -> String {
    let bytes = source.bytes
    var result: [UInt8] = []
    var isInString = false
    var at = range.lowerBound
    while at < range.upperBound {
      let byte = bytes[at]
      let next = at + 1 < range.upperBound ? bytes[at + 1] : 0
      if isInString, byte == UInt8(ascii: "\\") {
        result += [byte, next]
        at += 2
        continue
      }
      if byte == UInt8(ascii: "\"") { isInString.toggle() }
      guard byte == UInt8(ascii: "$") else {
        result.append(byte)
        at += 1
        continue
      }
      let isBraced = isInString && next == UInt8(ascii: "{")
      let start = at + (isBraced ? 2 : 1)
      var end = start
      while end < range.upperBound, Self.isNameByte(bytes[end]) { end += 1 }
      let name = source.text(start..<end)
      guard ValueParser.isName(name), !isInString || isBraced else {
        if isInString {
          result.append(byte)
          at += 1
          continue
        }
        throw Diagnostic("expected a variable's name after '$'", at: at..<at + 1, help: "$name")
      }
      let value = try text(ofVariable: name, at: at..<end)
      // Inside a string the text is escaped again: the list splitter decodes it later.
      result += Array(
        (isBraced ? String(Quoting.quoted(value).dropFirst().dropLast()) : value).utf8)
      at = end
      if isBraced {
        guard at < range.upperBound, bytes[at] == UInt8(ascii: "}") else {
          throw Diagnostic("'${' is not closed in the string", at: start - 2..<end)
        }
        at += 1
      }
    }
    return String(decoding: result.filter { $0 != 0 }, as: UTF8.self)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    ExpressionParser.isNameStart(byte) || ExpressionParser.isDigit(byte)
      || byte == UInt8(ascii: "-")
  }

  private func text(ofVariable name: String, at range: Range<Int>?) throws -> String {
    guard let variable = environment.variable(name) else {
      var error = Diagnostic.unknownVariable(name, in: environment, at: range)
      // In a value a metric stands where any computed number does.
      if environment.metricNames.contains(name) { error.help = "(\(name))" }
      throw error
    }
    return variable.text
  }

  /// What `${name}` stands for inside a string: a variable only, nothing is computed there.
  private func text(insideString name: String) throws -> String {
    if let variable = environment.variable(name) { return variable.text }
    let isComputed = environment.metricNames.contains(name) || !ValueParser.isName(name)
    guard isComputed else { throw Diagnostic.unknownVariable(name, in: environment, at: nil) }
    let letter = ValueParser.isName(name) ? String(name.prefix(1)) : "x"
    let free = Self.freeName(letter) { environment.variable($0) != nil }
    let isFormula = (try? Formula(name)) != nil
    throw Diagnostic(
      "'${…}' holds the name of a variable, got \(Diagnostic.quote(name))",
      help: isFormula
        ? "let \(free) = \(name), then ${\(free)}" : "let \(free) = VALUE, then ${\(free)}")
  }

  /// A name like another one that neither a tensor nor anything else has.
  private static func freeName(_ name: String, isTaken: (String) -> Bool) -> String {
    func isFree(_ name: String) -> Bool { !Reference.prefixes.contains(name) && !isTaken(name) }
    if isFree(name) { return name }
    return (2...99).lazy.map { "\(name)_\($0)" }.first(where: isFree) ?? name + "_"
  }

  /// `let N = E`; the spaces around `=` may be left out.
  func assignment(
    _ token: Token, _ cursor: inout TokenCursor, _ invocation: inout Invocation,
    _ canonical: inout [String]
  ) throws {
    let source = cursor.statement.source
    let text = cursor.text(token)
    let arguments = invocation.form.arguments
    guard arguments.count == 2 else { return }
    let name = String(text.prefix { $0 != "=" })
    let nameRange = token.range.lowerBound..<token.range.lowerBound + name.utf8.count
    guard ValueParser.isName(name) else {
      throw Diagnostic(
        "\(invocation.name): expected a name of letters, digits, '_' and '-', got "
          + Diagnostic.quote(name), at: token.range, help: "\(invocation.name) n = 3")
    }
    if Reference.prefixes.contains(name) {
      let free = Self.freeName("my_" + name) { environment.variable($0) != nil }
      let rest = source.text(nameRange.upperBound..<cursor.statement.range.upperBound).onOneLine
      throw Diagnostic(
        "\(invocation.name): '\(name)' is the name of a tensor, a variable needs another one",
        at: nameRange,
        help: "\(invocation.name) \(free)" + (rest.hasPrefix("=") ? " " : "") + rest)
    }
    var start = nameRange.upperBound
    var rest = cursor
    while let next = rest.next(), next.kind == .word { cursor = rest }
    let end = cursor.lastEnd
    let bytes = source.bytes
    while start < end, bytes[start] <= 0x20 { start += 1 }
    guard start < end, bytes[start] == UInt8(ascii: "=") else {
      throw Diagnostic(
        "\(invocation.name): expected '=' after '\(name)'", at: nameRange,
        help: "\(invocation.name) \(name) = VALUE")
    }
    start += 1
    while start < end, bytes[start] <= 0x20 { start += 1 }
    guard start < end else {
      throw Diagnostic(
        "\(invocation.name): expected a value after '='", at: start - 1..<start,
        help: "\(invocation.name) \(name) = 3")
    }
    let range = start..<end
    invocation.values[arguments[0].name] = .text(name)
    invocation.ranges[arguments[0].name] = nameRange
    invocation.ranges[arguments[1].name] = range
    let isString = bytes[start] == UInt8(ascii: "\"")
    if isString {
      let words = cursor.statement.tokens.filter { range.overlaps($0.range) }
      guard words.last.map({ $0.range.lowerBound <= start }) == true else {
        throw Diagnostic(
          "\(invocation.name): a text is one value in quotes, got more after it",
          at: (words.last?.range.lowerBound ?? start)..<end,
          help: "\(invocation.name) \(name) = \"… ${other} …\"")
      }
      let (raw, isSubstituted) = try substituted(range, in: source)
      invocation.values[arguments[1].name] = .text(raw.text)
      canonical.append("\(name) = \(isSubstituted ? source.text(range) : Quoting.quoted(raw.text))")
    } else {
      let expression = try Formula(source, in: range)
      invocation.values[arguments[1].name] = .expression(expression)
      canonical.append("\(name) = \(expression.text)")
    }
  }

  /// Parses `-> FILE`.
  func output(
    _ arrow: Token, _ cursor: inout TokenCursor, _ invocation: inout Invocation,
    _ canonical: inout [String]
  ) throws {
    guard let output = invocation.form.output else {
      throw Diagnostic("\(invocation.name) writes no file", at: arrow.range)
    }
    guard invocation.outputPath == nil else {
      throw Diagnostic("'->' is given twice", at: arrow.range)
    }
    guard let token = cursor.next(), token.kind == .word else {
      throw Diagnostic("expected a file after '->'", at: arrow.range)
    }
    let (raw, isSubstituted) = try substituted(token.range, in: cursor.statement.source)
    let value = try ValueParser.parse(
      raw, as: .path(output.extensions), name: "\(invocation.name): file", abbreviates: false)
    guard case .path(let path, _) = value else { return }
    let ending = Paths.fileExtension(path)
    guard output.extensions.isEmpty || output.extensions.contains(ending) else {
      throw Diagnostic(
        "\(invocation.name) writes \(ValueType.path(output.extensions).expected), got "
          + Diagnostic.quote(raw.text), at: token.range,
        help: output.extensions.first.map {
          "-> \(raw.text.dropLast(ending.isEmpty ? 0 : ending.count + 1)).\($0)"
        })
    }
    invocation.outputPath = path
    invocation.outputRange = token.range
    canonical.append("-> " + (isSubstituted ? cursor.text(token) : value.canonicalText))
  }
}

extension TokenCursor {
  /// The end of the token that was taken last.
  var lastEnd: Int { previous?.range.upperBound ?? statement.range.lowerBound }
}
