import Tensors

/// A four-layer CNN that trains in a minute on a laptop: [N, H, W, 3] → h [N, 8·width].
///
/// 3×3 convolutions with normalisation and ReLU; each after the first halves the map and doubles
/// the channels.
package struct SmallCNN: Backbone {
  package let featureDimension: Int
  private let stages: [(path: String, conv: Conv2d, norm: BatchNorm)]
  private let avgpool: AdaptiveAvgPool2d

  /// Registers the network's parameters.
  package init(_ scope: LayerScope, width: Int, inChannels: Int) {
    var channels = inChannels
    stages = (0..<4).map { i in
      let out = width << i
      defer { channels = out }
      return (
        scope["relu\(i + 1)"].path,
        Conv2d(
          scope["conv\(i + 1)"], inChannels: channels, outChannels: out, kernelSize: 3,
          stride: i == 0 ? 1 : 2, padding: 1, bias: false,
          initializer: kaimingNormal(outChannels: out, kernelSize: 3)),
        BatchNorm(scope["bn\(i + 1)"], numFeatures: out)
      )
    }
    avgpool = AdaptiveAvgPool2d(scope["avgpool"])
    featureDimension = channels
  }

  package func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    var y = x
    for stage in stages {
      y = stage.norm(stage.conv(y, in: plan), residual: nil, relu: stage.path, in: plan)
    }
    return avgpool(y, in: plan)
  }
}

/// A perceptron of two hidden layers for points or flattened images: [N, D] → h [N, width].
package struct MLP: Backbone {
  package let featureDimension: Int
  private let inFeatures: Int
  private let layers: [(path: String, linear: Linear, norm: BatchNorm)]
  private let output: Linear

  /// Registers the network's parameters.
  package init(_ scope: LayerScope, inFeatures: Int, width: Int) {
    self.inFeatures = inFeatures
    featureDimension = width
    layers = (0..<2).map { i in
      (
        scope["relu\(i + 1)"].path,
        Linear(
          scope["fc\(i + 1)"], inFeatures: i == 0 ? inFeatures : width, outFeatures: width,
          bias: false),
        BatchNorm(scope["bn\(i + 1)"], numFeatures: width)
      )
    }
    output = Linear(scope["fc3"], inFeatures: width, outFeatures: width)
  }

  package func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    var y = plan.flatten(x)
    for layer in layers {
      y = layer.norm(layer.linear(y, in: plan), residual: nil, relu: layer.path, in: plan)
    }
    return output(y, in: plan)
  }
}
