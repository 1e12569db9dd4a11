/// Declarations → help texts.
public enum HelpText {
  /// The widest that help is; also where no terminal says how wide it is.
  public static let widest = 80

  /// `help`: every command with its summary, by group.
  public static func overview(_ registry: Registry, columns: Int = widest) -> String {
    var lines: [String] = []
    let width = registry.names.map(\.count).max() ?? 0
    for group in CommandGroup.allCases {
      lines += self.group(group, registry, nameWidth: width, columns)
    }
    lines += line("help COMMAND shows arguments, options and examples", columns)
    return lines.joined(separator: "\n")
  }

  /// The commands of the group whose title begins with a word, or nil: `help train`.
  public static func group(
    _ word: String, in registry: Registry, columns: Int = widest
  ) -> String? {
    let groups = CommandGroup.allCases.filter {
      $0.rawValue.lowercased().split(separator: " ").first.map(String.init) == word.lowercased()
    }
    guard let group = groups.first, groups.count == 1 else { return nil }
    let names = registry.specs.filter { $0.group == group }.map(\.name.count)
    let lines =
      self.group(group, registry, nameWidth: names.max() ?? 0, columns)
      + line("help COMMAND shows arguments, options and examples", columns)
    return lines.joined(separator: "\n")
  }

  private static func group(
    _ group: CommandGroup, _ registry: Registry, nameWidth: Int, _ columns: Int
  ) -> [String] {
    let specs = registry.specs.filter { $0.group == group }
    guard !specs.isEmpty else { return [] }
    return [group.rawValue]
      + specs.flatMap { row($0.name, $0.summary, nameWidth: nameWidth, columns: columns) }
  }

  /// `help VERB`: synopses, options with defaults and units, examples.
  public static func command(_ spec: CommandSpec, columns: Int = widest) -> String {
    var lines = line(spec.summary, columns) + [""]
    for form in spec.forms { lines += synopsisLines(of: form, in: spec, columns) }
    if !spec.details.isEmpty { lines += [""] + wrap(spec.details, indent: 2, columns: columns) }
    if let plain = spec.plain { lines += tables(plain, columns) }
    if !spec.subcommands.isEmpty {
      lines += ["", "subcommands"]
      let width = spec.subcommands.map(\.name.count).max() ?? 0
      for form in spec.subcommands {
        lines += row(form.name, form.summary, nameWidth: width, columns: columns)
      }
      let hasOptions = spec.subcommands.contains { !$0.options.isEmpty || !$0.arguments.isEmpty }
      if hasOptions {
        lines += line("  help \(spec.name) SUBCOMMAND shows the options of one", columns)
      }
    }
    lines += examples(spec.examples, columns)
    if !spec.seeAlso.isEmpty {
      lines += [""] + line("see also  " + spec.seeAlso.joined(separator: ", "), columns)
    }
    return lines.joined(separator: "\n")
  }

  /// `help VERB SUB`: the same for one subcommand.
  public static func form(
    _ form: CommandForm, of spec: CommandSpec, columns: Int = widest
  ) -> String {
    var lines = line(form.summary, columns) + [""]
    lines += synopsisLines(of: form, in: spec, columns) + tables(form, columns)
    let prefix = spec.name + " " + form.name
    lines += examples(spec.examples.filter { $0.line.hasPrefix(prefix) }, columns)
    return lines.joined(separator: "\n")
  }

  /// A form on one line: `viz graph [key=value …] -> FILE`.
  public static func synopsis(of form: CommandForm, in spec: CommandSpec) -> String {
    ([spec.name] + (form.name.isEmpty ? [] : [form.name]) + parts(of: form, listsOptions: false))
      .joined(separator: " ")
  }

  private static func parts(of form: CommandForm, listsOptions: Bool) -> [String] {
    var parts: [String] = []
    for (index, argument) in form.arguments.enumerated() {
      if form.isAssignment, index == 1 { parts.append("=") }
      let placeholder = placeholder(argument)
      parts.append(argument.isRequired ? placeholder : "[\(placeholder)]")
    }
    for option in form.options where listsOptions || option.isRequired {
      let text = option.name + "=" + option.type.placeholder
      parts.append(option.isRequired ? text : "[\(text)]")
    }
    if !listsOptions, form.options.contains(where: { !$0.isRequired }) {
      parts.append("[key=value …]")
    }
    parts += form.switches.map { "[--\($0.name)]" }
    if form.takesBody { parts.append("[then { … }]") }
    if let output = form.output {
      let file = "-> FILE" + (output.extensions.first.map { "." + $0 } ?? "")
      parts.append(output.isRequired ? file : "[\(file)]")
    }
    return parts
  }

  /// Words that a user chooses among are shown; otherwise the argument's own name in capitals.
  private static func placeholder(_ argument: Parameter) -> String {
    switch argument.type {
    case .choice, .onOff: argument.type.placeholder
    default: argument.name.uppercased()
    }
  }

  private static func synopsisLines(
    of form: CommandForm, in spec: CommandSpec, _ columns: Int
  ) -> [String] {
    let head = "  " + spec.name + (form.name.isEmpty ? "" : " " + form.name)
    var lines = [head]
    for part in parts(of: form, listsOptions: true) {
      if lines[lines.count - 1].count + part.count + 1 > columns {
        lines.append(String(repeating: " ", count: min(head.count, 24, columns / 4)) + " " + part)
      } else {
        lines[lines.count - 1] += " " + part
      }
    }
    return lines
  }

  private static func tables(_ form: CommandForm, _ columns: Int) -> [String] {
    var lines: [String] = []
    if !form.arguments.isEmpty {
      lines +=
        ["", "arguments"]
        + rows(
          form.arguments.map { (placeholder($0), $0) }, form.choices, columns)
    }
    if !form.options.isEmpty {
      lines +=
        ["", "options"]
        + rows(
          form.options.map { ($0.name + "=" + $0.type.placeholder, $0) }, form.choices, columns)
    }
    if !form.switches.isEmpty {
      let width = form.switches.map { $0.name.count + 2 }.max() ?? 0
      lines += ["", "switches"]
      for entry in form.switches {
        lines += row("--" + entry.name, entry.help, nameWidth: width, columns: columns)
      }
    }
    if let output = form.output {
      lines += ["", "output"] + row("-> FILE", output.help, nameWidth: 7, columns: columns)
    }
    return lines
  }

  private static func rows(
    _ parameters: [(String, Parameter)], _ choices: [String], _ columns: Int
  ) -> [String] {
    let width = min(32, parameters.map(\.0.count).max() ?? 0)
    return parameters.flatMap { name, parameter in
      row(name, describe(parameter, choices), nameWidth: width, columns: columns)
    }
  }

  private static func describe(_ parameter: Parameter, _ choices: [String]) -> String {
    var text = parameter.help
    var facts: [String] = []
    if case .choice(let names) = parameter.type, names.count > 4 {
      facts.append(Diagnostic.alternatives(names))
    }
    if case .int(let range) = parameter.type, range.upperBound < Int.max {
      facts.append("\(range.lowerBound)…\(range.upperBound)")
    }
    if case .number(let range) = parameter.type, !range.text.isEmpty { facts.append(range.text) }
    if case .duration = parameter.type { facts.append(parameter.type.expected) }
    if !parameter.unit.isEmpty { facts.append("in " + parameter.unit) }
    // Whichever list is shorter says which choices have the option.
    let others = choices.filter { !parameter.belongs(to: $0) }
    if others.count >= parameter.owners.count, !others.isEmpty {
      facts.append("only " + parameter.owners.joined(separator: ", "))
    } else if !others.isEmpty {
      facts.append("not " + others.joined(separator: ", "))
    }
    if !facts.isEmpty { text += " (" + facts.joined(separator: "; ") + ")" }
    if !parameter.isRequired { text += " [\(parameter.defaultText)]" }
    return text
  }

  private static func examples(_ examples: [Example], _ columns: Int) -> [String] {
    if examples.isEmpty { return [] }
    let width = min(44, examples.map(\.line.count).max() ?? 0)
    var lines = ["", "examples"]
    for example in examples.prefix(12) {
      lines += row(example.line, "# " + example.note, nameWidth: width, columns: columns)
    }
    return lines
  }

  /// A name with what it means in a column beside it or, where that leaves too little room, below.
  static func row(
    _ name: String, _ text: String, nameWidth: Int, columns: Int = widest
  ) -> [String] {
    let indent = nameWidth + 4
    if columns < widest, indent > columns / 2 {
      return line("  " + name, columns) + wrap(text, indent: 6, columns: columns)
    }
    let name = "  " + name
    let body = wrap(text, indent: indent, columns: columns)
    if name.count > indent - 2 { return [name] + body }
    guard let first = body.first else { return [name] }
    return [name + first.dropFirst(name.count)] + body.dropFirst()
  }

  /// A line, broken where the terminal is narrower than help usually is; what goes on hangs behind it.
  static func line(_ text: String, _ columns: Int) -> [String] {
    guard columns < widest, DisplayWidth.of(text) > columns else { return [text] }
    let indent = text.prefix { $0 == " " }.count
    let room = columns - indent
    let words = wrap(String(text.dropFirst(indent)), indent: 2, columns: room)
    guard let first = words.first else { return [text] }
    // The first line has the two columns of the hanging indent besides; they stay free.
    let margin = String(repeating: " ", count: indent)
    return [margin + first.dropFirst(2)] + words.dropFirst().map { margin + $0 }
  }

  /// Returns words in lines of at most so many characters behind an indent.
  public static func wrap(_ text: String, indent: Int, columns: Int = widest) -> [String] {
    let space = String(repeating: " ", count: indent)
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = space
      for word in paragraph.split(separator: " ") {
        if line.count > indent, line.count + word.count + 1 > columns {
          lines.append(line)
          line = space
        }
        line += (line.count > indent ? " " : "") + word
      }
      lines.append(line)
    }
    return lines
  }
}
