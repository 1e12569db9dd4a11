import CommandLanguage
import Sessions

/// Blocks, definitions and prefixes.
extension Interpreter {
  /// The deepest nesting of blocks and calls.
  static let maxNesting = 64

  private static let count = Key<Int>(
    "repeat", .int(in: 0...1_000_000_000), help: "how often the block runs")

  private var parser: CommandParser<ShellEnvironment> {
    CommandParser(
      registry: context.registry, environment: context.environment, allowsAbbreviations: false)
  }

  /// Runs with the prefixes of an instruction in force.
  func withPrefixes(_ prefixes: Set<Instruction.Prefix>, _ body: () throws -> Void) throws {
    let outer = report
    defer { report = outer }
    if prefixes.contains(.quiet) {
      report = { reply in if case .failure = reply.result { outer(reply) } }
    }
    guard prefixes.contains(.attempt) else { return try body() }
    do {
      try body()
      if let failure = context.failedWatch {
        context.failedWatch = nil
        outer(Reply(command: "", result: .failure(failure), elapsed: 0, fingerprint: nil))
      }
    } catch let failure as CommandFailure where !context.cancellation.isRequested {
      context.failedWatch = nil
      outer(
        Reply(
          command: failure.command, result: .failure(failure.error), elapsed: failure.elapsed,
          fingerprint: nil))
    }
  }

  /// Runs a block; the log has it as it is written, or as far as it came.
  func runBlock(_ instruction: Instruction) throws {
    let start = ContinuousClock.now
    let statement = instruction.statement
    try nested(statement) {
      switch instruction.kind {
      case .command: break
      case .repetition(let range, let body):
        let times = try parser.value(Self.count, at: range, in: statement.source)
        for _ in 0..<times {
          try run(body, after: statement)
          if endsBlock { break }
        }
      case .loop(let name, let range, let body):
        let old = context.shell.variables[name]
        // The list is read once; the variable is as it was when the loop is over.
        var isDone = false
        defer { restoreVariable(name, old, isDone: isDone) }
        for value in try parser.elements(at: range, in: statement.source) {
          setVariable(name, value)
          try run(body, after: statement)
          if endsBlock { break }
        }
        isDone = true
      case .choice(let branches, let otherwise):
        let chosen = try branches.first { branch in
          let formula = try Formula(statement.source, in: branch.condition)
          return try formula.evaluate(in: context.environment) != 0
        }
        if let body = chosen?.body ?? otherwise { try run(body, after: statement) }
      case .definition(let definition): try define(definition, statement)
      }
    }
    guard instruction.prefixes.contains(.time) else { return }
    let duration = (ContinuousClock.now - start).components
    let seconds = Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    report(
      Reply(
        command: statement.oneLine,
        result: .success(
          Output(.nothing, volatile: [Output.Volatile("time", NumberFormat.seconds(seconds))])),
        elapsed: seconds, fingerprint: nil))
  }

  /// The user's own command that a statement calls.
  func definition(of statement: Statement) -> Definition? {
    guard let first = statement.tokens.first, first.kind == .word else { return nil }
    return context.shell.definitions[statement.source.text(first.range)]
  }

  /// Runs a definition with its arguments as variables, which are as they were afterwards.
  func call(_ definition: Definition, _ statement: Statement) throws {
    try nested(statement) {
      let arguments = statement.tokens.dropFirst()
      guard arguments.count == definition.parameters.count,
        arguments.allSatisfy({ $0.kind == .word })
      else {
        let names = definition.parameters.map { $0.uppercased() }.joined(separator: " ")
        let count = definition.parameters.count
        throw Diagnostic(
          "\(definition.name) takes \(count) argument\(count == 1 ? "" : "s"), got "
            + "\(arguments.count)", at: statement.range, in: statement.source
        ).helped("\(definition.name) \(names)")
      }
      var values: [(String, Variable)] = []
      for (name, token) in zip(definition.parameters, arguments) {
        values.append((name, try parser.argument(at: token.range, in: statement.source)))
      }
      let old = definition.parameters.map { context.shell.variables[$0] }
      var isDone = false
      defer {
        for (name, value) in zip(definition.parameters, old) {
          restoreVariable(name, value, isDone: isDone)
        }
      }
      for (name, value) in values { setVariable(name, value) }
      try run(definition.body, after: statement)
      isDone = true
    }
  }

  /// Sets a variable of a block.
  ///
  /// Where the log keeps what a block did command by command (it failed,
  /// was stopped, or is being saved), it has the value that those commands used.
  private func setVariable(_ name: String, _ value: Variable?) {
    context.shell.variables[name] = value
    guard let value else { return }
    record("let \(name) = \(value.canonicalText)")
  }

  /// Logs what a block did to the shell as the command that would do it.
  private func record(_ text: String) {
    context.reply = StoredOutput()
    hooks.didSucceed(text, nil)
    hooks.didEndPart(text)
  }

  /// Sets a block's variable to what it was before.
  ///
  /// One that there was not stays until the outermost block has ended, and where the log has that
  /// command by command: no command takes a variable away.
  private func restoreVariable(_ name: String, _ old: Variable?, isDone: Bool) {
    if old != nil {
      setVariable(name, old)
    } else if isDone {
      leavingVariables[name] = context.shell.variables[name]
    }
  }

  /// Takes away what only loops and calls of a block had set.
  private func removeVariables() {
    for (name, value) in leavingVariables where context.shell.variables[name] == value {
      context.shell.variables[name] = nil
    }
  }

  private func define(_ definition: Definition, _ statement: Statement) throws {
    let taken =
      context.registry[definition.name] != nil
      || Instruction.keywords.contains(definition.name)
      || Instruction.prefixNames.contains(definition.name)
    if taken {
      throw Diagnostic(
        "'\(definition.name)' is a command of dyad's own", at: statement.range,
        help: "def my-\(definition.name) …")
    }
    context.shell.definitions[definition.name] = definition
    // Where the log keeps a block command by command, it has the definition too.
    if nesting > 1 { record(definition.text) }
  }

  private func run(_ body: Instruction.Body, after statement: Statement) throws {
    for item in body.items {
      try run(item, isTyped: false)
      if endsBlock { return }
      try checkStop(after: item)
    }
    // An empty body must end too when the user asks.
    try checkStop(after: statement)
  }

  /// Whether what is left of a block is not run: a `break` stopped its training, or the user quits.
  private var endsBlock: Bool { context.shell.isQuitting || context.endedByBreak }

  /// What moves through training or through time cannot run between two steps of a command.
  static let excludedFromWatches: Set<String> = [
    "step", "epoch", "run", "rewind", "undo", "redo", "branch", "switch", "load", "source",
    "replay", "seed", "data", "backbone", "method", "autosave",
  ]

  /// Refuses what cannot run where the present command stands.
  func checkPlace(of invocation: Invocation) throws {
    let isSave = invocation.spec.name == "save" && invocation.subcommand == "session"
    if context.isInWatch, isSave {
      throw WatchCommand.savesSession(at: invocation.range, in: invocation.source)
    }
    if context.isInWatch, Self.excludedFromWatches.contains(invocation.spec.name) {
      throw invocation.error("'\(invocation.name)' cannot run in the block of a watch")
    }
    if nesting > 0, invocation.spec.name == "load", invocation.subcommand == "session" {
      throw invocation.error(
        "'load session' cannot run in a block, which is one command of a log that it replaces")
    }
    if nesting > 0, ["undo", "redo"].contains(invocation.spec.name) {
      throw invocation.error(
        "'\(invocation.name)' cannot run in a block, which is one command to undo")
    }
  }

  /// Runs a watch's block in the middle of training; the command that trains is logged, not these.
  func runBody(_ body: Instruction.Body) throws {
    let begin = context.log.entries.count
    let pending = context.timeline.pendingCount
    let fingerprint = lastFingerprint
    let wasUnlogged = context.isUnlogged
    context.isUnlogged = true
    nesting += 1
    defer {
      nesting -= 1
      context.isUnlogged = wasUnlogged
      // The log has no mark of theirs: the change is the training command's.
      lastFingerprint = fingerprint
      // They are undone with the command that trains.
      context.timeline.dropPending(from: pending)
      // A replay sees these replies before the one of the command that trains.
      for case .command(_, _, let output) in context.log.entries.dropFirst(begin) {
        context.watchReplies.append(output)
      }
      context.log.removeEntries(from: begin)
    }
    for item in body.items { try run(item, isTyped: false) }
  }

  /// What a session file may have run: nothing that reads, writes or trains.
  private static let shellVerbs: Set<String> = ["set", "let", "def", "watch", "break"]

  /// Runs the lines of a session file that make its shell again: not reported and not logged.
  func runUnrecorded(_ lines: [String]) -> [String] {
    let begin = context.log.entries.count
    let outer = report
    report = { _ in }
    context.isUnlogged = true
    nesting += 1
    defer {
      nesting -= 1
      context.isUnlogged = false
      report = outer
      context.log.removeEntries(from: begin)
    }
    return lines.compactMap { line in
      do {
        for case .command(let statement) in try Lexer.items(of: SourceText(line)) {
          let words = statement.tokens.lazy.map { statement.source.text($0.range) }
          let verb = words.first { !Instruction.prefixNames.contains($0) } ?? ""
          guard Self.shellVerbs.contains(verb) else {
            throw Diagnostic("'\(verb)' is no part of a session's shell")
          }
          try run(statement, isTyped: false)
        }
        return nil
      } catch {
        let text = "\(line.prefix(200)): \(Interpreter.reason(error).message)"
        return "  not made again: " + HarmlessText.line(text)
      }
    }
  }

  /// Runs what a statement stands for; outside other blocks the log then has the statement.
  private func nested(_ statement: Statement, _ body: () throws -> Void) throws {
    guard nesting < Self.maxNesting else {
      throw failed(
        Diagnostic("blocks and calls nest deeper than \(Self.maxNesting) levels"), in: statement,
        as: statement.oneLine, elapsed: 0)
    }
    let isOutermost = nesting == 0
    let before = context.timeline.undoCount
    let begin = isOutermost ? hooks.willBeginBlock() : 0
    if isOutermost {
      leavingVariables = [:]
      isBlockExpanded = false
      context.endedByBreak = false
    }
    nesting += 1
    do {
      defer { nesting -= 1 }
      try droppingModelOfFailure(body)
    } catch {
      var failure =
        error as? CommandFailure
        ?? failed(error, in: statement, as: statement.oneLine, elapsed: 0, endsCommand: false)
      if isOutermost {
        hooks.didEndEach(statement.oneLine)
        takeBack(since: before, &failure)
      }
      throw failure
    }
    guard isOutermost else { return }
    if isBlockExpanded {
      hooks.didEndEach(statement.oneLine)
    } else {
      removeVariables()
      hooks.didEndBlock(begin, statement.oneLine)
      hooks.didEnd(statement.oneLine)
    }
  }

  /// Undoes what a script or a block did before it failed, so that a failed command changes nothing;
  /// `redo` brings it back.
  ///
  /// What the user stopped stays: it was asked for.
  func takeBack(since before: Int, _ failure: inout CommandFailure) {
    let timeline = context.timeline
    let count = timeline.undoCount - before
    guard depth == 0, nesting == 0, count > 0, !context.cancellation.isRequested else { return }
    let commands = count == 1 ? "1 command" : "\(count) commands"
    do {
      _ = try timeline.undo(count)
    } catch {
      failure.error.note =
        "\(commands) before it ran and \(count == 1 ? "stands" : "stand"): "
        + Interpreter.diagnostic(error).message
      return
    }
    timeline.setAside(count)
    if let shell = timeline.attachment as? ShellMoment { try? shell.restore(context) }
    let text = "undo \(count) --aside"
    context.log.append(text, mark: context.workbench.mark)
    lastFingerprint = hooks.stateFingerprint()
    hooks.didEnd(text)
    failure.error.note =
      "\(commands) before it ran and \(count == 1 ? "was" : "were") taken back; "
      + "redo\(count == 1 ? "" : " \(count)") brings \(count == 1 ? "it" : "them") back"
  }
}

extension Diagnostic {
  fileprivate func helped(_ text: String) -> Diagnostic {
    var error = self
    error.help = text
    return error
  }
}
