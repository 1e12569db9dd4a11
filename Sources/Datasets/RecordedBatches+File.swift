import Files

extension RecordedBatches {
  /// Reads a safetensors or npz file of recorded batches.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - memoryLimit: the largest accepted size of all views in memory, in bytes.
  /// - Returns: the batches, channels last.
  /// - Throws: `DatasetError` or `FileError` when tensors are missing or do not fit together.
  public static func read(_ path: String, memoryLimit: Int = Int.max) throws -> RecordedBatches {
    let source = try TensorSource(path: path, limit: memoryLimit)
    let axes = ["E", "S", "B", "C", "H", "W"]
    let (type, shape) = try source.shape("view1", axes: axes)
    let (otherType, otherShape) = try source.shape("view2", axes: axes)
    guard otherShape == shape else {
      throw DatasetError(
        "'\(path)', 'view2': expected the shape of 'view1' \(shape), found \(otherShape)")
    }
    guard type.isFloat, otherType.isFloat else {
      throw DatasetError(
        "'\(path)': expected floating-point views, found \(type.rawValue), \(otherType.rawValue)")
    }
    // Both views and one copy exist while the axes are reordered.
    guard let size = ElementType.float32.byteCount(of: shape), size <= memoryLimit / 3 else {
      throw DatasetError(
        "'\(path)', views \(shape): expected at most \(memoryLimit / 3) bytes each in memory")
    }
    var labels: [Int]?
    if source.contains("labels") {
      labels = try TensorImages.readLabels(source, count: nil)
    }
    var index: [Int]?
    if source.contains("index") {
      let (_, found) = try source.shape("index", axes: ["E", "S", "B"])
      guard found == Array(shape[0..<3]) else {
        throw DatasetError(
          "'\(path)', 'index': expected shape \(Array(shape[0..<3])), found \(found)")
      }
      index = try source.integers("index", below: TensorImages.sampleLimit)
    }
    return try RecordedBatches(
      shape: [shape[0], shape[1], shape[2], shape[4], shape[5], shape[3]],
      view1: reordered(try source.floats("view1"), shape, channelsLast: true),
      view2: reordered(try source.floats("view2"), shape, channelsLast: true), index: index,
      labels: labels, source: "'\(path)'")
  }

  /// Writes the batches to a safetensors file of the layout that `read` takes.
  ///
  /// - Parameter path: the file to make or replace.
  /// - Throws: `FileError` when it cannot be written.
  public func write(to path: String) throws {
    let shape = [epochs, stepsPerEpoch, batchSize, channels, height, width]
    var tensors: [SafetensorsTensor] = [
      .floats("view1", shape, Self.reordered(view1, shape, channelsLast: false)),
      .floats("view2", shape, Self.reordered(view2, shape, channelsLast: false)),
      .int64s("index", Array(shape[0..<3]), index),
    ]
    if let labels { tensors.append(.int64s("labels", [labels.count], labels)) }
    try SafetensorsWriter.write(to: path, tensors: tensors)
  }

  /// Returns views with the channels moved last or, the other way, before height and width.
  private static func reordered(_ values: [Float], _ shape: [Int], channelsLast: Bool) -> [Float] {
    let (channels, plane) = (shape[3], shape[4] * shape[5])
    let size = channels * plane
    return [Float](unsafeUninitializedCapacity: values.count) { target, filled in
      values.withUnsafeBufferPointer { source in
        for start in stride(from: 0, to: values.count, by: size) {
          for channel in 0..<channels {
            for p in 0..<plane {
              let first = start &+ channel &* plane &+ p
              let last = start &+ p &* channels &+ channel
              if channelsLast { target[last] = source[first] } else { target[first] = source[last] }
            }
          }
        }
      }
      filled = values.count
    }
  }
}
