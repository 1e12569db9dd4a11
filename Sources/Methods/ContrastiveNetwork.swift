import Kernels
import Layers
import Tensors

/// The modules of one configuration: backbone, projector, predictor, online classifier.
///
/// Parameters are named `backbone.*`, `projector.*`, `predictor.*`, `classifier.*`.
public final class ContrastiveNetwork {
  /// Where the modules registered their parameters and buffers.
  public let layout = StateLayout()
  /// The backbone's choices.
  public let backboneConfiguration: BackboneConfiguration
  /// The method's choices, or nil for a backbone alone.
  public let method: MethodConfiguration?
  /// The shape of one input: [H, W, C] or [D].
  public let inputShape: [Int]
  /// How convolutions are computed.
  public let convolution: ConvolutionChoice
  /// The dimension of h.
  public let featureDimension: Int
  private let backbone: any Backbone
  private let projector: (any Layer)?
  private let predictor: (any Layer)?
  private let classifier: Linear?

  /// Registers the modules.
  public init(
    backbone configuration: BackboneConfiguration, method: MethodConfiguration?,
    inputShape: [Int], convolution: ConvolutionChoice = .auto
  ) {
    backboneConfiguration = configuration
    self.convolution = convolution
    self.method = method
    self.inputShape = inputShape
    let root = LayerScope(layout)
    backbone = configuration.build(root["backbone"], inputShape: inputShape)
    featureDimension = backbone.featureDimension
    let h = backbone.featureDimension
    guard let method else {
      projector = nil
      predictor = nil
      classifier = nil
      return
    }
    if method.name.isSimSiamFamily {
      projector = SimSiamProjector(
        root["projector"], inFeatures: h, hidden: method.projectorHidden,
        out: method.projectorOut)
      predictor = SimSiamPredictor(
        root["predictor"], features: method.projectorOut, hidden: method.predictorHidden)
    } else {
      projector = SimCLRProjector(
        root["projector"], inFeatures: h, hidden: method.projectorHidden,
        out: method.projectorOut)
      predictor = nil
    }
    classifier =
      method.classes > 0
      ? Linear(root["classifier"], inFeatures: h, outFeatures: method.classes) : nil
  }

  /// Records the training step of 2·batch views; with `keepsAll`, every activation is kept and
  /// seen apart.
  ///
  /// Precondition: the network has a method.
  func record(keepsAll: Bool) -> TrainingRecord {
    guard let method, let projector else { preconditionFailure("training needs a method") }
    let rows = 2 * method.batch
    let plan = PlanBuilder(
      isTraining: true, statisticGroups: method.statisticGroups, fusesActivations: !keepsAll,
      convolution: convolution)
    let x = plan.input("views", shape: [rows] + inputShape)
    let h = backbone(x, in: plan)
    let z = projector(h, in: plan)
    plan.keep(h)
    plan.keep(z)
    var record = TrainingRecord(plan: plan, views: x, h: h, z: z)
    if let predictor {
      let p = predictor(z, in: plan)
      plan.keep(p)
      record.p = p
      let loss = SimSiamLossOperation(rows: method.batch, dim: method.projectorOut)
      plan.addLoss(plan.scope("loss") { plan.add(loss, [p, plan.detach(z)], shape: [1]) })
      record.simSiamLoss = loss
    } else {
      let attends = method.name == .simclrAttn
      let features = attends && method.attention == .h ? h : z
      let dim = method.attention == .h ? featureDimension : method.projectorOut
      let loss = NTXentOperation(
        NTXent(temperature: method.temperature), rows: rows, dim: method.projectorOut,
        attentionDim: attends ? dim : nil)
      let inputs = attends ? [z, plan.detach(features)] : [z]
      plan.addLoss(plan.scope("loss") { plan.add(loss, inputs, shape: [1]) })
      record.contrastLoss = loss
    }
    if let classifier {
      let logits = classifier(plan.detach(h), in: plan)
      plan.keep(logits)
      let loss = ClassificationOperation(rows: rows, classes: method.classes)
      plan.addLoss(plan.scope("class_loss") { plan.add(loss, [logits], shape: [1]) })
      record.logits = logits
      record.classification = loss
    }
    if keepsAll { plan.keepAll() }
    return record
  }

  /// The bytes of a training step's plan; nil when they overflow, 0 without a method.
  ///
  /// With `keepsAll`, of the rerun that keeps every activation.
  public func trainingBytes(keepsAll: Bool = false) -> Int? {
    guard method != nil else { return 0 }
    return record(keepsAll: keepsAll).plan.plannedBytes(computesGradients: !keepsAll)
  }

  /// The convolutions of a training step in order; the first layer's input needs no gradient.
  ///
  /// Precondition: the network has a method.
  package var convolutions: [(name: String, shape: ConvolutionShape, needsInputGradient: Bool)] {
    record(keepsAll: false).plan.convolutions
  }

  /// The paths of all layers whose activations a training step computes.
  public var layerNames: [String] {
    var probe = method
    probe?.batch = 2
    guard let probe else { return [] }
    let small = ContrastiveNetwork(
      backbone: backboneConfiguration, method: probe, inputShape: inputShape,
      convolution: convolution)
    return small.record(keepsAll: true).plan.operationNames
  }

  /// Records the evaluation of `rows` inputs with running statistics.
  public func recordEvaluation(rows: Int) -> EvaluationRecord {
    let plan = PlanBuilder(isTraining: false, convolution: convolution)
    let x = plan.input("inputs", shape: [rows] + inputShape)
    let h = backbone(x, in: plan)
    plan.keep(h)
    var record = EvaluationRecord(plan: plan, inputs: x, h: h)
    if let projector {
      let z = projector(h, in: plan)
      plan.keep(z)
      record.z = z
      if let predictor {
        let p = predictor(z, in: plan)
        plan.keep(p)
        record.p = p
      }
    }
    if let classifier {
      let logits = classifier(h, in: plan)
      plan.keep(logits)
      record.logits = logits
    }
    return record
  }
}

/// The recorded training step with handles to what is fed and read.
struct TrainingRecord {
  let plan: PlanBuilder
  let views: Value
  let h: Value
  let z: Value
  var p: Value?
  var logits: Value?
  var simSiamLoss: SimSiamLossOperation?
  var contrastLoss: NTXentOperation?
  var classification: ClassificationOperation?

  init(plan: PlanBuilder, views: Value, h: Value, z: Value) {
    self.plan = plan
    self.views = views
    self.h = h
    self.z = z
  }
}

/// The recorded evaluation with handles to what is fed and read.
public struct EvaluationRecord {
  /// The recorded operations.
  public let plan: PlanBuilder
  /// The inputs [rows, …].
  public let inputs: Value
  /// The features h.
  public let h: Value
  /// The projections z, where there is a projector.
  public var z: Value?
  /// The predictions p, where there is a predictor.
  public var p: Value?
  /// The online classifier's logits, where there is one.
  public var logits: Value?
}
