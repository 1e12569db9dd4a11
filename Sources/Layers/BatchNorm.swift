import Kernels
import Tensors

/// Batch normalisation of the innermost dimension: rows [N, C] (1d) or maps [N, H, W, C] (2d).
///
/// Source: `torch.nn.BatchNorm1d`, `torch.nn.BatchNorm2d`; ε 1e−5, momentum 0.1.
package struct BatchNorm: Layer {
  private let path: String
  private let numFeatures: Int
  private let state: BatchNormState

  /// Registers γ and β (unless `affine` is off), running statistics and their counter.
  ///
  /// `trainsBias` off keeps β at 0 (the SimCLR projector's last normalisation); `weight` is γ's
  /// first value, 0 in the last normalisation of a residual block with zero initialisation.
  package init(
    _ scope: LayerScope, numFeatures: Int, affine: Bool = true, weight: Float = 1,
    trainsBias: Bool = true
  ) {
    path = scope.path
    self.numFeatures = numFeatures
    let layout = scope.layout
    state = BatchNormState(
      weight: affine
        ? layout.parameter(scope["weight"].path, shape: [numFeatures], .constant(weight)) : nil,
      bias: affine
        ? layout.parameter(
          scope["bias"].path, shape: [numFeatures], .constant(0), isTrainable: trainsBias) : nil,
      runningMean: layout.buffer(scope["running_mean"].path, shape: [numFeatures], start: 0),
      runningVariance: layout.buffer(scope["running_var"].path, shape: [numFeatures], start: 1),
      counter: layout.counter(scope["num_batches_tracked"].path))
  }

  package func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    self(x, residual: nil, relu: nil, in: plan)
  }

  /// Records normalisation, then the residual add and the ReLU where asked.
  ///
  /// `relu` is the path under which the activation is seen when operations are kept apart.
  package func callAsFunction(
    _ x: Value, residual: Value?, relu: String?, in plan: PlanBuilder
  ) -> Value {
    let s = plan.shape(x)
    precondition(s.last == numFeatures, "'\(path)' expects \(numFeatures) channels, got \(s)")
    let shape = BatchNormShape(
      rows: s.dropLast().reduce(1, *), channels: numFeatures, groups: plan.statisticGroups)
    guard !plan.fusesActivations else {
      return plan.scope(relu ?? path) {
        plan.add(
          BatchNormOperation(
            shape, state, isTraining: plan.isTraining, hasResidual: residual != nil,
            relu: relu != nil), [x] + (residual.map { [$0] } ?? []), shape: s)
      }
    }
    var y = plan.scope(path) {
      plan.add(
        BatchNormOperation(
          shape, state, isTraining: plan.isTraining, hasResidual: false, relu: false), [x],
        shape: s)
    }
    let count = s.reduce(1, *)
    if let residual {
      y = plan.scope(path + "+residual") {
        plan.add(AddOperation(count: count), [y, residual], shape: s)
      }
    }
    if let relu { y = plan.scope(relu) { plan.add(ReLUOperation(count: count), [y], shape: s) } }
    return y
  }
}
