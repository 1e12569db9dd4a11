import CommandLanguage
import Files
import Sessions

/// Follows a script, so that each of its figures can be told from others of the same name.
struct FigureTracker {
  /// A statement with the states around it.
  struct Passed {
    let statement: Statement
    let before: SessionLog.Mark?
    var after: SessionLog.Mark?
    /// The commands in it that draw.
    let drawings: [DrawingCommand]
    let isPlain: Bool
    /// Whether they draw later, if ever, as those of a definition.
    let isPromise: Bool
    let seed: String?
    let dataHash: String?
  }

  /// The commands that may bring back other data or another seed; a block or a user's command may
  /// hold any.
  private static let movers: Set = ["undo", "redo", "rewind", "switch", "branch", "load", "source"]

  private let registry: Registry
  private let parser: CommandParser<ShellEnvironment>
  private var mark: SessionLog.Mark?
  private var seed: String?
  private var dataHash: String?
  /// The commands that draw in definitions and watches so far.
  private var kept: [DrawingCommand] = []

  /// Creates one for the beginning of a script.
  init(_ registry: Registry) {
    self.registry = registry
    // No variables: those of the session that exports are not those of the script.
    parser = CommandParser(
      registry: registry, environment: ShellEnvironment(shell: ShellState(), stateNames: nil),
      allowsAbbreviations: false)
  }

  /// Passes a statement.
  mutating func pass(_ statement: Statement) -> Passed {
    let words = statement.tokens.filter { $0.kind == .word }.prefix(2).map {
      statement.source.text($0.range)
    }
    let (drawings, isPlain) = self.drawings(in: statement)
    let passed = Passed(
      statement: statement, before: mark, after: mark, drawings: drawings, isPlain: isPlain,
      isPromise: ["def", "watch", "break"].contains(words.first), seed: seed, dataHash: dataHash)
    if passed.isPromise { kept += drawings }
    let verb = words.first ?? ""
    if verb == SeedCommand.spec.name {
      seed = words.count == 2 && Int(words[1]) != nil ? words[1] : nil
    } else if verb == DataCommand.spec.name {
      dataHash = nil
    } else if Self.movers.contains(verb) || registry[verb] == nil {
      (seed, dataHash) = (nil, nil)
    }
    return passed
  }

  /// Takes the reply of a statement.
  mutating func read(_ output: [String], of statement: Statement) {
    guard let verb = statement.tokens.first,
      statement.source.text(verb.range) == DataCommand.spec.name
    else { return }
    for line in output {
      if let match = line.firstMatch(of: #/, hash ([0-9a-f]{16}) /#) { dataHash = String(match.1) }
    }
  }

  /// Takes the state after what was passed last.
  mutating func read(_ mark: SessionLog.Mark) { self.mark = mark }

  /// What the reply of some statements says of a file.
  func claim(of path: String, in passed: [Passed]) -> FigureClaim {
    var claim = FigureClaim(path: path)
    if let plain = passed.last(where: { $0.isPlain && $0.drawings.first?.path == path }) {
      claim.commands = plain.drawings
      claim.isPlain = true
      (claim.before, claim.after) = (plain.before, plain.after)
      (claim.seed, claim.dataHash) = (plain.seed, plain.dataHash)
      return claim
    }
    let own = passed.flatMap(\.drawings)
    let isOwn = own.contains { $0.path == nil || $0.path == path }
    claim.commands = (isOwn ? own : kept).filter { $0.path == nil || $0.path == path }
    let texts = passed.map(\.statement.text).joined(separator: " ")
    // What goes back in time may draw any state, and so may a definition at any later time.
    if !passed.allSatisfy(\.isPromise),
      !texts.contains(#/\b(rewind|undo|redo|switch|source)\b/#)
    {
      (claim.before, claim.after) = (passed.first?.before, passed.last?.after)
    }
    return claim
  }

  /// The commands of a statement that draw, those of its blocks included.
  private func drawings(in statement: Statement) -> (commands: [DrawingCommand], isPlain: Bool) {
    let verb = VizCommand.spec.name
    let isDrawing = statement.tokens.contains {
      $0.kind == .word && statement.source.text($0.range) == verb
    }
    guard isDrawing, let instruction = try? InstructionParser.parse(statement) else {
      return ([], false)
    }
    func all(_ body: Instruction.Body) -> [DrawingCommand] {
      body.items.flatMap { drawings(in: $0).commands }
    }
    switch instruction.kind {
    case .repetition(_, let body), .loop(_, _, let body): return (all(body), false)
    case .choice(let branches, let otherwise):
      return (branches.flatMap { all($0.body) } + (otherwise.map(all) ?? []), false)
    case .definition(let definition): return (all(definition.body), false)
    case .command(let command):
      guard let invocation = try? parser.parse(command) else {
        return ([Self.unknown(command)].compactMap { $0 }, true)
      }
      if let body = invocation.body { return (all(body), false) }
      guard invocation.spec.name == verb else { return ([], false) }
      let drawing = DrawingCommand(
        name: invocation.name, text: invocation.canonicalText, hasVariables: false,
        path: invocation.outputPath)
      return ([drawing], true)
    }
  }

  /// A command that cannot be read without its variables.
  private static func unknown(_ command: Statement) -> DrawingCommand? {
    let words = command.tokens.filter { $0.kind == .word }.prefix(2).map {
      command.source.text($0.range)
    }
    guard words.first == VizCommand.spec.name else { return nil }
    return DrawingCommand(
      name: words.joined(separator: " "), text: command.oneLine, hasVariables: true,
      path: outputs(of: command).first)
  }

  /// The files after `->`; one whose name has a variable cannot be known.
  static func outputs(of statement: Statement) -> [String] {
    zip(statement.tokens, statement.tokens.dropFirst()).compactMap { arrow, word in
      guard arrow.kind == .arrow, word.kind == .word else { return nil }
      return Quoting.literal(statement.source.text(word.range)).map { Paths.expandingTilde($0) }
    }
  }
}
