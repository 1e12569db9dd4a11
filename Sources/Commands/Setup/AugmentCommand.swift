import CommandLanguage
import Datasets
import Files
import Images
import Sessions

/// Chooses and previews random views.
public enum AugmentCommand: Command {
  static let preset = Key<String>(
    "preset", .choice(Augmentation.presets.map(\.name)), help: "the pipeline to start from")
  static let crop = Key<ClosedRange<Double>?>(
    optional: "crop", .pair(.within(0.000_001, 1)), default: "of the preset",
    help: "share of the area, low:high")
  static let ratio = Key<ClosedRange<Double>?>(
    optional: "ratio", .pair(.within(0.01, 100)), default: "0.75:1.333",
    help: "width over height of a crop, low:high")
  static let jitter = Key<[Double]?>(
    optional: "jitter", .list(of: .number(.atLeast(0)), count: 4...4), default: "of the preset",
    help: "[brightness,contrast,saturation,hue]")
  static let pJitter = Key<Double?>(
    optional: "p_jitter", .number(.within(0, 1)), default: "of the preset",
    help: "probability of the colour jitter")
  static let gray = Key<Double?>(
    optional: "gray", .number(.within(0, 1)), default: "of the preset",
    help: "probability of grey")
  static let blur = Key<Double?>(
    optional: "blur", .number(.within(0, 1)), default: "of the preset",
    help: "probability of a blur")
  static let solarize = Key<Double?>(
    optional: "solarize", .number(.within(0, 1)), default: "of the preset",
    help: "probability of solarizing")
  static let equalize = Key<Double?>(
    optional: "equalize", .number(.within(0, 1)), default: "of the preset",
    help: "probability of equalizing")
  static let flip = Key<Double?>(
    optional: "flip", .number(.within(0, 1)), default: "of the preset",
    help: "probability of a mirror image")
  static let script = Key<String>(
    "script", .string, help: "operations with arguments, chained with ;")
  static let ids = Key<Indices>("ids", .indices, help: "sample numbers")
  static let id = Key<Int>("id", .int(), help: "a sample number")
  static let count = Key<Int>(
    "n", .int(in: 1...256), default: 8, unit: "views", help: "how many views are drawn")

  /// The declaration.
  public static let spec = CommandSpec(
    "augment", group: .setup, summary: "Chooses and previews random views.",
    details: "Without it, the preset of the method's family is used (tensors: none).",
    arguments: [preset],
    options: [crop, ratio, jitter, pJitter, gray, blur, solarize, equalize, flip],
    subcommands: [
      CommandForm(
        "show", summary: "Lists random views of a sample with their crop boxes.",
        arguments: [id], options: [count], givesTable: true,
        examples: [Example("augment show 12 n=4", "Four views as the next epoch would draw them")]),
      CommandForm(
        "try", summary: "Applies operations as given and writes uint8 [n, H, W, 3].",
        arguments: [script, ids],
        output: OutputFile(["npy"], isRequired: true, help: "the images"), isLogged: false,
        examples: [
          Example("augment try \"hflip(); brightness(1.2)\" 0..5 -> out.npy", "Six images")
        ]),
    ],
    examples: [
      Example("augment simclr", "The SimCLR half's CIFAR pipeline"),
      Example("augment simsiam crop=0.2:1 gray=0", "Larger crops, no grey"),
    ], seeAlso: ["data", "viz"])

  /// Chooses, lists or applies.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    switch invocation.subcommand {
    case "show": return try show(invocation, context.workbench)
    case "try": return try apply(invocation, context)
    default: return try choose(invocation, context.workbench)
    }
  }

  private static func choose(_ invocation: Invocation, _ bench: Workbench) throws -> Output {
    let name = invocation[preset]
    guard var pipeline = Augmentation.preset(name) else { return .nothing }
    if let crop = invocation[crop] { pipeline.cropScale = crop }
    if let ratio = invocation[ratio] { pipeline.cropRatio = ratio }
    if let jitter = invocation[jitter], jitter.count == 4 {
      pipeline.brightness = jitter[0]
      pipeline.contrast = jitter[1]
      pipeline.saturation = jitter[2]
      pipeline.hue = jitter[3]
      if pipeline.jitterProbability == 0 { pipeline.jitterProbability = 0.8 }
    }
    pipeline.jitterProbability = invocation[pJitter] ?? pipeline.jitterProbability
    pipeline.grayscaleProbability = invocation[gray] ?? pipeline.grayscaleProbability
    pipeline.blurProbability = invocation[blur] ?? pipeline.blurProbability
    pipeline.solarizeProbability = invocation[solarize] ?? pipeline.solarizeProbability
    pipeline.equalizeProbability = invocation[equalize] ?? pipeline.equalizeProbability
    pipeline.flipProbability = invocation[flip] ?? pipeline.flipProbability
    try pipeline.validate()
    try bench.setAugmentation(AugmentationChoice(preset: name, pipeline: pipeline))
    return .text("  augment \(name)  " + describe(pipeline))
  }

  private static func describe(_ p: Augmentation) -> String {
    guard p != .none else { return "views are the images themselves" }
    var parts: [String] = []
    if let scale = p.cropScale {
      parts.append(
        "crop \(NumberFormat.short(scale.lowerBound)):\(NumberFormat.short(scale.upperBound))")
    }
    let jitter = [p.brightness, p.contrast, p.saturation, p.hue].map(NumberFormat.short)
    parts.append("jitter [\(jitter.joined(separator: ","))] p \(p.jitterProbability)")
    for (name, value) in [
      ("gray", p.grayscaleProbability), ("blur", p.blurProbability),
      ("solarize", p.solarizeProbability), ("equalize", p.equalizeProbability),
      ("flip", p.flipProbability),
    ] where value > 0 { parts.append("\(name) \(NumberFormat.short(value))") }
    return parts.joined(separator: "  ")
  }

  private static func show(_ invocation: Invocation, _ bench: Workbench) throws -> Output {
    let views = try bench.sampleViews(invocation[id], count: invocation[count])
    return .table(
      Table(
        [
          Table.Column("view"), Table.Column("crop", unit: "top left h×w"),
          Table.Column("area", unit: "%", decimals: 1), Table.Column("flip"),
          Table.Column("gray"), Table.Column("jitter"),
        ],
        rows: views.map { view in
          let p = view.parameters
          let jitter = p.jitter.map { "\($0.kind.rawValue) \(NumberFormat.fixed($0.factor, 2))" }
          return [
            .text("e\(view.epoch) v\(view.view + 1)"),
            .text("\(p.crop.top) \(p.crop.left) \(p.crop.height)×\(p.crop.width)"),
            .number(100 * view.areaShare), .text(p.isFlipped ? "yes" : "no"),
            .text(p.isGrayscale ? "yes" : "no"),
            .text(jitter.isEmpty ? "none" : jitter.joined(separator: ", ")),
          ]
        }))
  }

  private static func apply(_ invocation: Invocation, _ context: CommandContext) throws -> Output {
    guard let path = try context.shell.files.checkedPath(for: invocation) else { return .nothing }
    let parsed: AugmentScript
    do {
      parsed = try AugmentScript(invocation[script])
    } catch let error as AugmentationError {
      throw invocation.error(error.description, at: script)
    }
    let wanted = invocation[ids]
    let result = try context.workbench.apply(parsed, to: wanted.expanded)
    try NPY.write(result.array, to: path)
    context.shell.files.didWrite(path)
    return .text("  \(path)  \(result.text)")
  }
}
