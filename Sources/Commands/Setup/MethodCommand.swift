import CommandLanguage
import Datasets
import Methods
import Sessions

/// Chooses the method.
public enum MethodCommand: Command {
  static let name = Key<MethodName>("name", .choice(of: MethodName.self), help: "the method")
  static let batch = Key<Int?>(
    optional: "batch", .int(in: ConfigurationLimits.batch), default: "auto", auto: true,
    unit: "images",
    help: "images of a step; auto: 256 SimSiam, 512 SimCLR")
  static let temp = Key<Double?>(
    optional: "temp", .number(.above(0)), default: "auto", auto: true,
    help: "temperature of NT-Xent; auto: 0.7"
  )
  .only(for: OptionOwners.methods(having: "temp"))
  static let proj = Key<[Int]?>(
    optional: "proj", .list(of: .int(in: ConfigurationLimits.head), count: 2...2), default: "auto",
    auto: true,
    help: "projector [hidden,out]; auto: [2048,2048] SimSiam, [h,128] SimCLR")
  static let pred = Key<Int?>(
    optional: "pred", .int(in: ConfigurationLimits.head), default: "auto", auto: true,
    help: "hidden width of SimSiam's predictor; auto: 512"
  )
  .only(for: OptionOwners.methods(having: "pred"))
  static let alpha = Key<Double?>(
    optional: "alpha", .number(.within(0, 1)), default: "auto", auto: true,
    help: "weight of the bank's row in the targets; auto: 0.5"
  )
  .only(for: OptionOwners.methods(having: "alpha"))
  static let start = Key<Duration?>(
    optional: "start", .duration(.epochs), default: "auto", auto: true,
    help: "plain epochs before the bank is used; auto: 51epochs"
  )
  .only(for: OptionOwners.methods(having: "start"))
  static let stages = Key<Int?>(
    optional: "stages", .int(in: ConfigurationLimits.stages), default: "auto", auto: true,
    unit: "epochs",
    help: "past epochs that the bank averages; auto: 1"
  )
  .only(for: OptionOwners.methods(having: "stages"))
  static let normalize = Key<Bool?>(
    optional: "normalize", .onOff, default: "auto", auto: true,
    help: "bank rows scaled to unit length; auto: off"
  )
  .only(for: OptionOwners.methods(having: "normalize"))
  static let on = Key<AttentionFeatures?>(
    optional: "on", .choice(of: AttentionFeatures.self), default: "auto", auto: true,
    help: "features that weight SimCLR-Attn's pairs; auto: h"
  )
  .only(for: OptionOwners.methods(having: "on"))
  static let classifier = Key<Bool?>(
    optional: "classifier", .onOff, default: "auto", auto: true,
    help: "online linear classifier on detached h; auto: on for SimSiam with labels")
  static let profile = Key<String>(
    "profile", .choice(["reference"]), default: "reference",
    help: "what the published code computes")

  /// What `swap method` takes too.
  static let options: [any AnyKey] = [
    batch, temp, proj, pred, alpha, start, stages, normalize, on, classifier, profile,
  ]

  /// The declaration.
  public static let spec = CommandSpec(
    "method", group: .setup, summary: "Chooses the method: loss, heads and batch.",
    details: "simsiam, simsiam-multi (a memory bank of the last epoch mixed into the targets), "
      + "simclr, simclr-attn (w = exp(1 + cos) weights each positive pair).",
    arguments: [name],
    options: options,
    examples: [
      Example("method simclr batch=128 temp=0.5", "SimCLR on batches of 128 images"),
      Example("method simsiam-multi batch=64 start=5epochs", "The bank is used from epoch 5"),
    ], seeAlso: ["swap", "optim", "schedule", "bank", "attn"])

  /// Chooses it.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    try choose(invocation[name], invocation, in: context, goesOn: false)
  }

  /// Chooses it; with `goesOn` training goes on from its step in any case.
  static func choose(
    _ name: MethodName, _ invocation: Invocation, in context: CommandContext, goesOn: Bool
  ) throws -> Output {
    let bench = context.workbench
    let old = goesOn ? bench.choiceToKeep(for: name) : MethodChoice(name)
    var choice = MethodChoice(name)
    choice.batch = invocation.value(of: batch, or: old.batch)
    choice.temperature = invocation.value(of: temp, or: old.temperature)
    choice.projector = invocation.value(of: proj, or: old.projector)
    choice.predictor = invocation.value(of: pred, or: old.predictor)
    choice.alpha = invocation.value(of: alpha, or: old.alpha)
    choice.start = old.start
    if invocation.isGiven(start) {
      if case .epochs(let count)? = invocation[start] {
        choice.start = count
      } else {
        choice.start = nil
      }
    }
    choice.stages = invocation.value(of: stages, or: old.stages)
    choice.normalize = invocation.value(of: normalize, or: old.normalize)
    choice.attention = invocation.value(of: on, or: old.attention)
    choice.classifier = invocation.value(of: classifier, or: old.classifier)
    let before = goesOn ? bench.resolution?.options ?? [] : []
    let report = try bench.configure(goesOn: goesOn) { $0.method = choice }
    var lines = ["  method \(choice.name.rawValue)"]
    if let method = bench.resolution?.method {
      lines[0] += "  z \(method.projectorOut)   batch \(method.batch)   "
      if !method.name.isSimSiamFamily {
        lines[0] += "temp \(NumberFormat.short(method.temperature))   "
      } else if method.name == .simsiamMulti {
        lines[0] += "bank from epoch \(method.start), alpha \(NumberFormat.short(method.alpha))   "
      }
      lines[0] += chance(method)
    }
    if !invocation.isGiven(batch), !goesOn { lines += fewSteps(bench) }
    lines += ChangeText.lines(report)
    if goesOn { lines += ChangeText.followed(from: before, to: bench.resolution?.options ?? []) }
    if report.restarted, report.kept.contains("backbone") {
      lines.append("  'swap method …' would go on from the step; 'undo' takes this back")
    }
    return .text(lines.joined(separator: "\n"))
  }

  /// Says that the default batch leaves few steps of a small set, and which leaves eight or more.
  private static func fewSteps(_ bench: Workbench) -> [String] {
    let steps = bench.summary.stepsPerEpoch
    let samples = bench.data?.loaded.sampleCount ?? 0
    guard (1...3).contains(steps), samples >= 16 else { return [] }
    let fitting = 1 << (Int.bitWidth - 1 - (samples / 8).leadingZeroBitCount)
    let other = "batch=\(fitting) takes \(samples / fitting)"
    return [
      "  the default batch takes \(steps == 1 ? "1 step" : "\(steps) steps") an epoch: \(other)"
    ]
  }

  private static func chance(_ method: MethodConfiguration) -> String {
    if method.name.isSimSiamFamily { return "loss −1 (aligned) to 0 (chance)" }
    let text = "chance loss ln \(2 * method.batch - 1) = "
    return text + NumberFormat.fixed(method.chanceLoss, 3)
  }
}
