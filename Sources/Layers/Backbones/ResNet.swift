import Tensors

/// A ResNet without its last linear layer: [N, H, W, 3] → h [N, 8·width] (32·width for ResNet-50).
///
/// Source: torchvision's `resnet18`, `resnet34`, `resnet50` (v1.5: a bottleneck's stride is in its
/// 3×3 convolution), with their names and Kaiming-normal (`fan_out`) initialisation. The CIFAR
/// stem replaces `conv1` afterwards in both halves of the reference, so it keeps PyTorch's default.
package struct ResNet: Backbone {
  package let featureDimension: Int
  private let path: String
  private let conv1: Conv2d
  private let bn1: BatchNorm
  private let maxpool: MaxPool2d?
  private let blocks: [ResidualBlock]
  private let avgpool: AdaptiveAvgPool2d

  /// Registers the network's parameters.
  package init(_ scope: LayerScope, _ c: BackboneConfiguration, inChannels: Int) {
    path = scope.path
    let isCIFAR = c.stem == .cifar
    conv1 = Conv2d(
      scope["conv1"], inChannels: inChannels, outChannels: c.width, kernelSize: isCIFAR ? 3 : 7,
      stride: isCIFAR ? 1 : 2, padding: isCIFAR ? c.padding : 3, bias: false,
      initializer: isCIFAR ? nil : kaimingNormal(outChannels: c.width, kernelSize: 7))
    bn1 = BatchNorm(scope["bn1"], numFeatures: c.width)
    maxpool =
      isCIFAR ? nil : MaxPool2d(scope["maxpool"], kernelSize: 3, stride: 2, padding: 1)
    let depths = c.name == .resnet18 ? [2, 2, 2, 2] : [3, 4, 6, 3]
    let isBottleneck = c.name == .resnet50
    var channels = c.width
    var blocks: [ResidualBlock] = []
    for (stage, depth) in depths.enumerated() {
      for i in 0..<depth {
        let block = ResidualBlock(
          scope["layer\(stage + 1)"][i], inChannels: channels, width: c.width << stage,
          stride: i == 0 && stage > 0 ? 2 : 1, isBottleneck: isBottleneck, zeroInit: c.zeroInit)
        blocks.append(block)
        channels = block.outChannels
      }
    }
    self.blocks = blocks
    avgpool = AdaptiveAvgPool2d(scope["avgpool"])
    featureDimension = channels
  }

  package func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    var y = bn1(
      conv1(x, in: plan), residual: nil, relu: path.isEmpty ? "relu" : path + ".relu", in: plan)
    if let maxpool { y = maxpool(y, in: plan) }
    for block in blocks { y = block(y, in: plan) }
    return avgpool(y, in: plan)
  }
}

/// A basic block (3×3, 3×3) or a bottleneck (1×1, 3×3, 1×1 to four times the width).
struct ResidualBlock: Layer {
  let outChannels: Int
  private let path: String
  private let convolutions: [Conv2d]
  private let norms: [BatchNorm]
  private let downsample: (Conv2d, BatchNorm)?

  init(
    _ scope: LayerScope, inChannels: Int, width: Int, stride: Int, isBottleneck: Bool,
    zeroInit: Bool
  ) {
    path = scope.path
    let out = isBottleneck ? 4 * width : width
    outChannels = out
    // (in, out, kernel, stride) of each convolution.
    let plan =
      isBottleneck
      ? [(inChannels, width, 1, 1), (width, width, 3, stride), (width, out, 1, 1)]
      : [(inChannels, width, 3, stride), (width, width, 3, 1)]
    var convolutions: [Conv2d] = []
    var norms: [BatchNorm] = []
    for (i, p) in plan.enumerated() {
      convolutions.append(
        Conv2d(
          scope["conv\(i + 1)"], inChannels: p.0, outChannels: p.1, kernelSize: p.2, stride: p.3,
          padding: p.2 / 2, bias: false,
          initializer: kaimingNormal(outChannels: p.1, kernelSize: p.2)))
      norms.append(
        BatchNorm(
          scope["bn\(i + 1)"], numFeatures: p.1,
          weight: zeroInit && i == plan.count - 1 ? 0 : 1))
    }
    self.convolutions = convolutions
    self.norms = norms
    downsample =
      stride == 1 && inChannels == out
      ? nil
      : (
        Conv2d(
          scope["downsample"][0], inChannels: inChannels, outChannels: out, kernelSize: 1,
          stride: stride, bias: false,
          initializer: kaimingNormal(outChannels: out, kernelSize: 1)),
        BatchNorm(scope["downsample"][1], numFeatures: out)
      )
  }

  func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    var y = x
    for i in convolutions.indices.dropLast() {
      y = norms[i](
        convolutions[i](y, in: plan), residual: nil, relu: "\(path).relu\(i + 1)", in: plan)
    }
    let last = convolutions.count - 1
    y = convolutions[last](y, in: plan)
    let shortcut = downsample.map { $0.1($0.0(x, in: plan), in: plan) } ?? x
    return norms[last](y, residual: shortcut, relu: path, in: plan)
  }
}

/// Normal with variance 2/fan_out.
///
/// Source: `kaiming_normal_(mode="fan_out", nonlinearity="relu")`.
func kaimingNormal(outChannels: Int, kernelSize: Int) -> Initializer {
  .normal(std: (2 / Float(outChannels * kernelSize * kernelSize)).squareRoot())
}
