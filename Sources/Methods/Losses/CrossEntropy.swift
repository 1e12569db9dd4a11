import Kernels

/// Mean cross-entropy of class logits over the labelled rows.
///
/// Source: PyTorch `cross_entropy` with `ignore_index=-1`. Differs: with no labelled row the loss
/// is 0, not NaN.
public enum CrossEntropy {
  private static let grain = 8

  /// Returns the floats of workspace that a batch needs.
  public static func workspaceCount(rows: Int) -> Int { Workspace.doubles(rows) }

  /// Returns the mean loss and writes `weight` times its gradient.
  ///
  /// Shape: logits, gradient [rows, classes]; labels [rows], a label outside 0..<classes (−1) is
  /// ignored: no loss, gradient 0. `gradient` may be `logits`.
  public static func evaluate(
    _ workers: Workers, logits: FloatPointer, labels: UnsafePointer<Int32>, rows: Int,
    classes: Int, weight: Double = 1, gradient: MutableFloatPointer?,
    workspace: MutableFloatPointer
  ) -> Double {
    var labelled = 0
    for i in 0..<rows where labels[i] >= 0 && labels[i] < classes { labelled += 1 }
    var space = Workspace(workspace)
    let losses = space.doubles(rows)
    let scale = labelled > 0 ? weight / Double(labelled) : 0
    workers.parallel(count: rows, grain: grain) { range, worker in
      let scratch = workers.scratch(worker, count: classes)
      for i in range {
        let row = logits + i * classes
        let label = Int(labels[i])
        guard label >= 0, label < classes else {
          losses[i] = 0
          if let gradient { (gradient + i * classes).update(repeating: 0, count: classes) }
          continue
        }
        let top = Rows.maximum(row, classes)
        let sum = Rows.exp(row, classes, shift: -top, to: scratch)
        losses[i] = Exact.log(sum) - (Double(row[label]) - Double(top))
        guard let gradient else { continue }
        let out = gradient + i * classes
        Rows.scale(Float(scale / sum), scratch, classes, to: out)
        out[label] = Float(scale * (Double(scratch[label]) / sum - 1))
      }
    }
    var total = 0.0
    for i in 0..<rows { total += losses[i] }
    return labelled > 0 ? total / Double(labelled) : 0
  }
}
