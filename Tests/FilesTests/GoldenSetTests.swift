import Files
import TestSupport
import Testing

@Suite struct GoldenSetTests {
  @Test func fillGivesTheWorkedExamples() throws {
    #expect(GoldenFill.start("input", seed: 0) == 0x1ebb_ae8f_5810_b65b)
    #expect(GoldenFill.fnv1a64("conv1.weight") == 0x69a2_9a2c_ee47_d254)
    let start = GoldenFill.start("conv1.weight", seed: 1)
    #expect(start == 0xf795_e395_910d_ae41)
    #expect(GoldenFill.bits(start, at: 0) == 0x0186_c3be_3544_2a22)
    let v = GoldenFill.floats(kind: "v", name: "input", seed: 0, count: 3)
    #expect(v == [-0.8043633699417114, -0.705042839050293, 0.14816880226135254])
    let weight = GoldenFill.floats(
      kind: "weight", name: "conv1.weight", seed: 1, count: 3, fanIn: 27)
    #expect(weight == [-0.32935830950737, 0.1589631289243698, 0.2512739896774292])
    let norm = GoldenFill.floats(kind: "bn_weight", name: "bn1.weight", seed: 5, count: 3)
    #expect(norm == [1.0025367736816406, 0.9454373717308044, 1.0331306457519531])
    let labels = GoldenFill.labels(name: "labels", seed: 3, count: 6, classes: 10)
    #expect(labels == [3, 2, 4, 5, 5, 9])
  }

  @Test func storedFillsAgreeWithTheRecipe() throws {
    var checked = 0
    for item in try GoldenSet.cases(families: ["conv2d", "linear"]) {
      for entry in item.tensorEntries(role: "input") where entry["stored"]?.bool == true {
        guard let name = entry["name"]?.string, let fill = entry["fill"],
          let kind = fill["kind"]?.string, let stream = fill["name"]?.string,
          let seed = fill["seed"]?.int
        else { continue }
        let stored = try item.floats(name)
        let made = GoldenFill.floats(
          kind: kind, name: stream, seed: seed, count: stored.count, fanIn: fill["fan_in"]?.int)
        #expect(made == stored, "\(item.name) \(name)")
        checked += 1
      }
    }
    #expect(checked >= 20)
  }

  @Test func everyListedTensorCanBeRead() throws {
    let set = try GoldenSet.load()
    #expect(set.cases.count >= 50)
    for item in set.cases {
      for entry in item.tensorEntries() {
        let name = try #require(entry["name"]?.string)
        let shape = try #require(entry["shape"]?.ints)
        let stored = try item.shape(name)
        #expect(stored == shape)
        let count =
          entry["dtype"]?.string == "I64"
          ? try item.ints(name).count : try item.floats(name).count
        #expect(count == shape.reduce(1, *), "\(item.name) \(name)")
      }
    }
    let families = Set(set.cases.map(\.family))
    #expect(families.count == 16)
    #expect(set.expectedCount(families: ["simclr"]) >= 3)
  }

  @Test func inheritedTensorsAreFound() throws {
    let item = try GoldenSet.load().named("simclr_plain_sgd")
    #expect(item.inherits == "simclr_attn_h_lars")
    #expect(item.has("init.convnet.conv1.weight"))
    let shape = try item.shape("data.x")
    #expect(Array(shape.dropFirst()) == [32, 3, 16, 16])
    let names = try item.tensorNames(prefix: "init.")
    #expect(names.count > 60)
  }

  @Test func stateFillNamesEveryParameter() throws {
    let item = try GoldenSet.load().named("resnet18_full_cifar_p1")
    let state = item.stateFill()
    #expect(state.count == 100)
    let parameters = state.filter { !$0.name.contains("running") }
    #expect(parameters.reduce(0) { $0 + $1.values.count } == 11_168_832)
  }

  @Test func closenessMeasures() {
    #expect(relToMax([1.0, 2.0], [1.0, 4.0]) == 0.5)
    #expect(relToMax([Float.nan], [1.0]) == .infinity)
    #expect(relL2([3.0, 0.0], [0.0, 4.0]) == 1.25)
    #expect(relL2([1.0], [1.0, 2.0]) == .infinity)
  }
}
