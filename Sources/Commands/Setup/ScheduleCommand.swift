import CommandLanguage
import Sessions

/// Chooses the learning-rate schedule.
public enum ScheduleCommand: Command {
  static let name = Key<ScheduleName>(
    "name", .choice(of: ScheduleName.self), help: "the curve")
  static let warmup = Key<Duration?>(
    optional: "warmup", .duration([.steps, .epochs, .fraction]), default: "auto", auto: true,
    help: "warm-up; auto: 10epochs cosine, 0.01 of total warmup-anneal"
  )
  .only(for: OptionOwners.schedules(having: "warmup"))
  static let total = Key<Duration?>(
    optional: "total", .duration([.steps, .epochs]), default: "auto", auto: true,
    help: "length of the whole schedule; auto: 100epochs"
  )
  .only(for: OptionOwners.schedules(having: "total"))
  static let startLR = Key<Double?>(
    optional: "start_lr", .number(.atLeast(0)), default: "auto", auto: true,
    help: "rate at which cosine's warm-up starts; auto: 3e-05"
  )
  .only(for: OptionOwners.schedules(having: "start_lr"))
  static let minLR = Key<Double?>(
    optional: "min_lr", .number(.atLeast(0)), default: "auto", auto: true,
    help: "rate at which the cosine ends; auto: 0"
  )
  .only(for: OptionOwners.schedules(having: "min_lr"))

  /// What `swap schedule` takes too.
  static let options: [any AnyKey] = [warmup, total, startLR, minLR]

  /// The declaration.
  public static let spec = CommandSpec(
    "schedule", group: .setup, summary: "Chooses the learning-rate schedule.",
    details: "cosine is the SimSiam half's, warmup-anneal the SimCLR half's; step multiplies by "
      + "0.1 at half and three quarters of total; linear falls to 0; const stays.",
    arguments: [name], options: options,
    subcommands: [
      CommandForm(
        "show", summary: "Lists the learning rates to come.", givesTable: true,
        examples: [Example("schedule show", "Rates at 20 steps from start to end")])
    ],
    examples: [
      Example("schedule cosine warmup=2epochs total=20epochs", "Warm-up, then a half cosine"),
      Example("schedule const", "The same rate throughout"),
    ], seeAlso: ["optim"])

  /// Chooses or lists.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    if invocation.subcommand == "show" { return try show(bench) }
    return try choose(invocation[name], invocation, in: context, goesOn: false)
  }

  /// Chooses it; with `goesOn` training goes on from its step.
  static func choose(
    _ name: ScheduleName, _ invocation: Invocation, in context: CommandContext, goesOn: Bool
  ) throws -> Output {
    let bench = context.workbench
    let present = bench.configuration.schedule
    let old =
      goesOn && present?.name == name
      ? present ?? ScheduleChoice(name) : ScheduleChoice(name)
    var choice = ScheduleChoice(name)
    choice.warmup = invocation.isGiven(warmup) ? invocation[warmup].map(amount) : old.warmup
    choice.total = invocation.isGiven(total) ? invocation[total].map(amount) : old.total
    choice.startLR = invocation.value(of: startLR, or: old.startLR)
    choice.minLR = invocation.value(of: minLR, or: old.minLR)
    let report = try bench.configure(goesOn: goesOn) { $0.schedule = choice }
    var line = "  schedule \(choice.name.rawValue)"
    if let resolved = bench.resolution?.schedule, resolved.name != .const {
      line += "  warm-up \(NumberFormat.short(resolved.warmup)) of "
      line += "\(NumberFormat.short(resolved.total)) steps"
    }
    return .text(([line] + ChangeText.lines(report)).joined(separator: "\n"))
  }

  /// The session's amount of a duration.
  static func amount(_ duration: Duration) -> Amount {
    switch duration {
    case .steps(let n): .steps(n)
    case .epochs(let n): .epochs(Double(n))
    case .fraction(let f): .fraction(f)
    }
  }

  private static func show(_ bench: Workbench) throws -> Output {
    let learner = try bench.model()
    guard let schedule = learner.configuration.schedule else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let total = max(1, Int(exactly: schedule.total.rounded(.up)) ?? 1)
    let length = min(schedule.name == .const ? 1 : total, 1_000_000)
    let rates = learner.plannedRates(length)
    let names = learner.nextRates().map(\.name)
    let count = min(20, length)
    let steps = (0..<count).map { count == 1 ? 0 : $0 * (length - 1) / (count - 1) }
    return .table(
      Table(
        [Table.Column("step"), Table.Column("epoch")] + names.map { Table.Column($0) },
        rows: steps.map { step in
          [.int(step), .int(step / max(1, learner.configuration.stepsPerEpoch))]
            + rates[step].map { .number($0) }
        }))
  }
}
