import CommandLanguage
import Layers
import Sessions

/// Chooses the backbone.
public enum BackboneCommand: Command {
  static let name = Key<BackboneName>("name", .choice(of: BackboneName.self), help: "the network")
  static let stem = Key<Stem?>(
    optional: "stem", .choice(of: Stem.self), default: "auto", auto: true,
    help: "first layers: 3×3 stride 1 (cifar) or 7×7 stride 2 and pooling (imagenet)"
  )
  .only(for: OptionOwners.backbones(having: "stem"))
  static let padding = Key<Int?>(
    optional: "padding", .int(in: ConfigurationLimits.padding), default: "auto", auto: true,
    unit: "pixels",
    help: "padding of the CIFAR stem; auto: 2 for SimSiam, 1 for SimCLR"
  )
  .only(for: OptionOwners.backbones(having: "padding"))
  static let width = Key<Int?>(
    optional: "width", .int(in: ConfigurationLimits.width), default: "auto", auto: true,
    unit: "channels",
    help: "base width: 64 is the full ResNet, 16 small's default")
  static let zeroInit = Key<Bool?>(
    optional: "zero_init", .onOff, default: "auto", auto: true,
    help: "last normalisation of each block starts at 0; auto: on for SimSiam"
  )
  .only(for: OptionOwners.backbones(having: "zero_init"))
  static let weights = Key<String?>(
    optional: "weights", .path(["safetensors"]), default: "none",
    help: "load these weights")

  /// The declaration.
  public static let spec = CommandSpec(
    "backbone", group: .setup, summary: "Chooses the backbone, the network that gives h.",
    details: "resnet18, resnet34, resnet50: torchvision's, without the last layer. small: four "
      + "convolutions, trains in a minute on a laptop. mlp: for points.",
    arguments: [name], options: [stem, padding, width, zeroInit, weights],
    examples: [
      Example("backbone small", "A CNN of four layers"),
      Example("backbone resnet18 width=16", "A narrow ResNet-18 with the stem for the images"),
    ], seeAlso: ["method", "load"])

  /// Chooses it.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    var choice = BackboneChoice(invocation[name])
    choice.stem = invocation[stem]
    choice.padding = invocation[padding]
    choice.width = invocation[width]
    choice.zeroInit = invocation[zeroInit]
    let (report, loaded) = try bench.setBackbone(choice, weights: invocation[weights])
    var lines = ["  backbone \(choice.name.rawValue)" + summary(bench)]
    lines += ChangeText.lines(report)
    if let loaded { lines.append(LoadText.line(loaded)) }
    return .text(lines.joined(separator: "\n"))
  }

  private static func summary(_ bench: Workbench) -> String {
    guard let resolved = bench.resolution else { return "" }
    let options = resolved.options.filter { $0.part == "backbone" && $0.name != "name" }
    return "  " + options.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }
}
