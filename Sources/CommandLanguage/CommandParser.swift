/// Tokens and declarations → `Invocation`, typed and range-checked.
public struct CommandParser<Environment: ExpressionEnvironment> {
  let registry: Registry
  let environment: Environment
  let abbreviates: Bool

  /// Creates a parser.
  ///
  /// - Parameters:
  ///   - registry: The commands.
  ///   - environment: Variables and metrics that values may use.
  ///   - allowsAbbreviations: Whether unique beginnings of verbs, subcommands, keys and choices are
  ///     accepted (at the prompt; never in files).
  public init(registry: Registry, environment: Environment, allowsAbbreviations: Bool) {
    self.registry = registry
    self.environment = environment
    self.abbreviates = allowsAbbreviations
  }

  /// Parses one command.
  ///
  /// - Throws: `Diagnostic` with place, what was expected and, where one is near, a suggestion.
  public func parse(_ statement: Statement) throws -> Invocation {
    do {
      return try parseUnlocated(statement)
    } catch let error as Diagnostic {
      throw error.located(in: statement.source, at: statement.range)
    }
  }

  private func parseUnlocated(_ statement: Statement) throws -> Invocation {
    var cursor = TokenCursor(statement)
    let spec = try command(&cursor)
    let form = try self.form(of: spec, &cursor)
    var invocation = Invocation(
      spec: spec, form: form, source: statement.source, range: statement.range)
    var canonical = [invocation.name]
    var positional = 0
    while let token = cursor.next() {
      let text = cursor.text(token)
      switch token.kind {
      case .arrow: try output(token, &cursor, &invocation, &canonical)
      case .pipe: try filter(&cursor, &invocation, &canonical)
      case .openBrace, .closeBrace: throw brace(token, text, cursor)
      case .word:
        if invocation.outputPath != nil || !invocation.filters.isEmpty {
          throw Diagnostic(
            "nothing may follow '\(invocation.outputPath != nil ? "-> FILE" : "| filter")', got "
              + Diagnostic.quote(text), at: token.range)
        }
        if text.hasPrefix("--"), text.count > 2 {
          try self.switch(token, text, &invocation, &canonical)
        } else if text == "then", form.takesBody {
          try body(&cursor, &invocation, &canonical)
        } else if form.isAssignment, positional == 0 {
          try assignment(token, &cursor, &invocation, &canonical)
          positional = 2
        } else if let key = KeySplitter.key(of: text) {
          try option(key, token, text, &cursor, &invocation, &canonical)
        } else {
          try argument(positional, token, &cursor, &invocation, &canonical)
          positional += 1
        }
      case .semicolon, .newline, .comment: continue
      }
    }
    invocation.canonicalText = canonical.joined(separator: " ")
    try checkComplete(invocation)
    try checkOwners(invocation)
    return invocation
  }

  /// `then { … }`, which ends the command.
  private func body(
    _ cursor: inout TokenCursor, _ invocation: inout Invocation, _ canonical: inout [String]
  ) throws {
    var rest: [Token] = []
    while let token = cursor.next() { rest.append(token) }
    let statement = Statement(source: cursor.statement.source, tokens: rest)
    invocation.body = try InstructionParser.body(
      of: statement, form: "\(invocation.name) EXPR then { … }", after: cursor.previous)
    canonical += ["then", statement.oneLine]
  }

  private func command(_ cursor: inout TokenCursor) throws -> CommandSpec {
    guard let token = cursor.next(), token.kind == .word else {
      let found = cursor.statement.text
      throw Diagnostic("expected a command, got \(Diagnostic.quote(found))")
    }
    let verb = cursor.text(token)
    if let spec = registry[verb] { return spec }
    let completions = registry.names.filter { $0.hasPrefix(verb) }
    if abbreviates, completions.count == 1, let spec = registry[completions[0]] { return spec }
    if abbreviates, completions.count > 1 {
      throw Diagnostic(
        "'\(verb)' is short for \(Diagnostic.alternatives(completions))", at: token.range)
    }
    let words = registry.names + Instruction.keywords + Instruction.prefixNames
    var help = looking(at: cursor.statement) ?? EditDistance.nearest(to: verb, in: words)
    if let key = KeySplitter.key(of: verb) { help = "let \(key) = VALUE" }
    throw Diagnostic(
      "unknown command \(Diagnostic.quote(verb))", at: token.range,
      help: help ?? "help lists the commands")
  }

  /// The command that shows a value which was typed as if it were one: a tensor, a metric, a sum.
  private func looking(at statement: Statement) -> String? {
    guard let value = try? Formula(statement.source, in: statement.range) else { return nil }
    let verb =
      if (try? ReferenceParser.parse(value.text)) != nil {
        "tensor"
      } else if Set(value.metricNames).isSubset(of: environment.metricNames) {
        "print"
      } else {
        ""
      }
    return registry[verb].map { "\($0.name) \(value.text)" }
  }

  private func form(of spec: CommandSpec, _ cursor: inout TokenCursor) throws -> CommandForm {
    let names = spec.subcommands.map(\.name)
    guard !names.isEmpty else { return spec.plain ?? CommandForm("", summary: spec.summary) }
    let expected = Diagnostic.alternatives(names)
    guard let token = cursor.peek(), token.kind == .word else {
      if let plain = spec.plain { return plain }
      throw Diagnostic(
        "\(spec.name) needs one of \(expected)", help: spec.examples.first?.line)
    }
    let text = cursor.text(token)
    if let form = spec.subcommands.first(where: { $0.name == text }) {
      cursor.skip()
      return form
    }
    let plainTakesIt =
      spec.plain.map {
        !$0.arguments.isEmpty || text.hasPrefix("--") || KeySplitter.key(of: text) != nil
      }
    if plainTakesIt == true, let plain = spec.plain { return plain }
    let completions = names.filter { $0.hasPrefix(text) }
    if abbreviates, completions.count == 1,
      let form = spec.subcommands.first(where: { $0.name == completions[0] })
    {
      cursor.skip()
      return form
    }
    if abbreviates, completions.count > 1 {
      throw Diagnostic(
        "'\(text)' is short for \(Diagnostic.alternatives(completions))", at: token.range)
    }
    throw Diagnostic(
      "unknown \(spec.name) \(Diagnostic.quote(text)), expected \(expected)", at: token.range,
      help: EditDistance.nearest(to: text, in: names).map { "\(spec.name) \($0)" })
  }

  private func `switch`(
    _ token: Token, _ text: String, _ invocation: inout Invocation, _ canonical: inout [String]
  ) throws {
    let name = String(text.dropFirst(2))
    let names = invocation.form.switches.map(\.name)
    if let bare = KeySplitter.key(of: name) {
      throw Diagnostic(
        "'--\(bare)' takes no value", at: token.range,
        help: names.contains(bare) ? "--\(bare)" : name)
    }
    guard let match = unique(name, in: names) else {
      let isKey = invocation.form.options.contains { $0.name == name }
      let nearest = EditDistance.nearest(to: name, in: names).map { "--" + $0 }
      throw Diagnostic(
        "\(invocation.name): unknown switch \(Diagnostic.quote(text)), expected "
          + (names.isEmpty ? "no switch" : Diagnostic.alternatives(names.map { "--" + $0 })),
        at: token.range, help: isKey ? "\(name)=VALUE" : nearest)
    }
    guard invocation.switches.insert(match).inserted else {
      throw Diagnostic("'--\(match)' is given twice", at: token.range)
    }
    canonical.append("--" + match)
  }

  private func option(
    _ key: String, _ token: Token, _ text: String, _ cursor: inout TokenCursor,
    _ invocation: inout Invocation, _ canonical: inout [String]
  ) throws {
    let start = token.range.lowerBound
    let keyRange = start..<start + key.utf8.count
    let options = invocation.form.options
    let names = options.map(\.name)
    guard let match = unique(key, in: names),
      let parameter = options.first(where: { $0.name == match })
    else {
      let expected = names.map { $0 + "=" }
      let completions = names.filter { $0.hasPrefix(key) }
      if abbreviates, completions.count > 1 {
        throw Diagnostic(
          "'\(key)' is short for \(Diagnostic.alternatives(completions))", at: keyRange)
      }
      throw Diagnostic(
        "\(invocation.name): unknown key \(Diagnostic.quote(key)), expected "
          + (expected.isEmpty ? "no key=value" : Diagnostic.alternatives(expected)),
        at: keyRange, help: EditDistance.nearest(to: key, in: names).map { $0 + "=" })
    }
    guard invocation.values[match] == nil else {
      throw Diagnostic("'\(match)' is given twice", at: keyRange)
    }
    let valueRange = keyRange.upperBound + 1..<token.range.upperBound
    if valueRange.isEmpty {
      throw Diagnostic(
        "'\(match)=' needs a value: \(parameter.expected)", at: token.range,
        help: cursor.peek()?.kind == .word ? "no spaces around '='" : nil)
    }
    if parameter.type.isExpression {
      throw Diagnostic("'\(match)' takes no expression", at: token.range)
    }
    let (value, written) = try self.value(
      of: parameter, valueRange, in: cursor.statement.source, name: "\(invocation.name): \(match)")
    invocation.values[match] = value
    invocation.ranges[match] = valueRange
    invocation.keyRanges[match] = keyRange
    canonical.append("\(match)=\(written)")
  }

  private func argument(
    _ index: Int, _ token: Token, _ cursor: inout TokenCursor, _ invocation: inout Invocation,
    _ canonical: inout [String]
  ) throws {
    let arguments = invocation.form.arguments
    let text = cursor.text(token)
    guard index < arguments.count else { throw extra(token, text, cursor, invocation) }
    let parameter = arguments[index]
    var range = token.range
    if parameter.type.isExpression {
      range = range.lowerBound..<cursor.expressionEnd()
    }
    let (value, written) = try self.value(
      of: parameter, range, in: cursor.statement.source,
      name: "\(invocation.name): \(parameter.name)")
    invocation.values[parameter.name] = value
    invocation.ranges[parameter.name] = range
    canonical.append(written)
  }

  private func extra(
    _ token: Token, _ text: String, _ cursor: TokenCursor, _ invocation: Invocation
  ) -> Diagnostic {
    let names = invocation.form.options.map(\.name)
    var help: String?
    if text == "=" || text.hasPrefix("=") || cursor.peek().map(cursor.text)?.hasPrefix("=") == true
    {
      help = "no spaces around '=' in key=value"
    } else if text.hasPrefix("->"), text.count > 2 {
      help = "-> " + text.dropFirst(2)
    } else if names.contains(text) {
      help = text + "=VALUE"
    } else if let last = invocation.form.arguments.last {
      switch last.type {
      case .string: help = "a text of several words needs quotes, a quote in it \\\""
      case .list:
        if let place = invocation.ranges[last.name] {
          let given = cursor.statement.source.text(place)
          help = "commas between several: \(given),\(text)"
        }
      default: break
      }
    }
    let expected = invocation.form.arguments.map(\.name)
    let only =
      expected.isEmpty
      ? "takes no argument"
      : "takes only \(expected.map { $0.uppercased() }.joined(separator: " "))"
    return Diagnostic(
      "\(invocation.name) \(only), got \(Diagnostic.quote(text)) as well", at: token.range,
      help: help)
  }

  private func brace(_ token: Token, _ text: String, _ cursor: TokenCursor) -> Diagnostic {
    let before = token.range.lowerBound
    let isDollar = before > 0 && cursor.statement.source.bytes[before - 1] == UInt8(ascii: "$")
    return Diagnostic(
      "'\(text)' does not belong here", at: token.range,
      help: isDollar ? #"put quotes around a value with ${name}: "${name}""# : nil)
  }

  private func checkComplete(_ invocation: Invocation) throws {
    let form = invocation.form
    for parameter in form.arguments + form.options
    where parameter.isRequired && invocation.values[parameter.name] == nil {
      let isOption = form.options.contains { $0.name == parameter.name }
      throw Diagnostic(
        "\(invocation.name) needs \(isOption ? parameter.name + "=" : parameter.name.uppercased()), "
          + parameter.expected, help: HelpText.synopsis(of: form, in: invocation.spec))
    }
    if let output = form.output, output.isRequired, invocation.outputPath == nil {
      let name = "FILE" + (output.extensions.first.map { "." + $0 } ?? "")
      throw Diagnostic(
        "\(invocation.name) needs '-> \(name)', the file to write",
        help: "\(invocation.canonicalText) -> \(name)")
    }
  }

  /// Refuses an option that the chosen value of the first argument does not have.
  private func checkOwners(_ invocation: Invocation) throws {
    let form = invocation.form
    guard let first = form.arguments.first, case .text(let choice)? = invocation.values[first.name]
    else { return }
    for argument in form.arguments
    where invocation.values[argument.name] != nil && !argument.belongs(to: choice) {
      throw Diagnostic(
        "\(invocation.name) '\(choice)' takes no \(argument.name.uppercased())",
        at: invocation.ranges[argument.name],
        help: argument.owners.first.map { "\(invocation.name) \($0) \(argument.name.uppercased())" }
      )
    }
    let given = form.options.filter { invocation.keyRanges[$0.name] != nil }
    guard let wrong = given.first(where: { !$0.belongs(to: choice) }) else { return }
    let known = form.options.filter { $0.belongs(to: choice) }.map { $0.name + "=" }
    throw Diagnostic(
      "\(invocation.name) '\(choice)' has no option '\(wrong.name)', it has "
        + Diagnostic.alternatives(known), at: invocation.keyRanges[wrong.name],
      help: wrong.owners.first.map { "\(invocation.name) \($0) \(wrong.name)=…" })
  }

  /// The exact name, or at the prompt the only one that begins so.
  private func unique(_ text: String, in names: [String]) -> String? {
    if names.contains(text) { return text }
    let completions = names.filter { $0.hasPrefix(text) }
    return abbreviates && !text.isEmpty && completions.count == 1 ? completions[0] : nil
  }
}
