import Kernels

/// One convolution with its memory, ready to run each of its three passes.
///
/// The only file here that knows how the kernels are called. A pass includes what a step does
/// for it: preparing the weights.
final class ConvolutionCase {
  /// The three passes.
  enum Pass: String, CaseIterable {
    case forward
    case data = "backward data"
    case weights = "backward weights"
  }

  private let convolution: Convolution
  private let workers: Workers
  private let x: Arena
  private let y: Arena
  private let w: Arena
  private let workspace: Arena

  init(_ shape: ConvolutionShape, _ choice: ConvolutionChoice, workers: Workers) {
    convolution = Convolution(shape, choice)
    self.workers = workers
    x = Self.filled(shape.n * shape.h * shape.w * shape.c)
    y = Self.filled(shape.n * shape.oh * shape.ow * shape.k)
    w = Self.filled(shape.k * shape.c * shape.r * shape.s)
    workspace = Self.filled(convolution.workspaceCount)
  }

  private static func filled(_ count: Int) -> Arena {
    var layout = ArenaLayout()
    layout.add("values", shape: [count])
    let arena = Arena(layout: layout)
    for i in 0..<count { arena.base[i] = Float(i &* 7919 % 1021) / 1021 - 0.5 }
    return arena
  }

  /// The algorithm that is used for a pass.
  func algorithm(_ pass: Pass) -> String {
    switch pass {
    case .forward: convolution.forwardAlgorithm.rawValue
    case .data: convolution.dataAlgorithm.rawValue
    case .weights: convolution.weightsAlgorithm.rawValue
    }
  }

  /// Runs a pass; its output overwrites the case's own input or gradient.
  func run(_ pass: Pass) {
    switch pass {
    case .forward:
      convolution.forward(
        workers, x: x.base, weights: w.base, bias: nil, workspace: workspace.base, y: y.base)
    case .data:
      convolution.backwardData(
        workers, dy: y.base, weights: w.base, accumulate: false, workspace: workspace.base,
        dx: x.base)
    case .weights:
      convolution.backwardWeights(
        workers, x: x.base, dy: y.base, accumulate: false, workspace: workspace.base,
        dw: w.base)
    }
  }
}
