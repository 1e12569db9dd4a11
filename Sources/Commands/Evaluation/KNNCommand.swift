import Analysis
import CommandLanguage
import Sessions

/// Measures weighted kNN accuracy on the test images.
public enum KNNCommand: Command {
  /// The features that neighbours are found by.
  public enum Layer: String, CaseIterable, Sendable {
    case h, z
  }

  static let k = Key<Int>(
    "k", .int(in: 1...100_000), default: 20, unit: "neighbours", help: "how many vote")
  static let temp = Key<Double?>(
    optional: "temp", .number(.above(0)), default: "0.07",
    help: "votes are exp(cos/temp); metric=cosine only")
  static let metric = Key<FeatureDistance>(
    "metric", .choice(of: FeatureDistance.self), default: .cosine,
    help: "nearness; euclidean votes with 1/(distance + 1e-5)")
  static let layer = Key<Layer>(
    "layer", .choice(of: Layer.self), default: .h, help: "which features")
  static let trainCount = Key<Int?>(
    optional: "n_train", .int(in: 1...100_000_000), default: "all", unit: "images",
    help: "training images in the memory, balanced over classes")
  static let testCount = Key<Int?>(
    optional: "n_test", .int(in: 1...100_000_000), default: "all", unit: "images",
    help: "test images asked about, balanced over classes")

  /// The declaration.
  public static let spec = CommandSpec(
    "knn", group: .evaluate, summary: "Measures weighted kNN accuracy on the test images.",
    details: "The training images in use are the memory, the test images the queries; eval mode "
      + "(running statistics), no augmentation. top-5 counts the five largest class sums. The "
      + "result is the metric 'knn' in expressions.",
    options: [k, temp, metric, layer, trainCount, testCount],
    examples: [
      Example("knn", "Top-1 and top-5 on h"),
      Example("knn layer=z k=5", "On projections, five neighbours"),
      Example("knn metric=euclidean n_train=100 n_test=50", "A quick look at part of the data"),
    ], seeAlso: ["track", "show"])

  /// Evaluates.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    var rule = WeightedKNN()
    rule.k = invocation[k]
    rule.distance = invocation[metric]
    if let temperature = invocation[temp] {
      guard rule.distance == .cosine else {
        throw invocation.error("temp belongs to metric=cosine, the metric is euclidean", at: temp)
      }
      rule.temperature = temperature
    }
    let work = LongWork(context, "features")
    let report = try context.workbench.knn(
      rule, layer: invocation[layer] == .h ? .h : .z, trainLimit: invocation[trainCount],
      testLimit: invocation[testCount], isCancelled: { context.cancellation.isRequested },
      progress: { done, all in work.report(done, all) })
    context.workbench.noteKNN(report.result.top1)
    return reply(report, rule, layer: invocation[layer].rawValue)
  }

  private static func reply(_ report: KNNReport, _ rule: WeightedKNN, layer: String) -> Output {
    let temperature = rule.distance == .cosine ? "   T \(NumberFormat.short(rule.temperature))" : ""
    var output = Output.text(
      "  top-1 \(NumberFormat.fixed(report.result.top1, 2)) %   "
        + "top-5 \(NumberFormat.fixed(report.result.top5, 2)) %   k \(rule.k)\(temperature)   "
        + "\(rule.distance.rawValue)   layer \(layer)   eval mode   \(report.memory) train × "
        + "\(report.queries) test")
    output.data = [
      ("top1", .number(report.result.top1)), ("top5", .number(report.result.top5)),
      ("k", .int(rule.k)), ("metric", .string(rule.distance.rawValue)),
      ("layer", .string(layer)), ("mode", .string("eval")), ("n_train", .int(report.memory)),
      ("n_test", .int(report.queries)),
    ]
    if rule.distance == .cosine { output.data.append(("temp", .number(rule.temperature))) }
    return output
  }
}
