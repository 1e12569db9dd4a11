import Kernels
import Tensors

/// A 2-D convolution layer with weights [K, C, R, R], without dilation or groups.
///
/// Source: `torch.nn.Conv2d`; its default initialisation is uniform within 1/√fan_in.
package struct Conv2d: Layer {
  private let path: String
  private let inChannels: Int
  private let outChannels: Int
  private let kernelSize: Int
  private let stride: Int
  private let padding: Int
  private let weight: Parameter
  private let bias: Parameter?

  /// Registers the layer's parameters; `initializer` replaces the default of the weights.
  package init(
    _ scope: LayerScope, inChannels: Int, outChannels: Int, kernelSize: Int, stride: Int = 1,
    padding: Int = 0, bias: Bool = true, initializer: Initializer? = nil
  ) {
    path = scope.path
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.kernelSize = kernelSize
    self.stride = stride
    self.padding = padding
    let bound = 1 / Float(inChannels * kernelSize * kernelSize).squareRoot()
    weight = scope.layout.parameter(
      scope["weight"].path, shape: [outChannels, inChannels, kernelSize, kernelSize],
      initializer ?? .uniform(bound: bound))
    self.bias =
      bias
      ? scope.layout.parameter(
        scope["bias"].path, shape: [outChannels], .uniform(bound: bound)) : nil
  }

  package func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    let s = plan.shape(x)
    let shape = ConvolutionShape(
      n: s[0], h: s[1], w: s[2], c: inChannels, k: outChannels, r: kernelSize, s: kernelSize,
      stride: stride, padding: padding)
    precondition(
      s[3] == inChannels && shape.oh > 0 && shape.ow > 0, "'\(path)' expects maps, got \(s)")
    return plan.scope(path) {
      plan.add(
        Conv2dOperation(
          Convolution(shape, plan.convolution), weight: weight, bias: bias), [x],
        shape: [s[0], shape.oh, shape.ow, outChannels])
    }
  }
}
