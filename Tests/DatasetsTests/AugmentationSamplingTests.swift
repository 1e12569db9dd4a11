import Datasets
import Files
import Images
import TestSupport
import Testing

/// Draws against statistics of torchvision's own samplers (`sampling` of the golden set).
@Suite struct AugmentationSamplingTests {
  static func sampling(_ name: String) throws -> JSONValue {
    let entries = try GoldenSet.load("golden-aug").root["sampling"]?.array ?? []
    return try #require(entries.first { $0["name"]?.string == name })
  }

  static func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.array).compactMap(\.double)
  }

  @Test func everyEntryOfTheSetIsTested() throws {
    let entries = try GoldenSet.load("golden-aug").root["sampling"]?.array ?? []
    #expect(
      entries.compactMap { $0["name"]?.string } == [
        "cifar_008", "cifar_02", "imagenet_008", "wide", "color_jitter_order",
      ])
  }

  @Test(arguments: ["cifar_008", "cifar_02", "imagenet_008", "wide"])
  func cropsAreDistributedAsTorchvisions(_ name: String) throws {
    let entry = try Self.sampling(name)
    let width = try #require(entry["image_width"]?.int)
    let height = try #require(entry["image_height"]?.int)
    let boxes = try crops(entry, width: width, height: height)
    let n = Double(boxes.count)
    let m = try #require(entry["draws"]?.double)
    let area = Double(width * height)
    let fractions = boxes.map { Double($0.width * $0.height) / area }
    func expectMean(_ values: [Double], _ key: String) throws {
      let mean = values.reduce(0, +) / n
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      // The stored mean comes from m draws, this one from n.
      let limit = 5 * (variance * (1 / n + 1 / m)).squareRoot()
      expectClose(mean, try #require(entry[key]?.double), abs: limit, "\(name) \(key)")
    }
    try expectMean(fractions, "area_fraction_mean")
    try expectMean(boxes.map { Double($0.top) }, "top_mean")
    try expectMean(boxes.map { Double($0.left) }, "left_mean")
    try expectMean(boxes.map { Double($0.height) }, "height_mean")
    try expectMean(boxes.map { Double($0.width) }, "width_mean")
    let whole = boxes.map { $0.width * $0.height == width * height ? 1.0 : 0.0 }
    try expectMean(whole, "whole_image_fraction")
    let limit = 1.95 * ((n + m) / (n * m)).squareRoot()
    if let histogram = try histogram(name) {
      let distance = distance(boxes, histogram, columns: width + 1)
      #expect(distance < limit, "Kolmogorov-Smirnov distance \(distance)")
    } else {
      let sorted = fractions.sorted()
      let quantiles = try Self.numbers(entry["area_fraction_quantiles"])
      for (level, value) in zip(try Self.numbers(entry["quantile_levels"]), quantiles) {
        let below = Double(sorted.count { $0 <= value }) / n
        expectClose(below, level, abs: limit, "\(name) quantile \(level)")
      }
    }
  }

  private func crops(_ entry: JSONValue, width: Int, height: Int) throws -> [CropBox] {
    var augmentation = Augmentation.simclr
    let scale = try Self.numbers(entry["scale"])
    let ratio = try Self.numbers(entry["ratio"])
    augmentation.cropScale = scale[0]...scale[1]
    augmentation.cropRatio = ratio[0]...ratio[1]
    return (0..<50_000).map {
      let view = augmentation.sample(
        seed: 3, sample: $0, epoch: 1, view: 0, width: width, height: height)
      #expect(view.crop.fits(width: width, height: height))
      return view.crop
    }
  }

  /// The stored counts `[height + 1, width + 1]` of box sizes, for the small images.
  private func histogram(_ name: String) throws -> [Int]? {
    let set = try GoldenSet.load("golden-aug")
    let file = try SafetensorsFile(path: set.folder + "/sampling.safetensors")
    let key = "rrc_hist/" + name
    return file.contains(key) ? try file.int64s(key) : nil
  }

  /// The Kolmogorov–Smirnov distance of the areas of boxes from those of a histogram of sizes.
  private func distance(_ boxes: [CropBox], _ histogram: [Int], columns: Int) -> Double {
    var ours: [Int: Double] = [:]
    for box in boxes { ours[box.width * box.height, default: 0] += 1 / Double(boxes.count) }
    let total = Double(histogram.reduce(0, +))
    var theirs: [Int: Double] = [:]
    for (i, count) in histogram.enumerated() where count > 0 {
      theirs[(i / columns) * (i % columns), default: 0] += Double(count) / total
    }
    var worst = 0.0
    var gap = 0.0
    for area in Set(ours.keys).union(theirs.keys).sorted() {
      gap += (ours[area] ?? 0) - (theirs[area] ?? 0)
      worst = max(worst, abs(gap))
    }
    return worst
  }

  @Test func jitterOrdersAreEquallyLikelyAndFactorsUniform() throws {
    let entry = try Self.sampling("color_jitter_order")
    let draws = try #require(entry["draws"]?.int)
    let distinct = try #require(entry["distinct_orders"]?.int)
    var augmentation = Augmentation.simclr
    augmentation.jitterProbability = 1
    var orders: [[ColorAdjustment.Kind]: Int] = [:]
    var factors: [ColorAdjustment.Kind: [Double]] = [:]
    for i in 0..<draws {
      let view = augmentation.sample(seed: 9, sample: i, epoch: 0, view: 1, width: 32, height: 32)
      orders[view.jitter.map(\.kind), default: 0] += 1
      for step in view.jitter { factors[step.kind, default: []].append(step.factor) }
    }
    #expect(orders.count == distinct)
    let expected = Double(draws) / Double(distinct)
    for (order, count) in orders {
      expectClose(Double(count), expected, abs: 5 * expected.squareRoot(), "\(order)")
    }
    for (kind, range) in [
      (ColorAdjustment.Kind.brightness, 0.6...1.4), (.contrast, 0.6...1.4),
      (.saturation, 0.6...1.4), (.hue, -0.1...0.1),
    ] { expectUniform(try #require(factors[kind]), in: range, "\(kind)") }
  }

  /// Kolmogorov's test at about the 0.1 % level.
  private func expectUniform(_ values: [Double], in range: ClosedRange<Double>, _ label: String) {
    let sorted = values.sorted()
    let n = Double(sorted.count)
    var worst = 0.0
    for (i, value) in sorted.enumerated() {
      let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      worst = max(worst, abs(share - Double(i) / n), abs(share - Double(i + 1) / n))
    }
    #expect(worst < 1.95 / n.squareRoot(), "\(label): distance \(worst)")
  }

  @Test func stepsOccurWithTheirProbabilities() {
    var augmentation = Augmentation.simsiam
    augmentation.blurProbability = 0.5
    augmentation.solarizeProbability = 0.1
    augmentation.equalizeProbability = 0.3
    let n = 20_000
    let views = (0..<n).map {
      augmentation.sample(seed: 1, sample: $0, epoch: 0, view: 0, width: 32, height: 32)
    }
    func expectShare(_ probability: Double, _ label: String, _ occurs: (ViewParameters) -> Bool) {
      let limit = 5 * (probability * (1 - probability) / Double(n)).squareRoot()
      expectClose(Double(views.count(where: occurs)) / Double(n), probability, abs: limit, label)
    }
    expectShare(0.8, "jitter") { !$0.jitter.isEmpty }
    expectShare(0.2, "gray") { $0.isGrayscale }
    expectShare(0.5, "blur") { $0.blurSigma != nil }
    expectShare(0.1, "solarize") { $0.solarizeThreshold == 128 }
    expectShare(0.3, "equalize") { $0.isEqualized }
    expectShare(0.5, "flip") { $0.isFlipped }
    expectUniform(views.compactMap(\.blurSigma), in: 0.1...2, "sigma")
  }

  @Test func viewsDependOnTheirKeyAlone() {
    func view(_ a: Augmentation, _ seed: UInt64, _ s: Int, _ e: Int, _ v: Int) -> ViewParameters {
      a.sample(seed: seed, sample: s, epoch: e, view: v, width: 32, height: 32)
    }
    let simclr = Augmentation.simclr
    let first = view(simclr, 1, 2, 3, 0)
    #expect(first == view(simclr, 1, 2, 3, 0))
    for other in [
      view(simclr, 2, 2, 3, 0), view(simclr, 1, 3, 3, 0), view(simclr, 1, 2, 4, 0),
      view(simclr, 1, 2, 3, 1),
    ] { #expect(first.crop != other.crop) }
    // Turning steps off leaves the other draws as they were.
    var plain = simclr
    plain.jitterProbability = 0
    plain.grayscaleProbability = 0
    for sample in 0..<100 {
      let a = view(simclr, 5, sample, 0, 0)
      let b = view(plain, 5, sample, 0, 0)
      #expect(a.crop == b.crop && a.isFlipped == b.isFlipped && b.jitter.isEmpty)
    }
  }
}
