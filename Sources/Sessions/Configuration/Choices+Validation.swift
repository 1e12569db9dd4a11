import Layers
import Methods

// What is wrong with a choice whatever the data are; checked when the choice is made, so that the
// error is about the line that made it.

extension Configuration {
  /// Refuses options that belong to another method, optimizer, schedule or backbone.
  ///
  /// Throws: `SessionError` naming the first option and those that there are.
  func validate() throws {
    if let backbone {
      try Self.refuse(
        "backbone", backbone.name.rawValue,
        [
          ("stem", backbone.stem != nil, backbone.name.isResNet),
          ("padding", backbone.padding != nil, backbone.name.isResNet),
          ("width", backbone.width != nil, true),
          ("zero_init", backbone.zeroInit != nil, backbone.name.isResNet),
        ])
      if backbone.stem == .imagenet, backbone.padding != nil {
        throw SessionError("padding belongs to stem=cifar, the stem is imagenet")
      }
    }
    if let method { try validate(method) }
    if let optimizer {
      let isLARS = optimizer.name == .lars
      let isAdam = optimizer.name == .adam || optimizer.name == .adamw
      try Self.refuse(
        "optim", optimizer.name.rawValue,
        [
          ("lr", false, true), ("wd", false, true),
          ("momentum", optimizer.momentum != nil, !isAdam), ("exclude", false, true),
          ("classifier_lr", false, true), ("scale_lr", false, true),
          ("trust", optimizer.trust != nil, isLARS),
          ("variant", optimizer.variant != nil, isLARS),
        ])
    }
    if let schedule {
      let warms = schedule.name == .cosine || schedule.name == .warmupAnneal
      try Self.refuse(
        "schedule", schedule.name.rawValue,
        [
          ("warmup", schedule.warmup != nil, warms),
          ("total", schedule.total != nil, schedule.name != .const),
          ("start_lr", schedule.startLR != nil, schedule.name == .cosine),
          ("min_lr", schedule.minLR != nil, schedule.name == .cosine),
        ])
    }
  }

  private func validate(_ method: MethodChoice) throws {
    let isSimSiam = method.name.isSimSiamFamily
    let isMulti = method.name == .simsiamMulti
    try Self.refuse(
      "method", method.name.rawValue,
      [
        ("batch", false, true), ("temp", method.temperature != nil, !isSimSiam),
        ("proj", false, true), ("pred", method.predictor != nil, isSimSiam),
        ("alpha", method.alpha != nil, isMulti), ("start", method.start != nil, isMulti),
        ("stages", method.stages != nil, isMulti),
        ("normalize", method.normalize != nil, isMulti),
        ("on", method.attention != nil, method.name == .simclrAttn), ("classifier", false, true),
      ])
  }

  /// Each row is an option, whether it was set, and whether this kind has it.
  private static func refuse(
    _ verb: String, _ name: String, _ options: [(name: String, isSet: Bool, exists: Bool)]
  ) throws {
    guard let wrong = options.first(where: { $0.isSet && !$0.exists }) else { return }
    let known = options.filter(\.exists).map(\.name)
    throw SessionError(
      "\(verb) '\(name)' has no option '\(wrong.name)', it has "
        + (known.isEmpty ? "none" : known.joined(separator: " ")))
  }
}

extension BackboneName {
  /// Whether the stem and the initialisation of residual blocks can be chosen.
  var isResNet: Bool { self == .resnet18 || self == .resnet34 || self == .resnet50 }
}
