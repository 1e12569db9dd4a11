import CommandLanguage
import Files
import Foundation
import Methods
import Sessions
import Tensors
import Testing

@testable import Commands

@Suite struct InspectionTests {
  /// Naive statistics in the order of the definition.
  private func naive(_ x: [Float]) -> [Double] {
    let v = x.map { Double($0) }
    let mean = v.reduce(0, +) / Double(v.count)
    let variance = v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(v.count - 1)
    return [
      Double(v.count), v.min() ?? .nan, v.max() ?? .nan, mean, variance.squareRoot(),
      v.reduce(0) { $0 + $1 * $1 }.squareRoot(),
    ]
  }

  private let titles = ["count", "min", "max", "mean", "sd", "norm"]

  @Test func statsEqualNaiveLoops() throws {
    let session = try TrainedSession(TrainedSession.attention, steps: 2)
    let x = try session.bench.tensor(.views(0))
    let (n, c, s) = (x.shape[0], x.shape[1], x.shape[2] * x.shape[3])
    #expect(x.shape == [16, 3, 32, 32])
    func check(_ line: String, _ groups: [[Float]]) throws {
      let table = try session.table(line)
      #expect(table.rows.count == groups.count, "\(line)")
      for (row, group) in groups.enumerated() {
        for (title, expected) in zip(titles, naive(group)) {
          #expect(isClose(table.numbers(title)[row], expected), "\(line) \(title) \(row)")
        }
      }
    }
    try check("stats x1", [x.values])
    try check("stats x1 by=row", (0..<n).map { Array(x.values[$0 * c * s..<($0 + 1) * c * s]) })
    try check(
      "stats x1 by=channel",
      (0..<c).map { k in x.values.indices.filter { $0 / s % c == k }.map { x.values[$0] } })
    try check(
      "stats x1 by=col",
      (0..<32).map { k in x.values.indices.filter { $0 % 32 == k }.map { x.values[$0] } })
    let z = try session.bench.tensor(.features(.z, view: 1))
    try check("stats z2[3:9:2, -1]", [[3, 5, 7].map { z.values[$0 * 8 + 7] }])
  }

  @Test func statsCountZerosAndValuesThatAreNotFinite() throws {
    let odd = Tensor(shape: [5], values: [0, .nan, 3, .infinity, -4])
    let s = try odd.statistics(by: .all)[0]
    #expect(s.count == 5 && s.zeros == 1 && s.nonFinite == 2)
    #expect(s.minimum == -4 && s.maximum == 3 && s.norm == 5)
    #expect(isClose(s.mean, -1 / 3.0) && isClose(s.standardDeviation, (37 / 3.0).squareRoot()))
  }

  @Test func tensorsAreCutLikeNumPyWithTheIndicesBeforeTheSlice() {
    func lines(_ tensor: Tensor, axes: [(Int, Int)], limit: Int = 8, precision: Int = 4) -> String {
      NumberGrid(
        TensorText(
          sliced: SlicedTensor(
            tensor: tensor, fullShape: tensor.shape, axes: axes.map { (start: $0.0, step: $0.1) }),
          limit: limit, precision: precision
        ).lines
      ).text
    }
    #expect(lines(Tensor(shape: [], values: [2.5]), axes: []) == "  2.500")
    #expect(
      lines(Tensor(shape: [3], values: [1, -20, 300]), axes: [(4, 2)])
        == "    4    6    8\n    1  -20  300")
    let counted = Tensor(shape: [5, 4], values: (0..<20).map { Float($0) })
    #expect(
      lines(counted, axes: [(0, 1), (10, 1)], limit: 3)
        == """
             10  11  …  13
          0   0   1  …   3
          1   4   5  …   7
          …
          4  16  17  …  19
        """)
    #expect(
      lines(Tensor(shape: [1, 2], values: [1e-7, .nan]), axes: [(0, 1), (0, 1)], precision: 2)
        == "           0        1\n  0  1.0e-07      nan")
    #expect(
      lines(
        Tensor(shape: [3, 1, 1], values: [1, 2, 3]), axes: [(5, 1), (0, 1), (0, 1)], limit: 4)
        == "  [5, :, :]\n     0\n  0  1\n  [6, :, :]\n     0\n  0  2\n  … 1 more blocks")
  }

  @Test func filesHoldTheWholeSlice() throws {
    let session = try TrainedSession(TrainedSession.attention, steps: 1)
    let folder = try TemporaryFolder()
    let z = try session.bench.tensor(.features(.z, view: 0))
    _ = try session.output("tensor z1[::3, 2:] -> \(folder.path)/z.npy")
    let array = try NPY.read(folder.path + "/z.npy")
    let rows = stride(from: 0, to: 16, by: 3).map { $0 }
    #expect(array.shape == [6, 6])
    #expect(array.floats == rows.flatMap { r in (2..<8).map { z.values[r * 8 + $0] } })
    _ = try session.output("tensor z1 -> \(folder.path)/z.csv")
    let text = try String(contentsOfFile: folder.path + "/z.csv", encoding: .utf8)
    let read = text.split(separator: "\n").map { $0.split(separator: ",").compactMap { Float($0) } }
    #expect(read.count == 16 && read.flatMap { $0 } == z.values)
    let again = try TrainedSession(TrainedSession.attention, steps: 1)
    #expect(again.text("tensor z1 -> \(folder.path)/z.csv").contains("was not written by this"))
  }

  @Test func paramsMeasureChangeGradientAndUpdate() throws {
    let session = try TrainedSession(TrainedSession.attention)
    func weights(_ names: [String]) throws -> [[Float]] {
      try names.map { try session.bench.tensor(.weight($0)).values }
    }
    let untouched = try session.table("params")
    #expect(untouched.numbers("change").allSatisfy { $0 == 0 })
    #expect(!untouched.columns.map(\.title).contains("grad"))
    let names = untouched.texts("parameter")
    let start = try weights(names)
    _ = try session.output("step")
    let middle = try weights(names)
    _ = try session.output("step")
    let end = try weights(names)
    let table = try session.table("params")
    func distance(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
    }
    func norm(_ a: [Float]) -> Double { distance(a, a.map { _ in 0 }) }
    var changed = 0
    for (i, name) in names.enumerated() {
      #expect(isClose(table.numbers("norm")[i], norm(end[i])))
      #expect(isClose(table.numbers("change")[i], distance(end[i], start[i])))
      let gradient = try session.bench.tensor(.gradient(name)).values
      #expect(isClose(table.numbers("grad")[i], norm(gradient)))
      if norm(middle[i]) > 0 {
        let ratio = distance(end[i], middle[i]) / norm(middle[i])
        #expect(isClose(table.numbers("update")[i], ratio))
        if ratio > 0 { changed += 1 }
      }
    }
    #expect(changed > names.count / 2)
    #expect(
      try session.table("params backbone.conv2").texts("parameter") == ["backbone.conv2.weight"])
    #expect(try session.table("params *.bias").rows.count == names.count { $0.hasSuffix(".bias") })
  }

  @Test func modelAndOptimizerAddUp() throws {
    let session = try TrainedSession(["data demo n=200", "backbone resnet18 padding=1"])
    let model = try session.table("show model")
    // ResNet-18 without its last layer, as PyTorch counts it.
    #expect(model.numbers("parameters").reduce(0, +) == 11_168_832)
    #expect(model.texts("layer").count == 40)
    #expect(model.texts("output").last == "[512, 4, 4]")
    let small = try TrainedSession(TrainedSession.bank + ["optim sgd lr=0.4 wd=0.02"], steps: 1)
    let groups = try small.table("show optim")
    #expect(groups.texts("group") == ["backbone", "classifier", "projector", "predictor"])
    #expect(groups.numbers("base_lr").map { isClose($0, 0.4 * 16 / 256) }[0])
    #expect(groups.numbers("wd") == [0.02, 0, 0.02, 0.02])
    #expect(groups.texts("scheduled") == ["yes", "yes", "yes", "no"])
    let all = try small.table("params").numbers("count").reduce(0, +)
    let total = try small.table("show model").numbers("parameters").reduce(0, +)
    #expect(total == all)
    // BN without affine, projector.6, is a parameter of PyTorch's only in name: nothing is trained.
    #expect(groups.numbers("parameters").reduce(0, +) <= all)
  }

  @Test func defaultsAreThoseOfTheDesign() throws {
    let table = try TrainedSession().table("show defaults")
    let names = table.texts("option")
    func row(_ name: String) -> [String] {
      guard let i = names.firstIndex(of: name) else { return [] }
      return table.rows[i][1...2].map { if case .text(let text) = $0 { text } else { "–" } }
    }
    // Design, section 5.
    let expected: [(String, String, String)] = [
      ("backbone padding", "2", "1"), ("backbone zero_init", "on", "off"),
      ("method batch", "256", "512"), ("method proj", "[2048,2048]", "[512,128]"),
      ("method pred", "512", "–"), ("method temp", "–", "0.7"), ("method alpha", "0.5", "–"),
      ("method start", "51epochs", "–"), ("method stages", "1", "–"), ("method on", "–", "h"),
      ("method normalize", "off", "–"), ("method classifier", "on", "off"),
      ("optim name", "sgd", "lars"), ("optim lr", "0.5", "1.0"), ("optim wd", "1e-05", "1e-06"),
      ("optim momentum", "0.9", "0.9"), ("optim classifier_lr", "0.1", "0.1"),
      ("optim trust", "0.001", "0.001"), ("optim variant", "solo", "simclr"),
      ("optim exclude", "none", "bn,bias"), ("optim scale_lr", "on", "off"),
      ("schedule name", "cosine", "warmup-anneal"), ("schedule warmup", "10epochs", "0.01"),
      ("schedule start_lr", "3e-05", "–"), ("data probe", "512", "512"),
      ("augment crop", "0.08:1", "0.08:1"),
      ("augment jitter", "[0.4,0.4,0.4,0.1]", "[0.4,0.4,0.4,0.1]"),
      ("augment gray", "0.2", "0.2"), ("augment blur", "0", "0"), ("augment flip", "0.5", "0.5"),
    ]
    for (name, left, right) in expected { #expect(row(name) == [left, right], "\(name)") }
  }

  @Test func errorsNameThePlaceAndWhatIsThere() throws {
    let session = try TrainedSession(TrainedSession.attention)
    let cases: [(String, String)] = [
      (
        "tensor z1",
        "error: no step was taken since the model was built or loaded\n  tensor z1\n         ^^\n"
          + "help: step"
      ),
      (
        "params nothing",
        "error: no parameter matches 'nothing'\n  params nothing\n         ^^^^^^^\nhelp: show model"
      ),
      ("show health", "error: no step was taken yet: there is nothing to judge\n"),
    ]
    for (line, text) in cases { #expect(session.text(line).hasPrefix(text), "\(line)") }
    // A command that failed leaves no model behind, so that a replay finds the same state.
    #expect(!session.bench.hasModel)
    _ = try session.output("step")
    #expect(
      session.text("tensor z1[16]")
        == "error: index 16 is out of range: axis 0 of 'z1' has length 16, indices 0…15 or -16…-1\n"
        + "  tensor z1[16]\n            ^^")
    #expect(session.text("tensor z1[..., 8]").contains("\n                 ^"))
    #expect(
      session.text("stats z1[0, 0, 0]").contains("'z1' has 2 axes [16, 8], the slice names 3"))
    #expect(
      session.text("tensor w:backbone.conv9.weight").contains("help: tensor w:backbone.conv"))
    #expect(session.text("stats a:backbone.conv").contains("no layer 'backbone.conv'"))
    #expect(session.text("tensor p1").contains("method 'simclr-attn' has no 'p'"))
    #expect(session.text("tensor bank").contains("no bank: method simsiam-multi has one"))
    #expect(session.text("stats z1[0] by=col").contains("by=col needs 2 axes, the tensor has 1"))
    #expect(session.text("params projector.fc3").contains("no parameter matches 'projector.fc3'"))
    #expect(session.text("tensor w:a[0:2").contains("error:"))
    #expect(session.text("tensor m:backbone.conv1").contains("no trained parameter"))
    #expect(!session.text("tensor m:backbone.conv1.weight[0]").contains("error:"))
    #expect(session.text("tensor z1[0, 1, 2, 3]").hasSuffix("\n                  ^"))
    let plain = try TrainedSession(["data demo n=200", "backbone small width=4"])
    #expect(plain.text("tensor m:backbone.conv1.weight").contains("no optimizer without a method"))
  }

  @Test func aStepThatIsNotFiniteIsSeenInEveryReport() throws {
    let session = try TrainedSession(TrainedSession.attention)
    _ = try session.output("set nonfinite allow; optim sgd lr=1e30; track erank,loss")
    #expect(session.text("step 3").contains("erank nan / 8"))
    #expect(
      session.text("show health").hasSuffix(
        "\n  diverged: z is not finite; 'set nonfinite stop' stops before such a step"))
    let ranks = session.bench.metrics.series(.erank)
    #expect(ranks.count == 3 && ranks[0].value.isFinite && ranks[2].value.isNaN)
  }

  /// Python's rules: bounds are clamped, what is empty has a shape and no rows.
  @Test func slicesMayBeEmpty() throws {
    let session = try TrainedSession(TrainedSession.attention, steps: 1)
    let folder = try TemporaryFolder()
    let moment = "   batch of step 1, before its update"
    for (slice, shape) in [
      ("0:0", "[0, 8]"), ("5:3", "[0, 8]"), ("99:", "[0, 8]"), (":, 8:", "[16, 0]"),
      ("0:0, 3", "[0]"), ("-99:2, 6:99", "[2, 2]"), ("-1:-3", "[0, 8]"), ("::99", "[1, 8]"),
    ] {
      let text = session.text("tensor z1[\(slice)]")
      #expect(text.hasPrefix("  z1[\(slice)]  \(shape) of [16, 8]\(moment)"), "\(text)")
      #expect(text.contains("\n") == !shape.contains("0"), "\(text)")
    }
    let none = try session.table("stats z1[0:0]")
    #expect(none.numbers("count") == [0] && none.numbers("mean")[0].isNaN)
    #expect(try session.table("stats z1[0:0] by=row").rows.isEmpty)
    #expect(
      try session.table("stats z1[0:0] by=col").numbers("count") == Array(repeating: 0, count: 8))
    _ = try session.output("tensor z1[0:0] -> \(folder.path)/e.npy")
    #expect(try NPY.read(folder.path + "/e.npy").shape == [0, 8])
    _ = try session.output("tensor z1[0:0] -> \(folder.path)/e.csv")
    #expect(try String(contentsOfFile: folder.path + "/e.csv", encoding: .utf8).isEmpty)
    #expect(session.text("viz hist z1[0:0] -> \(folder.path)/e.png").contains("has 0"))
  }

  @Test func helpSaysWhichChoicesHaveAnOption() throws {
    let session = try TrainedSession()
    func help(_ verb: String) -> String {
      session.text("help \(verb)").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    #expect(help("optim").contains("(greater than 0; only lars) [auto]"))
    #expect(help("data").contains("in images; not batches) [all]"))
    #expect(help("data").contains("drop them (off) [auto]"))
  }

  @Test func onlyWhatTheMethodHasIsOffered() throws {
    let session = try TrainedSession(TrainedSession.attention)
    func offered(_ line: String) -> [String] {
      session.context.completer.complete(line).candidates.map(\.text)
    }
    let buffers = session.bench.bufferNames
    #expect(!buffers.isEmpty)
    for (prefix, hasBuffers) in [("w:", true), ("g:", false), ("m:", false)] {
      let names = buffers.filter { !offered("tensor \(prefix)\($0)").isEmpty }
      #expect(names.isEmpty == !hasBuffers, "\(prefix)")
    }
    #expect(
      offered("tensor p") == [] && offered("tensor b") == [] && offered("stats at") == ["attn"])
    #expect(offered("optim adam ") == ["lr=", "wd=", "exclude=", "classifier_lr=", "scale_lr="])
    #expect(offered("optim adam trust=") == [] && offered("optim lars tr") == ["trust="])
    #expect(offered("method simclr a") == [] && offered("method simsiam-multi a") == ["alpha="])
    #expect(
      offered("schedule const ") == [] && offered("backbone small ") == ["width=", "weights="])
    #expect(!offered("data demo ").contains { $0.hasSuffix("/") })
    #expect(!offered("data demo ").contains("root=") && offered("data cifar10 r") == ["root="])
    #expect(offered("optim ad").contains("adam"))
  }

  @Test func metricsHaveNamesInExpressions() throws {
    let session = try TrainedSession(TrainedSession.attention)
    #expect(session.text("let a = loss").contains("metric 'loss' has no value yet"))
    _ = try session.output("step 2")
    let loss = session.bench.metrics.records.last?.values[.loss] ?? .nan
    _ = try session.output("let a = loss; let b = step + 1; let r = lr.decay")
    #expect(session.context.shell.variables["a"] == .number(loss))
    #expect(session.context.shell.variables["b"] == .number(3))
    #expect(session.text("let c = lr").contains("expected lr.decay or lr.no_decay"))
    #expect(session.text("let c = acc1").contains("unknown metric 'acc1'"))
    let names = session.context.completer.complete("tensor w:projector.").candidates.map(\.text)
    #expect(
      names.contains("w:projector.fc1.weight") && names.contains("w:projector.bn1.running_mean"))
    #expect(
      session.context.completer.complete("track contr").candidates.map(\.text) == ["contrast_acc"])
    #expect(session.context.completer.complete("tensor a:backbone.co").candidates.count == 4)
  }

  @Test(arguments: ["show", "tensor", "stats", "params"])
  func everyExampleRuns(_ verb: String) throws {
    let session = try TrainedSession(TrainedSession.attention, steps: 2)
    let folder = try TemporaryFolder()
    let spec = try #require(session.context.registry[verb])
    for example in spec.examples {
      let line = example.line.replacingOccurrences(of: "-> ", with: "-> \(folder.path)/")
      #expect(!session.text(line).contains("error:"), "\(session.text(line))")
    }
    for part in ShowCommand.Part.allCases where verb == "show" {
      #expect(!session.text("show \(part.rawValue)").contains("error:"))
    }
  }
}
