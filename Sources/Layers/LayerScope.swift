import Tensors

/// A place in a model's tree of names; layers register their parameters under it.
public struct LayerScope {
  /// Where parameters and buffers are collected.
  public let layout: StateLayout
  /// The path of names, joined by dots; empty at the root.
  public let path: String

  /// Makes the scope of a path.
  public init(_ layout: StateLayout, path: String = "") {
    self.layout = layout
    self.path = path
  }

  /// Returns the scope of a child, named as in PyTorch's state dict.
  public subscript(child: String) -> LayerScope {
    LayerScope(layout, path: path.isEmpty ? child : path + "." + child)
  }

  /// Returns the scope of a child of a `Sequential`.
  public subscript(index: Int) -> LayerScope { self["\(index)"] }
}

/// A layer records its operations in a plan.
public protocol Layer {
  /// Records the layer applied to a value and returns its output.
  func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value
}
