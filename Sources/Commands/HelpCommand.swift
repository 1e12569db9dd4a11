import CommandLanguage

/// Shows the commands, or one with its options and examples.
public enum HelpCommand: Command {
  static let topic = Key<String?>(
    optional: "command", .word(.topics), default: "all", help: "a command or topic")
  static let part = Key<String?>(
    optional: "subcommand", .word(.subcommands), default: "all", help: "one of its subcommands")

  /// The declaration.
  public static let spec = CommandSpec(
    "help", group: .shell, summary: "Shows the commands, or one with its options and examples.",
    details: "Topics: " + HelpTopics.all.map(\.name).joined(separator: ", ") + ".",
    arguments: [topic, part], isLogged: false,
    examples: [
      Example("help", "Every command, by group"), Example("help set", "One command"),
      Example("help set conv", "One subcommand"),
    ])

  /// Begins the tour at a prompt, or ends it.
  private static func tour(_ invocation: Invocation, _ shell: ShellState) throws -> String {
    switch invocation[part] {
    case nil:
      let tour = Tour()
      shell.tour = tour
      return Tour.opening + "\n\n" + tour.text
    case "off":
      let wasOn = shell.tour != nil
      shell.tour = nil
      return wasOn ? "  the tour is over" : "  there is no tour"
    case "next":
      guard shell.tour?.next != nil else { return "  there is no tour" }
      shell.tour?.skip()
      return shell.tour?.text ?? ""
    case let other?:
      throw invocation.error(
        "the tour takes 'next', 'off' or nothing, got \(Diagnostic.quote(other))", at: part,
        help: "help tour off")
    }
  }

  /// Finds the help text.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let registry = context.registry
    let columns = min(HelpText.widest, context.shell.columns() ?? HelpText.widest)
    func fitting(_ text: String) -> Output { .text(HelpText.reflowed(text, columns: columns)) }
    guard let name = invocation[topic] else {
      return .text(
        HelpText.overview(registry, columns: columns) + "\n"
          + HelpText.reflowed(HelpTopics.line, columns: columns))
    }
    if name == "tour", context.shell.leadsTours {
      return try fitting(tour(invocation, context.shell))
    }
    // A command that is named like a metric is the command.
    let wanted = registry[name] == nil ? HelpTopics.topic(of: name) : name
    if let topic = HelpTopics.all.first(where: { $0.name == wanted }) { return fitting(topic.text) }
    if let definition = context.shell.definitions[name] { return .text("  " + definition.text) }
    guard let spec = registry[name] else {
      if let group = HelpText.group(name, in: registry, columns: columns) { return .text(group) }
      let nearest = EditDistance.nearest(to: name, in: registry.names)
      if nearest == nil, let found = HelpSearch.text(name, in: registry, columns: columns) {
        return .text(found)
      }
      throw invocation.error(
        "no help for \(Diagnostic.quote(name))", at: topic,
        help: EditDistance.nearest(to: name, in: registry.names + HelpTopics.all.map(\.name)).map {
          "help " + $0
        } ?? "help lists the commands")
    }
    guard let sub = invocation[part] else { return .text(HelpText.command(spec, columns: columns)) }
    let names = spec.subcommands.map(\.name)
    guard let form = spec.subcommands.first(where: { $0.name == sub }) else {
      throw invocation.error(
        "\(name) has no subcommand \(Diagnostic.quote(sub)), expected "
          + Diagnostic.alternatives(names), at: part,
        help: EditDistance.nearest(to: sub, in: names).map { "help \(name) \($0)" })
    }
    return .text(HelpText.form(form, of: spec, columns: columns))
  }
}
