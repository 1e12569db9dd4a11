import Files
import Tensors

extension Workbench {
  /// Restores what a weights file has.
  ///
  /// Throws: `SessionError` or `FileError` before anything changes.
  public func loadWeights(_ path: String, strict: Bool) throws -> Learner.LoadReport {
    let file = try SafetensorsFile(path: path)
    return try model().load(file, strict: strict)
  }

  /// Writes tensors whose names match one of the patterns (`*` matches anything; none: all).
  ///
  /// Throws: `SessionError` when a pattern matches nothing; `FileError` when the file cannot be
  /// written.
  public func saveTensors(_ path: String, patterns: [String], optimizer: Bool) throws -> Int {
    var tensors = try model().exportTensors(optimizer: optimizer)
    if !patterns.isEmpty {
      for pattern in patterns where !tensors.contains(where: { glob(pattern, $0.name) }) {
        throw SessionError(
          "no tensor matches '\(pattern)'", help: "params", about: "patterns", part: pattern)
      }
      tensors = tensors.filter { tensor in patterns.contains { glob($0, tensor.name) } }
    }
    try SafetensorsWriter.write(to: path, tensors: tensors)
    return tensors.count
  }

  /// Writes `features` [N, D], `index` [N] and, when known, `labels` [N].
  ///
  /// Throws: `SessionError` for a set or layer that is not there; `FileError`.
  public func saveFeatures(
    _ path: String, layer: EvaluationLayer, on set: EvaluationSet,
    isCancelled: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> FeatureTable {
    let table = try features(layer, on: set, isCancelled: isCancelled, progress: progress)
    var tensors = [
      SafetensorsTensor.floats("features", table.features.shape, table.features.values),
      SafetensorsTensor.int64s("index", [table.index.count], table.index),
    ]
    if let labels = table.labels {
      tensors.append(.int64s("labels", [labels.count], labels))
    }
    try SafetensorsWriter.write(to: path, tensors: tensors)
    return table
  }
}

/// Returns whether a name matches a pattern in which `*` stands for any characters.
public func glob(_ pattern: String, _ name: String) -> Bool {
  let p = Array(pattern.unicodeScalars)
  let n = Array(name.unicodeScalars)
  var i = 0
  var j = 0
  var star: (Int, Int)?
  while j < n.count {
    if i < p.count, p[i] == "*" {
      star = (i, j)
      i += 1
    } else if i < p.count, p[i] == n[j] || p[i] == "?" {
      i += 1
      j += 1
    } else if let (si, sj) = star {
      i = si + 1
      j = sj + 1
      star = (si, sj + 1)
    } else {
      return false
    }
  }
  while i < p.count, p[i] == "*" { i += 1 }
  return i == p.count
}
