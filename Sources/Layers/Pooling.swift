import Kernels
import Tensors

/// Max-pooling of maps.
///
/// Source: `torch.nn.MaxPool2d`.
package struct MaxPool2d: Layer {
  private let path: String
  private let kernelSize: Int
  private let stride: Int
  private let padding: Int

  /// Makes the layer.
  package init(_ scope: LayerScope, kernelSize: Int, stride: Int, padding: Int) {
    path = scope.path
    self.kernelSize = kernelSize
    self.stride = stride
    self.padding = padding
  }

  package func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    let s = plan.shape(x)
    let shape = PoolingShape(
      n: s[0], h: s[1], w: s[2], c: s[3], window: kernelSize, stride: stride, padding: padding)
    return plan.scope(path) {
      plan.add(MaxPoolOperation(shape), [x], shape: [s[0], shape.oh, shape.ow, s[3]])
    }
  }
}

/// The mean over all positions: [N, H, W, C] → [N, C].
///
/// Source: `torch.nn.AdaptiveAvgPool2d`.
package struct AdaptiveAvgPool2d: Layer {
  private let path: String

  /// Makes the layer.
  package init(_ scope: LayerScope) { path = scope.path }

  package func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    let s = plan.shape(x)
    return plan.scope(path) {
      plan.add(
        GlobalAveragePoolOperation(n: s[0], positions: s[1] * s[2], channels: s[3]), [x],
        shape: [s[0], s[3]])
    }
  }
}
