import Tensors

/// A fixed set of training samples with two stored views each, on which states are compared.
public struct ProbeSet: Sendable {
  /// The default number of samples.
  public static let defaultCount = 512

  /// The samples' indices, ascending.
  public let ids: [Int]
  /// The class of each sample, nil when unknown.
  public let labels: [Int]?
  /// The shape of one view, [H, W, C].
  public let viewShape: [Int]
  /// The views, [2·P, H, W, C]: the first view of every sample, then the second.
  public let views: [Float]
  /// What was drawn for each view, in the order of `views`; empty when nothing was.
  public let parameters: [ViewParameters]

  /// The number of samples, P.
  public var count: Int { ids.count }

  /// Chooses samples and makes their views, from the stream `.probe` of the seed.
  ///
  /// Recorded batches give the views of each sample's first occurrence.
  ///
  /// - Parameters:
  ///   - data: the data set.
  ///   - augmentation: how views of images are made; nil stores the image itself twice.
  ///   - count: the number of samples; all of them when there are fewer.
  ///   - seed: the session's seed.
  ///   - memoryLimit: the largest accepted size of the views, in bytes.
  /// - Throws: `DatasetError` when the count is below 1 or the views are too large, or what
  ///   augmenting threw.
  public init(
    data: LoadedData, augmentation: Augmentation?, count: Int = defaultCount, seed: UInt64,
    memoryLimit: Int = Int.max
  ) throws {
    guard count >= 1 else {
      throw DatasetError("probe=\(count): expected at least 1", about: "probe")
    }
    var random = RandomStream(seed: seed, stream: .probe)
    let chosen = random.permutation(data.sampleCount).prefix(count).sorted()
    let drawer = try Drawer(data, augmentation, seed)
    let places = drawer.available(chosen)
    let shape = drawer.maker.viewShape
    let size = shape.reduce(1, *)
    guard size == 0 || places.count <= memoryLimit / 8 / size else {
      throw DatasetError(
        "probe=\(count): expected views of at most \(memoryLimit) bytes, "
          + "found \(places.count) samples of \(8 * size)", about: "probe")
    }
    var drawn: [ViewParameters] = []
    views = try [Float](unsafeUninitializedCapacity: 2 * places.count * size) { buffer, filled in
      if let base = buffer.baseAddress {
        base.initialize(repeating: 0, count: 2 * places.count * size)
        for view in 0..<2 {
          for (i, sample) in places.enumerated() {
            let target = base + (view * places.count + i) * size
            if let parameters = try drawer.draw(sample, view, into: target) {
              drawn.append(parameters)
            }
          }
        }
      }
      filled = 2 * places.count * size
    }
    ids = places
    viewShape = shape
    parameters = drawn
    labels = data.labels.map { labels in places.map { labels[$0] } }
  }

  /// Makes the stored views of one kind of data.
  private struct Drawer {
    let maker: any ViewMaker
    private let seed: UInt64
    private let augmented: AugmentedViews?
    /// Where each sample of recorded batches occurs first.
    private var first: [Int: Int] = [:]
    private var batches: RecordedBatches?

    init(_ data: LoadedData, _ augmentation: Augmentation?, _ seed: UInt64) throws {
      self.seed = seed
      switch data.content {
      case .images(let train, _):
        augmented = try augmentation.map {
          try AugmentedViews(images: train, augmentation: $0, seed: seed, workers: 1)
        }
        maker = augmented ?? PlainViews(images: train)
      case .points(let points):
        augmented = nil
        maker = NeighbourViews(points: points, seed: seed)
      case .batches(let recorded):
        augmented = nil
        maker = RecordedViews(batches: recorded)
        batches = recorded
        for (place, sample) in recorded.index.enumerated() where first[sample] == nil {
          first[sample] = place
        }
      }
    }

    /// Returns the samples that have views; recorded epochs may lack some.
    func available(_ samples: [Int]) -> [Int] {
      batches == nil ? samples : samples.filter { first[$0] != nil }
    }

    func draw(_ sample: Int, _ view: Int, into target: UnsafeMutablePointer<Float>) throws
      -> ViewParameters?
    {
      if let augmented {
        // View 0 of the stream chose the samples.
        var random = RandomStream(seed: seed, stream: .probe, view: view + 1, sample: sample)
        let parameters = augmented.augmentation.draw(
          from: &random, width: augmented.images.width, height: augmented.images.height)
        augmented.render(parameters, of: sample, worker: 0, into: target)
        return parameters
      }
      var request = ViewRequest(sample: sample, view: view, epoch: 0)
      if let batches, let place = first[sample] {
        let step = place / batches.batchSize
        request.epoch = step / batches.stepsPerEpoch
        request.step = step % batches.stepsPerEpoch
        request.position = place % batches.batchSize
      }
      return try maker.makeView(request, into: target)
    }
  }
}
