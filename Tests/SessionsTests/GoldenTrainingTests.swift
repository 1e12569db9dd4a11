import Files
import Foundation
import Kernels
import Layers
import Methods
import TestSupport
import Testing

@testable import Sessions

/// The golden training runs of all four methods, through the workbench and files alone.
@Suite(.serialized) struct GoldenTrainingTests {
  static let families = ["simsiam", "simsiam_multi", "simclr"]
  static let cases = (try? GoldenSet.cases(families: families)) ?? []

  @Test func everyListedCaseRuns() throws {
    #expect(Self.cases.count == (try GoldenSet.load()).expectedCount(families: Self.families))
    #expect(!Self.cases.isEmpty)
  }

  /// Golden names as the product writes them.
  private func standard(_ name: String) -> String {
    let renamed = name.replacingOccurrences(of: "convnet.", with: "backbone.")
      .replacingOccurrences(of: "projection.", with: "projector.")
    return ["agg_queue": "bank", "temp": "bank.next"][renamed] ?? renamed
  }

  private func isSimSiam(_ c: GoldenCase) -> Bool { c.family.hasPrefix("simsiam") }

  /// Writes the recorded batches and initial values in the product's layouts.
  private func writeInputs(_ c: GoldenCase, to folder: URL) throws -> (
    batches: String, weights: String
  ) {
    let batches = folder.appendingPathComponent("batches.safetensors").path
    let weights = folder.appendingPathComponent("initial.safetensors").path
    var data: [SafetensorsTensor] = []
    if isSimSiam(c) {
      for view in ["view1", "view2"] {
        data.append(.floats(view, try c.shape("data.\(view)"), try c.floats("data.\(view)")))
      }
      data.append(.int64s("index", try c.shape("data.index"), try c.ints("data.index")))
      data.append(.int64s("labels", try c.shape("data.labels"), try c.ints("data.labels")))
    } else {
      let shape = try c.shape("data.x")
      let all = try c.floats("data.x")
      let half = shape[1] / 2
      let image = shape.dropFirst(2).reduce(1, *)
      for (i, view) in ["view1", "view2"].enumerated() {
        let values = (0..<shape[0]).flatMap { step in
          let start = (step * 2 + i) * half * image
          return Array(all[start..<start + half * image])
        }
        data.append(.floats(view, [1, shape[0], half] + shape.dropFirst(2), values))
      }
    }
    try SafetensorsWriter.write(to: batches, tensors: data)
    let names = try c.tensorNames(prefix: "init.").filter {
      c.family == "simsiam_multi" || !["init.agg_queue", "init.temp"].contains($0)
    }
    try SafetensorsWriter.write(
      to: weights,
      tensors: try names.map {
        .floats(standard(String($0.dropFirst(5))), try c.shape($0), try c.floats($0))
      })
    return (batches, weights)
  }

  private func configure(
    _ c: GoldenCase, _ bench: Workbench, _ convolution: ConvolutionChoice
  ) throws {
    let h = c.hyper
    var backbone = BackboneChoice(.resnet18)
    backbone.width = h["width"]?.int
    backbone.stem = .cifar
    backbone.padding = isSimSiam(c) ? 2 : 1
    backbone.zeroInit = h["zero_init_residual"]?.bool ?? false
    var method: MethodChoice
    var optimizer: OptimizerChoice
    var schedule: ScheduleChoice
    if isSimSiam(c) {
      method = MethodChoice(c.family == "simsiam_multi" ? .simsiamMulti : .simsiam)
      method.projector = [
        try #require(h["proj_hidden_dim"]?.int), try #require(h["proj_output_dim"]?.int),
      ]
      method.predictor = h["pred_hidden_dim"]?.int
      method.classifier = true
      if c.family == "simsiam_multi" {
        method.start = 51 - (try #require(h["epoch_counter_start"]?.int))
      }
      optimizer = OptimizerChoice(.sgd)
      optimizer.classifierLR = h["classifier_lr"]?.double
      schedule = ScheduleChoice(.cosine)
      schedule.warmup = .epochs(h["warmup_epochs"]?.double ?? 0)
      schedule.total = .epochs(h["max_epochs"]?.double ?? 0)
      schedule.startLR = h["warmup_start_lr"]?.double
      schedule.minLR = h["min_lr"]?.double
    } else {
      let attention = try #require(h["attention"]?.string)
      method = MethodChoice(attention == "off" ? .simclr : .simclrAttn)
      method.temperature = h["temperature"]?.double
      method.attention = AttentionFeatures(rawValue: attention)
      method.projector = [
        try c.shape("init.projection.fc1.weight")[0], try #require(h["proj_dim"]?.int),
      ]
      method.classifier = false
      optimizer = OptimizerChoice(h["opt"]?.string == "lars" ? .lars : .sgd)
      schedule = ScheduleChoice(.warmupAnneal)
      schedule.warmup = .fraction(h["warmup"]?.double ?? 0)
      schedule.total = .steps(h["steps"]?.int ?? 0)
    }
    optimizer.lr = h["lr"]?.double
    optimizer.weightDecay = h["weight_decay"]?.double
    optimizer.scaleLR = false
    try bench.configure {
      $0.backbone = backbone
      $0.method = method
      $0.optimizer = optimizer
      $0.schedule = schedule
      $0.convolution = convolution
    }
  }

  @Test(arguments: cases)
  func reproducesLossesAndFinalState(_ c: GoldenCase) throws {
    try run(c, .direct)
  }

  /// Winograd in every 3×3 layer: the first losses within 20 times the tolerance of direct sums,
  /// every loss of the run within 2e-2.
  @Test(arguments: cases)
  func winogradReproducesTheLosses(_ c: GoldenCase) throws {
    try run(c, .winograd)
  }

  private func run(_ c: GoldenCase, _ convolution: ConvolutionChoice) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("golden-\(c.name)-\(UInt32.random(in: 0...UInt32.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let inputs = try writeInputs(c, to: folder)
    let bench = Workbench(threads: 2)
    var choice = DataChoice(name: "batches")
    choice.file = inputs.batches
    try bench.configure(data: try choice.load(memoryLimit: bench.memoryLimit)) { _ in }
    try configure(c, bench, convolution)
    _ = try bench.loadWeights(inputs.weights, strict: true)
    let all = try #require(c.scalars["steps"]?.array)
    let shape = try c.shape(isSimSiam(c) ? "data.view1" : "data.x")
    let recorded = isSimSiam(c) ? shape[0] * shape[1] : shape[0]
    // The fixtures in Tests/ hold only the first steps of a run; the full set holds all.
    let steps = Array(all.prefix(recorded))
    if (try GoldenSet.load()).isFull { #expect(steps.count == all.count) }
    let first = max(1, steps.count - 7)
    _ = try bench.train(steps: first)
    _ = try bench.train(steps: steps.count - first)
    guard convolution == .direct else {
      try compareLosses(c, Array(bench.metrics.records), steps)
      return
    }
    try compareSteps(c, Array(bench.metrics.records), steps)
    if steps.count == all.count {
      try compareFinal(c, try bench.model().exportTensors(optimizer: true), folder)
    }
  }

  private func compareLosses(
    _ c: GoldenCase, _ records: [StepRecord], _ golden: [JSONValue]
  ) throws {
    #expect(records.count == golden.count)
    let limits = try #require(
      (c.tolerance["step_scalar_abs"] ?? c.tolerance["loss_abs"])?.doubles)
    for (i, (record, want)) in zip(records, golden).enumerated() {
      expectClose(
        try #require(record.values[.loss]),
        try #require(want[isSimSiam(c) ? "neg_cos_sim" : "loss"]?.double),
        abs: i == 0 ? 20 * limits[0] : 2e-2, "\(c.name) step \(i)")
    }
  }

  private func compareSteps(_ c: GoldenCase, _ records: [StepRecord], _ golden: [JSONValue]) throws
  {
    #expect(records.count == golden.count)
    let limits = try #require(
      (c.tolerance["step_scalar_abs"] ?? c.tolerance["loss_abs"])?.doubles)
    let pairs: [(MetricName, String)] =
      isSimSiam(c)
      ? [
        (.loss, "neg_cos_sim"), (.classLoss, "class_loss"), (.total, "total"), (.zStd, "z_std"),
        (.acc1, "acc1"), (.acc5, "acc5"),
      ] : [(.loss, "loss"), (.contrastAcc, "contrast_acc")]
    for (i, (record, want)) in zip(records, golden).enumerated() {
      for (metric, key) in pairs {
        let isRank = [.acc1, .acc5, .contrastAcc].contains(metric)
        // A rank may flip between logits that are equal within rounding.
        guard !isRank || i < 6 else { continue }
        expectClose(
          try #require(record.values[metric]), try #require(want[key]?.double),
          abs: isRank ? 1e-4 : limits[i], "\(c.name) step \(i) \(key)")
      }
      let rates = try #require(want["lr"]?.doubles)
      let rel = c.tolerance["lr_rel"]?.double ?? 1e-6
      #expect(record.rates.count == rates.count)
      for (rate, wanted) in zip(record.rates, rates) {
        expectClose(rate.value, wanted, rel: rel, "\(c.name) step \(i) lr \(rate.name)")
      }
    }
  }

  private func compareFinal(_ c: GoldenCase, _ tensors: [SafetensorsTensor], _ folder: URL) throws {
    let path = folder.appendingPathComponent("final.safetensors").path
    try SafetensorsWriter.write(to: path, tensors: tensors)
    let file = try SafetensorsFile(path: path)
    let t = c.tolerance
    let zeros = t["zero_tensors_abs"]?.object
    let last = (c.hyper["max_epochs"]?.int ?? 0) - 1
    var compared = 0
    for name in c.tensorEntries(role: "expected").compactMap({ $0["name"]?.string }) {
      let limit: Double
      let own: String
      if name.hasPrefix("final.") {
        own = standard(String(name.dropFirst(6)))
        limit = t[own.hasPrefix("bank") ? "bank_rel_l2" : "final_state_rel_l2"]?.double ?? 0
      } else if name.hasPrefix("final_momentum.") {
        own = "optim.\(standard(String(name.dropFirst(15)))).momentum_buffer"
        limit = t["final_momentum_rel_l2"]?.double ?? 0
      } else if c.family == "simsiam_multi", name.hasPrefix("bank_after_epoch\(last).") {
        own = standard(String(name.drop { $0 != "." }.dropFirst()))
        limit = t["bank_rel_l2"]?.double ?? 0
      } else {
        continue
      }
      let got = try file.floats(own)
      if let least = zeros?[own]?.double {
        #expect(got.allSatisfy { abs(Double($0)) <= least }, "\(c.name) \(own)")
        continue
      }
      let floor = name.hasPrefix("final_momentum.") ? 1e-5 : 1e-6
      let error = relL2(got, try c.floats(name), floor: floor)
      #expect(error <= limit, "\(c.name) \(own): relative l2 \(error)")
      compared += 1
    }
    #expect(compared > 50)
  }
}
