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
        "backbone", backbone.name, OptionOwners.backbone,
        [
          ("stem", backbone.stem != nil), ("padding", backbone.padding != nil),
          ("width", backbone.width != nil), ("zero_init", backbone.zeroInit != nil),
        ])
      if backbone.stem == .imagenet, backbone.padding != nil {
        throw SessionError(
          "padding belongs to stem=cifar, the stem is imagenet", about: "padding")
      }
    }
    if let method { try validate(method) }
    if let optimizer {
      try Self.refuse(
        "optim", optimizer.name, OptionOwners.optimizer,
        [
          ("lr", false), ("wd", false), ("momentum", optimizer.momentum != nil),
          ("exclude", false), ("classifier_lr", false), ("scale_lr", false),
          ("trust", optimizer.trust != nil), ("variant", optimizer.variant != nil),
        ])
    }
    if let schedule {
      try Self.refuse(
        "schedule", schedule.name, OptionOwners.schedule,
        [
          ("warmup", schedule.warmup != nil), ("total", schedule.total != nil),
          ("start_lr", schedule.startLR != nil), ("min_lr", schedule.minLR != nil),
        ])
    }
  }

  private func validate(_ method: MethodChoice) throws {
    try Self.refuse(
      "method", method.name, OptionOwners.method,
      [
        ("batch", false), ("temp", method.temperature != nil), ("proj", false),
        ("pred", method.predictor != nil), ("alpha", method.alpha != nil),
        ("start", method.start != nil), ("stages", method.stages != nil),
        ("normalize", method.normalize != nil), ("on", method.attention != nil),
        ("classifier", false),
      ])
  }

  /// Each row is an option and whether it was set.
  private static func refuse<Name: RawRepresentable<String> & Equatable>(
    _ verb: String, _ name: Name, _ owners: [String: [Name]],
    _ options: [(name: String, isSet: Bool)]
  ) throws {
    func exists(_ option: String) -> Bool { owners[option]?.contains(name) ?? true }
    guard let wrong = options.first(where: { $0.isSet && !exists($0.name) }) else { return }
    let known = options.map(\.name).filter(exists)
    throw SessionError(
      "\(verb) '\(name.rawValue)' has no option '\(wrong.name)', it has "
        + (known.isEmpty ? "none" : known.joined(separator: " ")), about: wrong.name)
  }
}

extension BackboneName {
  /// Whether the stem and the initialisation of residual blocks can be chosen.
  var isResNet: Bool { self == .resnet18 || self == .resnet34 || self == .resnet50 }
}
