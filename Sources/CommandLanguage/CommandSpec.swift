/// One way to call a command: the plain form or a subcommand, with its own arguments and options.
public struct CommandForm: Sendable {
  /// The subcommand's name; empty for the plain form.
  public let name: String
  /// One sentence that ends in a period.
  public let summary: String
  /// Positional arguments in order; required ones first.
  public let arguments: [Parameter]
  /// `key=value` options.
  public let options: [Parameter]
  /// `--name` switches.
  public let switches: [Switch]
  /// The file that `->` names, when the command writes one.
  public let output: OutputFile?
  /// Whether the session's log records the command.
  public let isLogged: Bool
  /// Whether the reply is a table, so that a filter may follow after `|`.
  public let givesTable: Bool
  /// Lines to type, with what they do.
  public let examples: [Example]
  /// Whether the form is `NAME = EXPRESSION`.
  let isAssignment: Bool
  /// Whether `then { … }` may follow, for what is to be run later.
  public let takesBody: Bool

  /// Declares a form.
  ///
  /// A form that writes a file, by `->` or by an argument (`writesFile`), gets `overwrite=`.
  public init(
    _ name: String, summary: String, arguments: [any AnyKey] = [], options: [any AnyKey] = [],
    switches: [Switch] = [], output: OutputFile? = nil, writesFile: Bool = false,
    isLogged: Bool = true, givesTable: Bool = false, isAssignment: Bool = false,
    takesBody: Bool = false, examples: [Example] = []
  ) {
    self.name = name
    self.summary = summary
    self.arguments = arguments.map(\.parameter)
    let shared: [any AnyKey] = output != nil || writesFile ? [CommonKeys.overwrite] : []
    self.options = (options + shared).map(\.parameter)
    self.switches = switches
    self.output = output
    self.isLogged = isLogged
    self.givesTable = givesTable
    self.isAssignment = isAssignment
    self.takesBody = takesBody
    self.examples = examples
  }
}

extension CommandForm {
  /// What can be chosen as the first argument, when it is a choice; options may belong to some only.
  var choices: [String] {
    if case .choice(let names)? = arguments.first?.type { names } else { [] }
  }
}

/// A line to type and what it does; tests parse every one.
public struct Example: Sendable, Equatable {
  /// The line.
  public let line: String
  /// What it does, as a sentence without a final period.
  public let note: String

  /// Declares an example.
  public init(_ line: String, _ note: String) {
    self.line = line
    self.note = note
  }
}

/// The groups of `help`, in order.
public enum CommandGroup: String, Sendable, CaseIterable {
  case setup = "Set up"
  case train = "Train"
  case inspect = "Look inside"
  case evaluate = "Evaluate"
  case draw = "Draw"
  case time = "Go back and sideways"
  case sessions = "Sessions and files"
  case shell = "Shell"
}

/// The declaration of a command: parsing, help, completion and errors follow from it.
public struct CommandSpec: Sendable {
  /// The verb.
  public let name: String
  /// Where `help` lists it.
  public let group: CommandGroup
  /// One sentence that ends in a period.
  public let summary: String
  /// Paragraphs that help shows below the synopsis; empty when the summary says it all.
  public let details: String
  /// The form without subcommand; nil when a subcommand must be given.
  public let plain: CommandForm?
  /// The subcommands.
  public let subcommands: [CommandForm]
  /// Related verbs.
  public let seeAlso: [String]
  private let examplesOfCommand: [Example]

  /// Declares a command without subcommands, or whose plain form has arguments of its own.
  public init(
    _ name: String, group: CommandGroup, summary: String, details: String = "",
    arguments: [any AnyKey] = [], options: [any AnyKey] = [], switches: [Switch] = [],
    output: OutputFile? = nil, writesFile: Bool = false, isLogged: Bool = true,
    givesTable: Bool = false, isAssignment: Bool = false, takesBody: Bool = false,
    subcommands: [CommandForm] = [],
    examples: [Example],
    seeAlso: [String] = []
  ) {
    self.init(
      name: name, group: group, summary: summary, details: details,
      plain: CommandForm(
        "", summary: summary, arguments: arguments, options: options, switches: switches,
        output: output, writesFile: writesFile, isLogged: isLogged, givesTable: givesTable,
        isAssignment: isAssignment, takesBody: takesBody),
      subcommands: subcommands, examples: examples, seeAlso: seeAlso)
  }

  /// Declares a command that needs a subcommand.
  public init(
    _ name: String, group: CommandGroup, summary: String, details: String = "",
    requiring subcommands: [CommandForm], examples: [Example] = [], seeAlso: [String] = []
  ) {
    self.init(
      name: name, group: group, summary: summary, details: details, plain: nil,
      subcommands: subcommands, examples: examples, seeAlso: seeAlso)
  }

  private init(
    name: String, group: CommandGroup, summary: String, details: String, plain: CommandForm?,
    subcommands: [CommandForm], examples: [Example], seeAlso: [String]
  ) {
    self.name = name
    self.group = group
    self.summary = summary
    self.details = details
    self.plain = plain
    self.subcommands = subcommands
    self.seeAlso = seeAlso
    self.examplesOfCommand = examples
  }

  /// The command's own examples, then those of its subcommands.
  public var examples: [Example] { examplesOfCommand + subcommands.flatMap(\.examples) }

  /// The plain form and the subcommands.
  public var forms: [CommandForm] { (plain.map { [$0] } ?? []) + subcommands }
}
