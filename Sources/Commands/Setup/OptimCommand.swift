import CommandLanguage
import Sessions

/// Chooses the optimizer.
public enum OptimCommand: Command {
  static let name = Key<OptimizerName>(
    "name", .choice(of: OptimizerName.self), help: "the update rule")
  static let lr = Key<Double?>(
    optional: "lr", .number(.within(0, 1e30)), default: "auto", auto: true, unit: "per step",
    help: "learning rate; auto: 0.5 sgd, 1 lars, 0.001 adam")
  static let wd = Key<Double?>(
    optional: "wd", .number(.atLeast(0)), default: "auto", auto: true,
    help: "weight decay; auto: 1e-05 SimSiam, 1e-06 SimCLR")
  static let momentum = Key<Double?>(
    optional: "momentum", .number(.within(0, 1)), default: "auto", auto: true,
    help: "momentum of sgd and lars; auto: 0.9"
  )
  .only(for: OptionOwners.optimizers(having: "momentum"))
  static let exclude = Key<[String]?>(
    optional: "exclude", .list(of: .choice(["none", "bn", "bias"])), default: "auto", auto: true,
    help: "names without decay and adaptation")
  static let classifierLR = Key<Double?>(
    optional: "classifier_lr", .number(.atLeast(0)), default: "auto", auto: true,
    help: "learning rate of the online classifier; auto: 0.1")
  static let scaleLR = Key<Bool?>(
    optional: "scale_lr", .onOff, default: "auto", auto: true,
    help: "multiply rates by batch/256; auto: on for SimSiam")
  static let trust = Key<Double?>(
    optional: "trust", .number(.above(0)), default: "auto", auto: true,
    help: "trust coefficient of lars; auto: 0.001"
  )
  .only(for: OptionOwners.optimizers(having: "trust"))
  static let variant = Key<LARSVariant?>(
    optional: "variant", .choice(of: LARSVariant.self), default: "auto", auto: true,
    help: "which lars of the reference; auto: by family"
  )
  .only(for: OptionOwners.optimizers(having: "variant"))

  /// What `swap optim` takes too.
  static let options: [any AnyKey] = [
    lr, wd, momentum, exclude, classifierLR, scaleLR, trust, variant,
  ]

  /// The declaration.
  public static let spec = CommandSpec(
    "optim", group: .setup, summary: "Chooses the optimizer.",
    arguments: [name],
    options: options,
    examples: [
      Example("optim sgd lr=0.3", "SGD with momentum 0.9"),
      Example("optim lars lr=1 wd=1e-06", "The SimCLR half's optimizer"),
    ], seeAlso: ["schedule"])

  /// Chooses it.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    try choose(invocation[name], invocation, in: context, goesOn: false)
  }

  /// Chooses it; with `goesOn` training goes on from its step in any case.
  static func choose(
    _ name: OptimizerName, _ invocation: Invocation, in context: CommandContext, goesOn: Bool
  ) throws -> Output {
    let bench = context.workbench
    let present = bench.configuration.optimizer
    let old =
      goesOn && present?.name == name
      ? present ?? OptimizerChoice(name) : OptimizerChoice(name)
    var choice = OptimizerChoice(name)
    choice.lr = invocation.value(of: lr, or: old.lr)
    choice.weightDecay = invocation.value(of: wd, or: old.weightDecay)
    choice.momentum = invocation.value(of: momentum, or: old.momentum)
    let excluded = invocation[exclude].map { $0.filter { $0 != "none" } }
    choice.exclude = invocation.isGiven(exclude) ? excluded : old.exclude
    choice.classifierLR = invocation.value(of: classifierLR, or: old.classifierLR)
    choice.scaleLR = invocation.value(of: scaleLR, or: old.scaleLR)
    choice.trust = invocation.value(of: trust, or: old.trust)
    choice.variant = invocation.value(of: variant, or: old.variant)
    let report = try bench.configure(goesOn: goesOn) { $0.optimizer = choice }
    var line = "  optim \(choice.name.rawValue)"
    if let resolved = bench.resolution?.optimizer {
      line += "  lr \(NumberFormat.short(resolved.lr))"
      if let lr = choice.lr, lr != resolved.lr {
        line += " (\(NumberFormat.short(lr)) × batch/256)"
      }
      line += "   wd \(NumberFormat.short(resolved.weightDecay))"
    }
    return .text(([line] + ChangeText.lines(report)).joined(separator: "\n"))
  }
}
