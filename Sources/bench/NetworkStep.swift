import Kernels
import Layers
import Methods
import Tensors

/// A supervised step of a backbone: forward, cross-entropy of a linear classifier, backward, SGD.
///
/// What other frameworks are timed on: no augmentation, no heads, no metrics.
final class NetworkStep {
  /// What a case runs.
  struct Choice {
    var name: String
    var backbone: BackboneConfiguration
    var side: Int
    var views: Int
  }

  /// The steps that `Tests/Peers` times too, and smaller ones.
  static let choices: [Choice] = {
    func net(_ name: BackboneName, stem: Stem = .cifar, padding: Int = 1, width: Int = 64)
      -> BackboneConfiguration
    {
      BackboneConfiguration(
        name: name, stem: stem, padding: padding, width: width, zeroInit: false)
    }
    return [
      Choice(
        name: "resnet18 padding 1 views 128", backbone: net(.resnet18), side: 32, views: 128),
      Choice(
        name: "resnet18 padding 2 views 128", backbone: net(.resnet18, padding: 2), side: 32,
        views: 128),
      Choice(
        name: "resnet18 padding 1 views 256", backbone: net(.resnet18), side: 32, views: 256),
      // A batch of 256 images.
      Choice(
        name: "resnet18 padding 1 views 512", backbone: net(.resnet18), side: 32, views: 512),
      Choice(name: "resnet50 padding 1 views 64", backbone: net(.resnet50), side: 32, views: 64),
      Choice(
        name: "resnet50 padding 2 views 64", backbone: net(.resnet50, padding: 2), side: 32,
        views: 64),
      Choice(
        name: "resnet18 imagenet 224 views 16",
        backbone: net(.resnet18, stem: .imagenet, padding: 3), side: 224, views: 16),
      Choice(
        name: "resnet18 width 16 views 64", backbone: net(.resnet18, width: 16), side: 32,
        views: 64),
      Choice(
        name: "resnet18 width 16 views 256", backbone: net(.resnet18, width: 16), side: 32,
        views: 256),
      // Channels that are no whole vectors.
      Choice(
        name: "resnet18 width 15 views 64", backbone: net(.resnet18, width: 15), side: 32,
        views: 64),
      Choice(
        name: "small width 16 views 128", backbone: net(.small, width: 16), side: 32, views: 128),
      Choice(
        name: "small width 16 views 512", backbone: net(.small, width: 16), side: 32, views: 512),
    ]
  }()

  private static let classes = 10
  private let workers: Workers
  private let model: ModelState
  private let plan: Plan
  private let optimizer: Optimizer
  private let momentum: Arena
  private let loss: ClassificationOperation
  private var steps = 0
  /// The direct-convolution FLOPs of a step.
  let flops: Double

  init(_ choice: Choice, workers: Workers) {
    self.workers = workers
    let shape = [choice.side, choice.side, 3]
    let layout = StateLayout()
    let root = LayerScope(layout)
    let backbone = choice.backbone.build(root["backbone"], inputShape: shape)
    let classifier = Linear(
      root["classifier"], inFeatures: backbone.featureDimension, outFeatures: Self.classes)
    let builder = PlanBuilder(isTraining: true)
    let x = builder.input("views", shape: [choice.views] + shape)
    let logits = classifier(backbone(x, in: builder), in: builder)
    loss = ClassificationOperation(rows: choice.views, classes: Self.classes)
    builder.addLoss(builder.add(loss, [logits], shape: [1]))
    flops = Self.flops(builder.convolutions)
    model = ModelState(layout)
    model.initialize(seed: 0)
    plan = Plan(builder, model: model, workers: workers, computesGradients: true)
    optimizer = Optimizer(
      OptimizerConfiguration(.sgd),
      groups: [OptimizerGroup(name: "all", baseLR: 0.01, weightDecay: 5e-4)],
      ranges: model.parameters.map {
        ParameterRange(
          name: $0.entry.name, offset: $0.entry.offset, count: $0.entry.count,
          ndim: $0.entry.shape.count, group: 0)
      }, parameterCount: model.values.floatCount)
    var slots = ArenaLayout()
    slots.add("momentum_buffer", shape: [model.values.floatCount])
    momentum = Arena(layout: slots)
    var stream = RandomStream(seed: 1, stream: .analysis)
    for i in plan.data(x).indices { plan.data(x)[i] = 4 * stream.uniform() - 2 }
    for i in 0..<choice.views { loss.labels[i] = Int32(i % Self.classes) }
  }

  /// The direct-convolution FLOPs of a forward and backward pass.
  static func flops(
    _ convolutions: [(name: String, shape: ConvolutionShape, needsInputGradient: Bool)]
  ) -> Double {
    convolutions.reduce(0) { $0 + $1.shape.flops * ($1.needsInputGradient ? 3 : 2) }
  }

  /// The bytes of activations, gradients of activations and scratch.
  var planBytes: Int { plan.memoryBytes }

  /// Takes one step and returns its loss.
  @discardableResult
  func run() -> Double {
    steps += 1
    plan.forward()
    plan.backward()
    optimizer.step(
      workers, parameters: model.values.base, gradients: FloatPointer(model.gradients.base),
      state: momentum.base, learningRates: [0.01], stepNumber: steps)
    plan.commit()
    return loss.loss
  }
}
