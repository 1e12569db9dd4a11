/// The commands by name, and the rules that every declaration keeps.
public struct Registry: Sendable {
  /// The declarations in the order given.
  public let specs: [CommandSpec]
  private let byName: [String: CommandSpec]

  /// Collects declarations; `lint()` tells whether they keep the rules.
  public init(_ specs: [CommandSpec]) {
    self.specs = specs
    byName = Dictionary(specs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The verbs, sorted.
  public var names: [String] { byName.keys.sorted() }

  /// The declaration of a verb.
  public subscript(_ name: String) -> CommandSpec? { byName[name] }

  /// Lists what is wrong with the declarations; empty when all is well.
  ///
  /// Names are unique, summaries end in a period, keys have help and a default, required arguments
  /// come first, related commands exist, each command has two examples or more and all parse.
  public func lint() -> [String] {
    var problems: [String] = []
    if byName.count != specs.count { problems.append("two commands have one name") }
    for spec in specs {
      problems += lint(spec)
      for related in spec.seeAlso where byName[related] == nil {
        problems.append("\(spec.name): see also '\(related)', which does not exist")
      }
    }
    return problems
  }

  private func lint(_ spec: CommandSpec) -> [String] {
    var problems: [String] = []
    func check(_ holds: Bool, _ problem: String) {
      if !holds { problems.append("\(spec.name): \(problem)") }
    }
    check(ValueParser.isName(spec.name), "the name is no word")
    check(isSentence(spec.summary), "the summary is no sentence")
    check(spec.examples.count >= 2, "fewer than two examples")
    check(
      Set(spec.subcommands.map(\.name)).count == spec.subcommands.count,
      "two subcommands have one name")
    for form in spec.forms {
      let place = form.name.isEmpty ? "" : form.name + ": "
      check(isSentence(form.summary), place + "the summary is no sentence")
      let parameters = form.arguments + form.options
      let names = parameters.map(\.name) + form.switches.map(\.name)
      check(Set(names).count == names.count, place + "two keys have one name")
      for parameter in parameters {
        check(ValueParser.isName(parameter.name), place + "'\(parameter.name)' is no name")
        check(isPhrase(parameter.help), place + "help of '\(parameter.name)' is no phrase")
        check(
          parameter.isRequired || !parameter.defaultText.isEmpty,
          place + "'\(parameter.name)' has no default")
        check(
          Set(parameter.owners).isSubset(of: form.choices),
          place + "'\(parameter.name)' belongs to what cannot be chosen")
      }
      for entry in form.switches {
        check(isPhrase(entry.help), place + "help of '--\(entry.name)' is no phrase")
      }
      let optional = form.arguments.drop { $0.isRequired }
      check(
        !optional.contains { $0.isRequired }, place + "a required argument follows an optional one")
    }
    for example in spec.examples { problems += lint(example, of: spec) }
    return problems
  }

  private func lint(_ example: Example, of spec: CommandSpec) -> [String] {
    let parser = CommandParser(
      registry: self, environment: AnyEnvironment(), allowsAbbreviations: false)
    do {
      for item in try Lexer.items(of: SourceText(example.line)) {
        if case .command(let statement) = item { _ = try parser.parse(statement) }
      }
      return example.line.hasPrefix(spec.name)
        ? [] : ["\(spec.name): example '\(example.line)' begins with another verb"]
    } catch {
      return ["\(spec.name): example '\(example.line)' fails: \(error)"]
    }
  }

  private func isSentence(_ text: String) -> Bool {
    text.hasSuffix(".") && text.first?.isUppercase == true && !text.contains("\n")
  }

  private func isPhrase(_ text: String) -> Bool { !text.isEmpty && !text.hasSuffix(".") }
}

/// An environment in which every name is 1, for parsing examples.
private struct AnyEnvironment: ExpressionEnvironment {
  var variableNames: [String] { [] }
  var metricNames: [String] { [] }
  func variable(_ name: String) -> Variable? { .number(1) }
  func metric(_ name: String) -> Double? { 1 }
}
