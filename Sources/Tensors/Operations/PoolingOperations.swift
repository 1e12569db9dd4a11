import Kernels

/// Takes the maximum of each window: [N, H, W, C] → [N, H′, W′, C].
///
/// Source: `torch.nn.MaxPool2d`; equal maxima send their gradient to the first in row-major order.
package final class MaxPoolOperation: Operation {
  package let kind = "maxpool"
  private let shape: PoolingShape

  /// Makes the operation.
  package init(_ shape: PoolingShape) { self.shape = shape }

  package var stateCount: Int { shape.n * shape.oh * shape.ow * shape.c }

  private func places(_ c: OperationContext) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(c.state).assumingMemoryBound(to: Int32.self)
  }

  package func forward(_ c: OperationContext) {
    maxPool(c.workers, shape, x: c.input(), y: c.output(), argmax: places(c))
  }

  package func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient(), let dx = c.inputGradient() else { return }
    maxPoolBackward(
      c.workers, shape, dy: dy, argmax: places(c), accumulate: c.addsToInputGradient(), dx: dx)
  }
}

/// Takes the mean over positions: [N, H, W, C] → [N, C].
///
/// Source: `torch.nn.AdaptiveAvgPool2d((1, 1))`.
package final class GlobalAveragePoolOperation: Operation {
  package let kind = "avgpool"
  private let n: Int
  private let positions: Int
  private let channels: Int

  /// Makes the operation.
  package init(n: Int, positions: Int, channels: Int) {
    self.n = n
    self.positions = positions
    self.channels = channels
  }

  package func forward(_ c: OperationContext) {
    globalAveragePool(
      c.workers, n: n, positions: positions, c: channels, x: c.input(), y: c.output())
  }

  package func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient(), let dx = c.inputGradient() else { return }
    globalAveragePoolBackward(
      c.workers, n: n, positions: positions, c: channels, dy: dy,
      accumulate: c.addsToInputGradient(), dx: dx)
  }
}

/// Computes max(x, 0) of any shape.
package final class ReLUOperation: Operation {
  package let kind = "relu"
  private let count: Int

  /// Makes the operation for a number of elements.
  package init(count: Int) { self.count = count }

  package var savesOutput: Bool { true }

  package func forward(_ c: OperationContext) {
    relu(c.workers, count: count, x: c.input(), y: c.output())
  }

  package func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient(), let dx = c.inputGradient() else { return }
    reluBackward(
      c.workers, count: count, y: FloatPointer(c.output()), dy: dy,
      accumulate: c.addsToInputGradient(), dx: dx)
  }
}

/// Adds two values of one shape; the residual connection of plans that keep every activation.
package final class AddOperation: Operation {
  package let kind = "add"
  private let count: Int

  /// Makes the operation for a number of elements.
  package init(count: Int) { self.count = count }

  package func forward(_ c: OperationContext) {
    copyOrAdd(c.workers, count: count, x: c.input(0), accumulate: false, y: c.output())
    copyOrAdd(c.workers, count: count, x: c.input(1), accumulate: true, y: c.output())
  }

  package func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient() else { return }
    for i in 0..<2 {
      if let dx = c.inputGradient(i) {
        copyOrAdd(
          c.workers, count: count, x: dy, accumulate: c.addsToInputGradient(i), y: dx)
      }
    }
  }
}
