import CommandLanguage
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

  /// The declaration.
  public static let spec = CommandSpec(
    "method", group: .setup, summary: "Chooses the method: loss, heads and batch.",
    details: "simsiam, simsiam-multi (a memory bank of the last epoch mixed into the targets), "
      + "simclr, simclr-attn (w = exp(1 + cos) weights each positive pair).",
    arguments: [name],
    options: [
      batch, temp, proj, pred, alpha, start, stages, normalize, on, classifier, profile,
    ],
    examples: [
      Example("method simclr batch=128 temp=0.5", "SimCLR on batches of 128 images"),
      Example("method simsiam-multi batch=64 start=5epochs", "The bank is used from epoch 5"),
    ], seeAlso: ["optim", "schedule", "bank", "attn"])

  /// Chooses it.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    var choice = MethodChoice(invocation[name])
    choice.batch = invocation[batch]
    choice.temperature = invocation[temp]
    choice.projector = invocation[proj]
    choice.predictor = invocation[pred]
    choice.alpha = invocation[alpha]
    if case .epochs(let count)? = invocation[start] { choice.start = count }
    choice.stages = invocation[stages]
    choice.normalize = invocation[normalize]
    choice.attention = invocation[on]
    choice.classifier = invocation[classifier]
    let report = try bench.configure { $0.method = choice }
    var lines = ["  method \(choice.name.rawValue)"]
    if let method = bench.resolution?.method {
      lines[0] += "  z \(method.projectorOut)   batch \(method.batch)   " + chance(method)
    }
    return .text((lines + ChangeText.lines(report)).joined(separator: "\n"))
  }

  private static func chance(_ method: MethodConfiguration) -> String {
    if method.name.isSimSiamFamily { return "loss −1 (aligned) to 0 (chance)" }
    let text = "chance loss ln \(2 * method.batch - 1) = "
    return text + NumberFormat.fixed(method.chanceLoss, 3)
  }
}
