import Tensors

/// The first layers of a ResNet.
public enum Stem: String, Sendable, CaseIterable, Codable {
  /// A 3×3 convolution of stride 1 without pooling, for images of about 32 pixels.
  case cifar
  /// A 7×7 convolution of stride 2 and a 3×3 max-pool of stride 2.
  case imagenet
}

/// The names of the backbones.
public enum BackboneName: String, Sendable, CaseIterable, Codable {
  case resnet18, resnet34, resnet50, small, mlp
}

/// A backbone with every choice made.
public struct BackboneConfiguration: Sendable, Hashable, Codable {
  /// Which network.
  public var name: BackboneName
  /// The first layers; ResNets only.
  public var stem: Stem
  /// The padding of the CIFAR stem's convolution; ResNets only.
  public var padding: Int
  /// The base width: channels of the first stage (64 is the full ResNet), hidden units of `mlp`.
  public var width: Int
  /// Whether the last normalisation of each residual block starts at 0; ResNets only.
  public var zeroInit: Bool

  /// Makes a configuration.
  public init(name: BackboneName, stem: Stem, padding: Int, width: Int, zeroInit: Bool) {
    self.name = name
    self.stem = stem
    self.padding = padding
    self.width = width
    self.zeroInit = zeroInit
  }

  /// Registers the backbone's parameters under a scope.
  ///
  /// `inputShape` is [H, W, C] of images or [D] of points.
  public func build(_ scope: LayerScope, inputShape: [Int]) -> any Backbone {
    switch name {
    case .resnet18, .resnet34, .resnet50:
      ResNet(scope, self, inChannels: inputShape.last ?? 3)
    case .small: SmallCNN(scope, width: width, inChannels: inputShape.last ?? 3)
    case .mlp: MLP(scope, inFeatures: inputShape.reduce(1, *), width: width)
    }
  }
}

/// A network that turns inputs into features h.
public protocol Backbone: Layer {
  /// The dimension of h.
  var featureDimension: Int { get }
}
