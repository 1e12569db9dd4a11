/// The declaration of one argument or option, without its Swift type.
public struct Parameter: Sendable {
  /// The name: before `=` for options, in messages and help for arguments.
  public let name: String
  /// What text is legal.
  public let type: ValueType
  /// What it is for, in a few words, without a final period.
  public let help: String
  /// What one unit of the value is: `images`, `steps`, `per image`; empty when it has none.
  public let unit: String
  /// Whether it must be given.
  public let isRequired: Bool
  /// The value when it is not given.
  public let defaultValue: Value?
  /// How help shows the default; "" when nothing is the default.
  public let defaultText: String
  /// Whether `auto` is a legal value.
  public let acceptsAuto: Bool
  /// The values of the command's first argument that have this option; empty when all have it.
  public internal(set) var owners: [String] = []

  /// What is legal, as the end of "must be …".
  public var expected: String { type.expected + (acceptsAuto ? " or auto" : "") }

  /// Whether a value of the command's first argument has this option.
  public func belongs(to choice: String) -> Bool { owners.isEmpty || owners.contains(choice) }
}

/// Anything that declares an argument or option.
public protocol AnyKey: Sendable {
  /// The declaration.
  var parameter: Parameter { get }
}

/// A typed argument or option: declares how its text parses and gives its value in an `Invocation`.
public struct Key<V: Sendable>: AnyKey {
  /// The declaration.
  public private(set) var parameter: Parameter
  let extract: @Sendable (Value?) -> V?

  /// An argument or option that must be given.
  public init(_ name: String, _ kind: ValueKind<V>, unit: String = "", help: String) {
    parameter = Parameter(
      name: name, type: kind.type, help: help, unit: unit, isRequired: true, defaultValue: nil,
      defaultText: "", acceptsAuto: false)
    extract = { $0.flatMap(kind.extract) }
  }

  /// An argument or option with a default.
  public init(
    _ name: String, _ kind: ValueKind<V>, default value: V, unit: String = "", help: String
  ) {
    let made = kind.make(value)
    parameter = Parameter(
      name: name, type: kind.type, help: help, unit: unit, isRequired: false, defaultValue: made,
      defaultText: made.canonicalText, acceptsAuto: false)
    extract = { $0.map(kind.extract) ?? value }
  }

  /// An argument or option that reads as nil when it is not given or, where `auto` is legal, `auto`.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - kind: What it takes.
  ///   - text: How help shows what happens without it: `all`, `auto`, `none`.
  ///   - auto: Whether `auto` is a legal value.
  ///   - unit: What one unit is.
  ///   - help: What it is for.
  public init<W: Sendable>(
    optional name: String, _ kind: ValueKind<W>, default text: String, auto: Bool = false,
    unit: String = "", help: String
  ) where V == W? {
    parameter = Parameter(
      name: name, type: kind.type, help: help, unit: unit, isRequired: false, defaultValue: nil,
      defaultText: text, acceptsAuto: auto)
    extract = { .some($0.flatMap(kind.extract)) }
  }
}

extension Key {
  /// The same option, which only some values of the command's first argument have.
  ///
  /// - Parameter owners: Those values, as `choice` of the first argument lists them.
  /// - Returns: The key with its owners.
  public func only(for owners: [String]) -> Key {
    var key = self
    key.parameter.owners = owners
    return key
  }

  /// Reads a value that was kept outside an invocation; nil gives the default.
  ///
  /// - Returns: The value; nil when there is none of the key's type.
  public func value(of value: Value?) -> V? { extract(value) }
}

/// A `--name` that takes no value.
public struct Switch: Sendable {
  /// The name without its dashes.
  public let name: String
  /// What it does, in a few words, without a final period.
  public let help: String

  /// Declares a switch.
  public init(_ name: String, help: String) {
    self.name = name
    self.help = help
  }
}

/// That a command may write a file: `-> FILE`.
public struct OutputFile: Sendable {
  /// The endings that decide the format.
  public let extensions: [String]
  /// Whether the file must be given.
  public let isRequired: Bool
  /// What is written, in a few words.
  public let help: String

  /// Declares that a command writes a file.
  public init(_ extensions: [String], isRequired: Bool = false, help: String) {
    self.extensions = extensions
    self.isRequired = isRequired
    self.help = help
  }
}

/// Keys that several commands share.
public enum CommonKeys {
  /// `overwrite=on`: replace a file that dyad did not write in this session.
  public static let overwrite = Key<Bool>(
    "overwrite", .onOff, default: false, help: "replace a file that this session did not write")
}
