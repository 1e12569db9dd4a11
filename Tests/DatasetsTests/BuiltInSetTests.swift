import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct DemoTests {
  @Test func isTheSameEveryTime() throws {
    let first = try DatasetCatalog.load(name: "demo")
    let second = try DatasetCatalog.load(name: "demo")
    #expect(first.hash == second.hash)
    let train = try #require(first.train)
    let test = try #require(first.test)
    #expect(train.count == 2000 && test.count == 500 && train.height == 32)
    #expect(train.classCounts == Array(repeating: 200, count: 10))
    #expect(test.classCounts == Array(repeating: 50, count: 10))
    #expect(Set(train.classNames).count == 10)
  }

  @Test func normalizationIsThatOfTheTrainingImages() throws {
    let train = DatasetCatalog.demoImages
    guard case .bytes(let bytes) = train.pixels else {
      Issue.record("expected bytes")
      return
    }
    for channel in 0..<3 {
      let values = stride(from: channel, to: bytes.count, by: 3).map { Double(bytes[$0]) / 255 }
      let mean = values.reduce(0, +) / Double(values.count)
      let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      expectClose(train.mean[channel], mean, rel: 1e-6, "mean \(channel)")
      expectClose(train.std[channel], spread.squareRoot(), rel: 1e-6, "std \(channel)")
    }
  }

  /// Nearest neighbours of mean colours: chance is 10 %.
  @Test func coloursDoNotTellTheClass() throws {
    let data = try DatasetCatalog.load(name: "demo")
    let train = try #require(data.train)
    let test = try #require(data.test)
    func colors(_ set: ImageDataset) -> [SIMD3<Float>] {
      (0..<set.count).map { i in
        set.withBytes(of: i) { bytes in
          stride(from: 0, to: bytes.count, by: 3).reduce(into: SIMD3<Float>()) {
            $0 += SIMD3(Float(bytes[$1]), Float(bytes[$1 + 1]), Float(bytes[$1 + 2]))
          }
        } ?? SIMD3()
      }
    }
    let known = colors(train)
    let labels = try #require(train.labels)
    let wanted = try #require(test.labels)
    var right = 0
    for (i, color) in colors(test).enumerated() {
      let nearest = known.indices.min {
        let (a, b) = (known[$0] - color, known[$1] - color)
        return (a * a).sum() < (b * b).sum()
      }
      if let nearest, labels[nearest] == wanted[i] { right += 1 }
    }
    #expect(right < 100, "\(right) of 500")
  }
}

@Suite struct PointSetTests {
  @Test func pointsHaveTheStatedMoments() throws {
    let set = try PointSet.gauss2(count: 5000)
    let labels = try #require(set.labels)
    for (label, center) in [(0, -1.0), (1, 1.0)] {
      let chosen = labels.indices.filter { labels[$0] == label }
      #expect(chosen.count == 2500)
      for axis in 0..<2 {
        let values = chosen.map { Double(set.points[2 * $0 + axis]) }
        let mean = values.reduce(0, +) / 2500
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2499
        // Five standard errors of the mean and of the variance.
        #expect(abs(mean - (axis == 0 ? center : 0)) < 5 * (0.7 / 2500).squareRoot())
        #expect(abs(variance - 0.7) < 5 * 0.7 * (2.0 / 2499).squareRoot())
      }
    }
  }

  @Test func neighboursAreThoseOfTheGoldenToy() throws {
    let toy = try GoldenSet.load().named("message_passing_toy")
    let points = try toy.floats("points")
    let adjacency = try toy.floats("adjacency")
    let set = PointSet(points: points, labels: try toy.ints("cluster"))
    for i in 0..<set.count {
      let want = (0..<set.count).filter { adjacency[i * set.count + $0] == 1 }
      #expect(set.neighbours[i] == want)
    }
  }

  @Test func viewsAreUniformOverNeighbours() throws {
    let set = PointSet(points: [0, 0, 0.3, 0, 0.35, 0, 5, 5], labels: nil)
    let maker = NeighbourViews(points: set, seed: 1)
    var counts: [Float: Int] = [:]
    var target: [Float] = [0, 0]
    for epoch in 0..<3000 {
      _ = maker.makeView(ViewRequest(sample: 0, view: epoch % 2, epoch: epoch), into: &target)
      counts[target[0], default: 0] += 1
    }
    #expect(counts.count == 3 && counts[5] == nil)
    // Five standard deviations of a binomial count.
    for count in counts.values { #expect(abs(count - 1000) < 130) }
    _ = maker.makeView(ViewRequest(sample: 3, view: 0, epoch: 0), into: &target)
    #expect(target == [5, 5])
  }
}

@Suite struct CatalogTests {
  @Test func unknownNamesSuggest() {
    for (text, wanted) in [("cifar01", "cifar10"), ("dmeo", "demo"), ("fashion", "fashion-mnist")] {
      do {
        _ = try DatasetCatalog.load(name: text)
        Issue.record("expected an error")
      } catch let error as DatasetError {
        #expect(error.message.contains("unknown data set '\(text)'"))
        #expect(error.suggestion == wanted)
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  @Test func anOptionIsNeverIgnored() {
    let wrong: [(String, DatasetOptions, String)] = [
      ("demo", DatasetOptions(root: "x"), "takes no root="),
      ("gauss2", DatasetOptions(perClass: 3), "takes no per_class="),
      ("batches", DatasetOptions(file: "x", n: 3), "takes no n="),
      ("tensors", DatasetOptions(), "expected a file"),
      ("demo", DatasetOptions(split: "val"), "expected train or test"),
      ("demo", DatasetOptions(mean: [1, 2]), "1 or 3 numbers"),
      ("demo", DatasetOptions(std: [0]), "above 0"),
      ("demo", DatasetOptions(mean: [.nan]), "finite"),
      ("gauss2", DatasetOptions(n: 1), "n=2 to"),
      ("gauss2", DatasetOptions(n: .max), "n=2 to"),
    ]
    for (name, options, part) in wrong {
      expectFileError(part) { _ = try DatasetCatalog.load(name: name, options: options) }
    }
  }

  @Test func splitTestTrainsOnTheTestImages() throws {
    let data = try DatasetCatalog.load(
      name: "demo", options: DatasetOptions(split: "test", perClass: 10))
    #expect(data.train?.count == 100 && data.train?.split == "test")
    #expect(data.test?.count == 500 && data.warnings.count == 1)
  }
}

@Suite struct ProbeSetTests {
  @Test func isFixedBySeedAndHasTwoDifferentViews() throws {
    let data = try DatasetCatalog.load(name: "demo")
    let first = try ProbeSet(data: data, augmentation: .simclr, seed: 3)
    let second = try ProbeSet(data: data, augmentation: .simclr, seed: 3)
    let other = try ProbeSet(data: data, augmentation: .simclr, seed: 4)
    #expect(first.count == 512 && first.views.count == 2 * 512 * 3072)
    #expect(first.ids == second.ids && first.views == second.views)
    #expect(first.ids != other.ids)
    #expect(Array(first.ids) == first.ids.sorted() && Set(first.ids).count == 512)
    #expect(first.parameters.count == 1024)
    #expect(first.views[0..<3072] != first.views[(512 * 3072)..<(513 * 3072)])
    let small = try ProbeSet(
      data: try DatasetCatalog.load(name: "demo", options: DatasetOptions(n: 20)),
      augmentation: nil, seed: 0)
    #expect(small.ids == Array(0..<20) && small.parameters.isEmpty)
    #expect(Array(small.views[0..<3072]) == Array(small.views[(20 * 3072)..<(21 * 3072)]))
    #expect(throws: DatasetError.self) {
      try ProbeSet(data: data, augmentation: nil, count: 0, seed: 0)
    }
  }
}

/// Real files, where the shared folder is there.
@Suite(.enabled(if: RealData.root != nil)) struct RealDataTests {
  @Test func cifar10() throws {
    let root = try #require(RealData.root)
    let data = try DatasetCatalog.load(
      name: "cifar10", options: DatasetOptions(root: root + "/cifar10"))
    let train = try #require(data.train)
    #expect(train.count == 20000 && data.test?.count == 10000)
    #expect(data.warnings == ["20 000 of 50 000 training images"])
    #expect(train.classCounts == Array(repeating: 2000, count: 10))
    // Record 7 of data_batch_2.bin, row 5, column 9, read with NumPy.
    #expect(train.labels?[10007] == 5)
    let pixel = train.withBytes(of: 10007) { Array($0[(3 * (5 * 32 + 9))..<(3 * (5 * 32 + 10))]) }
    #expect(pixel == [129, 93, 58])
    let some = try train.subset(n: 1000)
    #expect(some.classCounts == Array(repeating: 100, count: 10))
  }

  @Test func cifar100() throws {
    let root = try #require(RealData.root)
    let data = try DatasetCatalog.load(
      name: "cifar100", options: DatasetOptions(root: root + "/cifar100"))
    let train = try #require(data.train)
    #expect(train.count == 5000 && data.test?.count == 1000)
    #expect(train.labels?[7] == 91 && train.classNames[91] == "trout")
    let pixel = train.withBytes(of: 7) { Array($0[(3 * (5 * 32 + 9))..<(3 * (5 * 32 + 10))]) }
    #expect(pixel == [143, 143, 131])
    let text = try String(contentsOfFile: root + "/cifar100/fine_label_names.txt", encoding: .utf8)
    #expect(text.split(separator: "\n").map(String.init) == train.classNames)
  }
}

enum RealData {
  /// The folder with the real data sets beside the golden sets, nil when it is not there.
  static let root: String? = {
    guard let shared = ProcessInfo.processInfo.environment["DYAD_GOLDEN"], !shared.isEmpty else {
      return nil
    }
    let folder = shared + "/data"
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }()
}
