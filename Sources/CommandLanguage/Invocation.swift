/// A command with its typed, range-checked values: what a command's `run` reads.
public struct Invocation: Sendable {
  /// The command.
  public let spec: CommandSpec
  /// The form that was called.
  public let form: CommandForm
  /// The values that were given, by name.
  public internal(set) var values: [String: Value] = [:]
  /// Where each value stands in the source.
  public internal(set) var ranges: [String: Range<Int>] = [:]
  /// Where each `key` of a `key=value` stands in the source.
  public internal(set) var keyRanges: [String: Range<Int>] = [:]
  /// The switches that were given.
  public internal(set) var switches: Set<String> = []
  /// The file after `->`, with `~` expanded.
  public internal(set) var outputPath: String?
  /// What the log records: full verb, keys and units; parses to the same invocation.
  public internal(set) var canonicalText = ""
  /// The text that the command came from.
  public let source: SourceText
  /// The command's bytes in the source.
  public let range: Range<Int>
  /// Filters after `|`, in order.
  public internal(set) var filters: [TableFilter] = []
  /// Where what each filter takes stands in the source.
  public internal(set) var filterRanges: [Range<Int>] = []
  /// What `then { … }` is to run.
  public internal(set) var body: Instruction.Body?
  /// The place of the file after `->`.
  public internal(set) var outputRange: Range<Int>?

  init(spec: CommandSpec, form: CommandForm, source: SourceText, range: Range<Int>) {
    self.spec = spec
    self.form = form
    self.source = source
    self.range = range
  }

  /// The verb and, when there is one, the subcommand: `viz graph`.
  public var name: String { form.name.isEmpty ? spec.name : spec.name + " " + form.name }

  /// The subcommand; empty for the plain form.
  public var subcommand: String { form.name }

  /// The value of a key: what was given, else its default.
  ///
  /// A key that belongs to another form of the command gives its default. Precondition: a required
  /// key is declared in the form that was called.
  public subscript<V>(_ key: Key<V>) -> V {
    let name = key.parameter.name
    guard let value = key.extract(values[name]) else {
      preconditionFailure("'\(name)' of '\(self.name)' has no value of its type")
    }
    return value
  }

  /// Whether a key was given, rather than left at its default.
  public func isGiven(_ key: some AnyKey) -> Bool { values[key.parameter.name] != nil }

  /// Whether a switch was given.
  public func has(_ name: Switch) -> Bool { switches.contains(name.name) }

  /// Whether an existing file that this session did not write may be replaced.
  public var overwrites: Bool { values[CommonKeys.overwrite.parameter.name] == .bool(true) }

  /// An error about the command, or about the value of one of its keys.
  public func error(
    _ message: String, at key: (any AnyKey)? = nil, help: String? = nil
  ) -> Diagnostic {
    let place = key.flatMap { ranges[$0.parameter.name] } ?? range
    return Diagnostic(message, at: place, help: help, in: source)
  }

  /// An error about the file that the command writes: the one after `->`, or its argument.
  public func outputError(_ message: String, help: String? = nil) -> Diagnostic {
    Diagnostic(message, at: outputRange ?? fileRange ?? range, help: help, in: source)
  }
}
