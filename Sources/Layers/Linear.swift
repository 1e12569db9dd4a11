import Tensors

/// A linear layer [N, in] → [N, out] with weights [out, in].
///
/// Source: `torch.nn.Linear`; its default initialisation is uniform within 1/√in.
package struct Linear: Layer {
  private let path: String
  private let inFeatures: Int
  private let outFeatures: Int
  private let weight: Parameter
  private let bias: Parameter?

  /// Registers the layer's parameters; `trainsBias` off keeps the bias at its first values.
  package init(
    _ scope: LayerScope, inFeatures: Int, outFeatures: Int, bias: Bool = true,
    trainsBias: Bool = true
  ) {
    path = scope.path
    self.inFeatures = inFeatures
    self.outFeatures = outFeatures
    let bound = 1 / Float(inFeatures).squareRoot()
    weight = scope.layout.parameter(
      scope["weight"].path, shape: [outFeatures, inFeatures], .uniform(bound: bound))
    self.bias =
      bias
      ? scope.layout.parameter(
        scope["bias"].path, shape: [outFeatures], .uniform(bound: bound),
        isTrainable: trainsBias) : nil
  }

  package func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    let s = plan.shape(x)
    precondition(s.count == 2 && s[1] == inFeatures, "'\(path)' expects \(inFeatures), got \(s)")
    return plan.scope(path) {
      plan.add(
        LinearOperation(
          rows: s[0], inFeatures: inFeatures, outFeatures: outFeatures, weight: weight,
          bias: bias), [x], shape: [s[0], outFeatures])
    }
  }
}
