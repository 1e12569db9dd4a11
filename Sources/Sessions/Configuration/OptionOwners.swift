import Layers
import Methods

/// Which backbones, methods, optimizers and schedules have an option; an option that is not listed
/// belongs to all of its command's names.
///
/// The one place that knows it: commands declare their options from it, so that parsing, help and
/// completion follow, and configurations from files are checked against it.
public enum OptionOwners {
  private static let resNets: [BackboneName] = [.resnet18, .resnet34, .resnet50]

  static let backbone: [String: [BackboneName]] = [
    "stem": resNets, "padding": resNets, "zero_init": resNets,
  ]
  static let method: [String: [MethodName]] = [
    "temp": [.simclr, .simclrAttn], "pred": [.simsiam, .simsiamMulti], "alpha": [.simsiamMulti],
    "start": [.simsiamMulti], "stages": [.simsiamMulti], "normalize": [.simsiamMulti],
    "on": [.simclrAttn],
  ]
  static let optimizer: [String: [OptimizerName]] = [
    "momentum": [.sgd, .lars], "trust": [.lars], "variant": [.lars],
  ]
  static let schedule: [String: [ScheduleName]] = [
    "warmup": [.cosine, .warmupAnneal], "total": ScheduleName.allCases.filter { $0 != .const },
    "start_lr": [.cosine], "min_lr": [.cosine],
  ]

  /// The backbones that have an option.
  public static func backbones(having option: String) -> [String] { names(option, backbone) }
  /// The methods that have an option.
  public static func methods(having option: String) -> [String] { names(option, method) }
  /// The optimizers that have an option.
  public static func optimizers(having option: String) -> [String] { names(option, optimizer) }
  /// The schedules that have an option.
  public static func schedules(having option: String) -> [String] { names(option, schedule) }

  private static func names<Name: RawRepresentable<String>>(
    _ option: String, _ owners: [String: [Name]]
  ) -> [String] {
    (owners[option] ?? []).map(\.rawValue)
  }
}
