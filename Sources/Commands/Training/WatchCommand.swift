import CommandLanguage
import Sessions

/// Acts when a condition becomes true while training.
public enum WatchCommand: Command {
  static let condition = Key<Formula>("condition", .expression, help: Condition.help)
  static let number = Key<Int?>(
    optional: "number", .int(in: 1...10_000), default: "all", help: "its number in the list")

  /// The declaration.
  public static let spec = CommandSpec(
    "watch", group: .train, summary: "Acts when a condition becomes true while training.",
    details: "Looked at after every step; it acts when it was false before (one that holds already "
      + "acts when it becomes true again). Without a block it is only said. The block may look, draw, name a moment or change choices; it does not train; "
      + "when it fails, training ends, and a script after it. "
      + "erank, align and uniform are measured each step for it, knn at each epoch's end.",
    arguments: [condition], takesBody: true,
    subcommands: [
      CommandForm(
        "list", summary: "Lists the conditions, those of break included.", isLogged: false,
        givesTable: true, examples: [Example("watch list", "Numbers for watch off")]),
      CommandForm(
        "off", summary: "Forgets conditions of watch and break.", arguments: [number],
        examples: [Example("watch off 2", "The second one of `watch list`")]),
    ],
    examples: [
      Example("watch z_std < 0.3 * z_std_even", "Says when the projections collapse"),
      Example("watch epoch >= 1 then { snap warm; knn }", "Names a moment, evaluates, goes on"),
    ], seeAlso: ["break", "track", "run"])

  /// Sets, lists or forgets.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let shell = context.shell
    switch invocation.subcommand {
    case "list": return .table(WatchList.table(shell.watches))
    case "off": return try WatchList.remove(invocation[number], number, invocation, shell)
    default:
      let formula = try Condition.check(condition, invocation, context)
      for item in invocation.body?.items ?? [] {
        let words = item.tokens.prefix(2).map { item.source.text($0.range) }
        if Interpreter.excludedFromWatches.contains(words.first ?? "") {
          throw Diagnostic(
            "'\(words[0])' cannot run in the block of a watch", at: item.range, in: item.source)
        }
        if words == ["save", "session"] {
          throw Self.savesSession(at: item.range, in: item.source)
        }
      }
      shell.watches.append(
        Watch(
          condition: formula, body: invocation.body, text: invocation.canonicalText,
          isBreak: false))
      return .text(
        "  watch \(shell.watches.count): \(formula.text)" + Condition.already(formula, context))
    }
  }

  /// Between two steps of a command there is no place in the log to go on from.
  static func savesSession(at range: Range<Int>?, in source: SourceText) -> Diagnostic {
    Diagnostic(
      "'save session' cannot run in the block of a watch, in the middle of a command of the log",
      at: range, help: "autosave every=50steps", in: source)
  }
}

/// Stops training when a condition becomes true.
public enum BreakCommand: Command {
  static let condition = WatchCommand.condition
  static let number = WatchCommand.number

  /// The declaration.
  public static let spec = CommandSpec(
    "break", group: .train, summary: "Stops training when a condition becomes true.",
    details:
      "On a step's end, like Ctrl-C: the state is whole and training can go on; a block around "
      + "it ends. A condition that holds already stops when it becomes true again. The loss "
      + "that is not a number stops the step before it is applied, without a break. "
      + "z_std_even is 1/√d of the present method, chance_loss and erank_max are likewise what the "
      + "health line measures against. z_std is of the batch in train mode: what only eval mode "
      + "shows, `repeat 10 { epoch; collapse }` finds.",
    arguments: [condition],
    subcommands: [
      CommandForm(
        "list", summary: "Lists the conditions, those of watch included.", isLogged: false,
        givesTable: true, examples: [Example("break list", "Numbers for break off")]),
      CommandForm("off", summary: "Forgets conditions of watch and break.", arguments: [number]),
    ],
    examples: [
      Example("break z_std < 0.3 * z_std_even", "Below a third of 1/√d, an even spread"),
      Example("break norm(g:backbone.conv1.weight) > 10", "A large gradient of one layer"),
      Example("break knn > 40", "Evaluated at the end of each epoch"),
    ], seeAlso: ["watch", "run"])

  /// Sets, lists or forgets.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let shell = context.shell
    switch invocation.subcommand {
    case "list": return .table(WatchList.table(shell.watches))
    case "off": return try WatchList.remove(invocation[number], number, invocation, shell)
    default:
      let formula = try Condition.check(condition, invocation, context)
      shell.watches.append(
        Watch(condition: formula, body: nil, text: invocation.canonicalText, isBreak: true))
      return .text(
        "  break \(shell.watches.count): \(formula.text)" + Condition.already(formula, context))
    }
  }
}

/// The list that `watch` and `break` share.
private enum WatchList {
  static func table(_ watches: [Watch]) -> Table {
    Table(
      [Table.Column("number"), Table.Column("condition"), Table.Column("then")],
      rows: watches.enumerated().map { index, watch in
        let body = watch.body?.items.map(\.oneLine).joined(separator: "; ")
        return [
          .int(index + 1), .text(watch.condition.text),
          .text(watch.isBreak ? "stop" : body ?? "say so"),
        ]
      })
  }

  static func remove(
    _ number: Int?, _ key: Key<Int?>, _ invocation: Invocation, _ shell: ShellState
  ) throws -> Output {
    guard let number else {
      let count = shell.watches.count
      shell.watches = []
      return .text("  \(count) condition\(count == 1 ? "" : "s") forgotten")
    }
    guard shell.watches.indices.contains(number - 1) else {
      throw invocation.error(
        "there are \(shell.watches.count) conditions, got \(number)", at: key, help: "watch list")
    }
    let gone = shell.watches.remove(at: number - 1)
    return .text("  forgot \(gone.condition.text)")
  }
}
