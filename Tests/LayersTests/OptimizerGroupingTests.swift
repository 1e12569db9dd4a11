import Files
import Layers
import TestSupport
import Testing

@Suite struct OptimizerGroupingTests {
  @Test(arguments: try GoldenSet.cases(families: ["simclr"]))
  func simclrGroupsAreThePublishedOnes(_ golden: GoldenCase) throws {
    let lists = try #require(golden.hyper["param_groups"]?.array)
    let algorithm: OptimizerConfiguration.Algorithm =
      golden.hyper["opt"]?.string == "lars" ? .larsSimCLR : .sgd
    let rules = ParameterGrouping(
      family: .simclr, lr: 1, classifierLR: 0.1, weightDecay: 1e-6,
      exclude: ParameterGrouping.defaultExclude(family: .simclr, algorithm: algorithm))
    let names = lists.flatMap { $0["params"]?.array?.compactMap(\.string) ?? [] }
    let (groups, ranges) = rules.resolve(
      names.map {
        .init(
          name: $0.replacing("convnet.", with: "backbone.").replacing(
            "projection.", with: "projector."), offset: 0, shape: [1])
      })
    #expect(groups.map(\.name) == ["decay", "no_decay"])
    #expect(groups.map(\.weightDecay) == [1e-6, 0])
    #expect(groups.map(\.adapt) == [true, false])
    var position = 0
    for (index, list) in lists.enumerated() {
      for name in list["params"]?.array?.compactMap(\.string) ?? [] {
        #expect(ranges[position].group == index, "\(name)")
        position += 1
      }
    }
    #expect(position > 60)
  }

  @Test(arguments: try GoldenSet.cases(families: ["simsiam", "simsiam_multi"]))
  func simsiamGroupsAreThePublishedOnes(_ golden: GoldenCase) throws {
    let lists = try #require(golden.hyper["param_groups"]?.array)
    let rules = ParameterGrouping(
      family: .simsiam, lr: try #require(golden.hyper["lr"]?.double),
      classifierLR: try #require(golden.hyper["classifier_lr"]?.double), weightDecay: 1e-5,
      exclude: [])
    let names = [
      "backbone.conv1.weight", "backbone.bn1.weight", "classifier.weight", "projector.0.weight",
      "predictor.3.bias",
    ]
    let (groups, ranges) = rules.resolve(names.map { .init(name: $0, offset: 0, shape: [1]) })
    #expect(groups.map(\.name) == lists.compactMap { $0["name"]?.string })
    #expect(groups.map(\.weightDecay) == lists.compactMap { $0["weight_decay"]?.double })
    #expect(groups.map(\.baseLR) == lists.compactMap { $0["base_lr"]?.double })
    #expect(groups.map(\.isConstant) == [false, false, false, true])
    #expect(ranges.map(\.group) == [0, 0, 1, 2, 3])
  }

  @Test func groupsWithoutParametersAreLeftOut() {
    let rules = ParameterGrouping(
      family: .simclr, lr: 1, classifierLR: 0.1, weightDecay: 1e-6, exclude: [])
    let (groups, ranges) = rules.resolve([
      .init(name: "backbone.bn1.bias", offset: 4, shape: [2, 3]),
      .init(name: "classifier.weight", offset: 10, shape: [5]),
    ])
    #expect(groups.map(\.name) == ["decay", "classifier"])
    #expect(ranges.map(\.group) == [0, 1])
    #expect(ranges.map(\.count) == [6, 5])
    #expect(ranges.map(\.ndim) == [2, 1])
  }
}
