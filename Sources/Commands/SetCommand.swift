import CommandLanguage

/// Shows or changes a preference.
public enum SetCommand: Command {
  /// The declaration: one subcommand per preference.
  public static let spec = CommandSpec(
    "set", group: .shell, summary: "Shows or changes a preference.",
    details: "Without a value, shows it; without a name, lists all. Preferences are not part of "
      + "a fingerprint.",
    isLogged: false, givesTable: true,
    subcommands: Settings.all.map { setting in
      CommandForm(
        setting.key.parameter.name, summary: summary(setting.key.parameter.help),
        arguments: [setting.key], isLogged: setting.isLogged)
    },
    examples: [
      Example("set", "Every preference with its value"),
      Example("set conv direct", "The reference convolution"),
      Example("set out json", "One JSON object per reply"),
    ], seeAlso: ["let", "sys"])

  /// Lists, shows or changes.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let name = invocation.subcommand
    if name.isEmpty { return list(context) }
    if let value = invocation.values[name] {
      try context.shell.settings.set(name, to: value)
      return .nothing
    }
    return .text("  \(name) \(context.shell.settings.text(of: name))")
  }

  private static func list(_ context: CommandContext) -> Output {
    .table(
      Table(
        [Table.Column("key"), Table.Column("value"), Table.Column("what it is")],
        rows: Settings.all.map { setting in
          let parameter = setting.key.parameter
          return [
            .text(parameter.name), .text(context.shell.settings.text(of: parameter.name)),
            .text(parameter.help),
          ]
        }))
  }

  private static func summary(_ help: String) -> String {
    help.prefix(1).uppercased() + help.dropFirst() + "."
  }
}
