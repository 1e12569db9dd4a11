import Datasets
import Images
import Kernels
import Methods
import Tensors

/// Where a figure comes from, for its metadata and captions.
public struct FigureOrigin: Sendable, Equatable {
  /// The seed in force.
  public var seed: UInt64
  /// The hash of the data, nil without data.
  public var dataHash: UInt64?
  /// The number of completed steps; 0 without a model.
  public var step: Int
  /// The 0-based epoch that the next step belongs to.
  public var epoch: Int
  /// The state, nil without a model.
  public var fingerprint: Fingerprint?
}

extension Workbench {
  /// Where a figure drawn now would come from.
  public var origin: FigureOrigin {
    FigureOrigin(
      seed: seed, dataHash: data?.loaded.hash, step: learner?.step ?? 0,
      epoch: learner?.epoch ?? 0, fingerprint: fingerprint)
  }

  /// The number of samples that a figure takes when the user asks for none.
  ///
  /// Throws: `SessionError` when more are asked for than there are, or fewer than `least`.
  func sampleCount(_ asked: Int?, usual: Int, of count: Int, least: Int, what: String) throws -> Int
  {
    guard count >= least else {
      throw SessionError("a figure needs at least \(least) \(what), there are \(count)")
    }
    guard let asked else { return min(usual, count) }
    guard asked >= least, asked <= count else {
      throw SessionError(
        "n must be in \(least)…\(count), the number of \(what), got \(asked)", about: "n")
    }
    return asked
  }

  /// Describes evaluated samples at some places, with pictures.
  func figureSamples(
    _ set: EvaluationSet, _ samples: EvaluationSamples, at places: [Int]
  ) throws -> FigureSamples {
    let content = try loadedData().loaded
    var out = FigureSamples(
      ids: places.map(samples.index), labels: places.map { samples.labels?[$0] },
      thumbnails: [], classNames: content.classNames)
    switch (content.content, set) {
    case (.images(let train, _), .train): out.thumbnails = out.ids.map { picture(train, $0) }
    case (.images(_, let test?), .test): out.thumbnails = out.ids.map { picture(test, $0) }
    default: out.thumbnails = inputPictures(places.count) { samples.write(places[$0], $1) }
    }
    if set == .probe { out.views = places.map { $0 < samples.count / 2 ? 0 : 1 } }
    return out
  }

  /// Describes rows of the last batch: places 0..<N are first views, N..<2N second ones.
  func batchSamples(at places: [Int]) throws -> FigureSamples {
    let learner = try model()
    guard let batch = learner.lastBatch else {
      throw SessionError.noBatch(step: learner.step)
    }
    let loaded = try loadedData().loaded
    let ids = places.map { batch.ids[$0 % batch.ids.count] }
    let views = learner.trainingGraph().views
    let size = learner.network.inputShape.reduce(1, *)
    return FigureSamples(
      ids: ids, views: places.map { $0 / batch.ids.count },
      labels: ids.map { loaded.labels?[$0] },
      thumbnails: inputPictures(places.count) { i, target in
        for j in 0..<size { target[j] = views[places[i] * size + j] }
      }, classNames: loaded.classNames)
  }

  private func picture(_ images: ImageDataset, _ id: Int) -> RGBImage? {
    let pixels = images.thumbnail(id)
    guard images.width > 0, images.height > 0, pixels.count == 3 * images.width * images.height
    else { return nil }
    return RGBImage(width: images.width, height: images.height, pixels: pixels)
  }

  /// Pictures of inputs as the network sees them.
  private func inputPictures(
    _ count: Int, write: (Int, MutableFloatPointer) -> Void
  ) -> [RGBImage?] {
    guard let loaded = data?.loaded, loaded.sampleShape.count == 3 else {
      return [RGBImage?](repeating: nil, count: count)
    }
    let shape = loaded.sampleShape
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    // Bytes were normalised by known constants; other values have no colours of their own.
    let isBytes = loaded.train?.isBytes == true
    return (0..<count).map { i in
      values.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return nil }
        write(i, base)
        return FigurePicture.make(
          base, height: shape[0], width: shape[1], channels: shape[2],
          mean: isBytes ? loaded.train?.mean : nil, std: isBytes ? loaded.train?.std : nil)
      }
    }
  }

  /// Refuses features that cannot be compared.
  func checkFinite(_ features: Tensor, _ name: String, ids: [Int]) throws {
    let dim = max(1, features.shape.dropFirst().reduce(1, *))
    guard let first = features.values.firstIndex(where: { !$0.isFinite }) else { return }
    let bad = features.values.count { !$0.isFinite }
    throw SessionError(
      "\(bad) of \(features.values.count) values of \(name) are not finite, the first "
        + "(\(features.values[first])) in sample \(ids[first / dim])", help: "stats \(name)")
  }
}
