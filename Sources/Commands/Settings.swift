import CommandLanguage
import Kernels
import Sessions

/// A preference that `set` changes.
public struct Setting: Sendable {
  /// Its declaration; the name is what stands after `set`.
  public let key: any AnyKey
  /// Whether a session's log records a change: only when results can depend on it.
  public let isLogged: Bool
}

/// The preferences and their values.
public struct Settings {
  /// What a non-finite loss or gradient does.
  public enum NonFinite: String, CaseIterable, Sendable {
    /// Stops before the step is applied.
    case stop
    /// Lets it through.
    case allow
  }

  /// How replies are shown.
  public enum OutputForm: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// One JSON object per reply.
    case json
  }

  /// How figures are shown at the prompt.
  public enum Images: String, CaseIterable, Sendable {
    /// As the terminal says that it can.
    case auto
    /// By their path only.
    case off
    /// The graphics protocol of kitty.
    case kitty
    /// The inline images of iTerm2.
    case iterm
    /// Sixel graphics.
    case sixel
  }

  /// Threads of the kernels; nil means one per core, and results do not depend on it.
  public static let threads = Key<Int?>(
    optional: "threads", .int(in: 1...256), default: "auto", auto: true,
    help: "threads of the kernels, auto is one per core")
  /// The convolution algorithm.
  public static let convolution = Key<ConvolutionChoice>(
    "conv", .choice(of: ConvolutionChoice.self), default: .auto,
    help: "convolution algorithm: the fastest per shape, Winograd where it applies, or direct sums")
  /// The most memory that sizes from users and files may ask for.
  public static let memory = Key<MemorySize>(
    "memory", .bytes, default: .share(0.8), help: "the most memory that a command may ask for")
  /// What a non-finite loss or gradient does.
  public static let nonFinite = Key<NonFinite>(
    "nonfinite", .choice(of: NonFinite.self), default: .stop,
    help: "whether a non-finite loss or gradient stops before the step is applied")
  /// The most memory that moments may take.
  public static let snapshots = Key<MemorySize>(
    "snapshots", .bytes, default: .share(0.2),
    help: "the most memory for moments to go back to; the rest goes to disk")
  /// The most disk space that moments may take.
  public static let spill = Key<MemorySize>(
    "spill", .bytes, default: .share(0.5),
    help: "the most disk for moments that memory has no room for, of what is free; 0 forgets them")
  /// How replies are shown.
  public static let output = Key<OutputForm>(
    "out", .choice(of: OutputForm.self), default: .text,
    help: "how replies are shown: text, or one JSON object each")
  /// How figures are shown at the prompt.
  public static let images = Key<Images>(
    "images", .choice(of: Images.self), default: .auto,
    help: "whether the prompt shows figures, and by which protocol; auto asks the terminal")

  /// Every preference, in the order of `set`.
  public static let all: [Setting] = [
    Setting(key: threads, isLogged: false), Setting(key: convolution, isLogged: true),
    Setting(key: memory, isLogged: true), Setting(key: nonFinite, isLogged: true),
    Setting(key: snapshots, isLogged: false), Setting(key: spill, isLogged: false),
    Setting(key: output, isLogged: false), Setting(key: images, isLogged: false),
  ]

  /// Called before a value changes, with its name; what it throws refuses the change.
  public var willChange: (String, Value) throws -> Void = { _, _ in }
  private var values: [String: Value] = [:]

  /// The value of a preference.
  ///
  /// Precondition: the key has a default, as all in `Settings.all` have.
  public subscript<V>(_ key: Key<V>) -> V {
    guard let value = key.value(of: values[key.parameter.name]) else {
      preconditionFailure("preference '\(key.parameter.name)' has no default")
    }
    return value
  }

  /// Changes a value that was parsed by the preference's declaration.
  public mutating func set(_ name: String, to value: Value) throws {
    try willChange(name, value)
    values[name] = value
  }

  /// Takes over what belongs to the state: after a move through time or a load it may be another.
  mutating func follow(_ bench: Workbench) {
    if self[Settings.convolution] != bench.configuration.convolution {
      values[Settings.convolution.parameter.name] = .text(bench.configuration.convolution.rawValue)
    }
    let present: NonFinite = bench.allowsNonFinite ? .allow : .stop
    if self[Settings.nonFinite] != present {
      values[Settings.nonFinite.parameter.name] = .text(present.rawValue)
    }
  }

  /// The values that results can depend on and that were set.
  var logged: [String: Value] {
    values.filter { name, _ in
      Settings.all.contains { $0.isLogged && $0.key.parameter.name == name }
    }
  }

  /// Brings back values that `logged` gave; what was not set then has its default again.
  mutating func restore(_ old: [String: Value]) throws {
    for setting in Settings.all where setting.isLogged {
      let name = setting.key.parameter.name
      guard old[name] != values[name] else { continue }
      if let value = old[name] ?? setting.key.parameter.defaultValue { try willChange(name, value) }
      values[name] = old[name]
    }
  }

  /// The value as text, by name.
  public func text(of name: String) -> String {
    let parameter = Settings.all.first { $0.key.parameter.name == name }?.key.parameter
    return values[name]?.canonicalText ?? parameter?.defaultText ?? ""
  }
}

extension Settings {
  /// Changes a value from the text of a launch option.
  ///
  /// - Throws: `Diagnostic` when there is no such preference or the text is not legal.
  public mutating func set(_ name: String, parsing text: String) throws {
    guard let setting = Settings.all.first(where: { $0.key.parameter.name == name }) else {
      throw Diagnostic("unknown preference \(Diagnostic.quote(name))")
    }
    try set(name, to: try setting.key.parameter.value(parsing: text))
  }
}
