import CommandLanguage
import Datasets
import Foundation
import Sessions

/// Runs entries and scripts, command by command; knows no terminal.
public final class Interpreter {
  /// The deepest nesting of `source`.
  public static let maxDepth = 64
  /// The newest version of the language that a script may ask for.
  public static let languageVersion = 1
  /// The largest script, in bytes.
  public static let maxScriptBytes = 64 << 20

  /// What the owner of the session hears and says.
  public struct Hooks {
    /// The state as `STEP HASH key=value …`, or nil when there is no state yet.
    public var stateFingerprint: () -> String? = { nil }
    /// A command succeeded, before `didSucceed`: the stable part of its reply, which the log keeps
    /// when it keeps the command.
    public var didReply: (_ stableText: String, _ isLogged: Bool) -> Void = { _, _ in }
    /// A logged command succeeded; the fingerprint is given when the command changed it.
    public var didSucceed: (_ canonicalText: String, _ fingerprint: String?) -> Void = { _, _ in }
    /// A command that is no part of a block has ended, or a block that the log has as one.
    public var didEnd: (_ text: String) -> Void = { _ in }
    /// A block has ended of which the log has each command.
    public var didEndEach: (_ text: String) -> Void = { _ in }
    /// A command inside a block succeeded, after `didSucceed`.
    public var didEndPart: (_ text: String) -> Void = { _ in }
    /// A block begins; returns what `didEndBlock` is to be called with.
    public var willBeginBlock: () -> Int = { 0 }
    /// A block ended well: its commands in the log become one, as it is written.
    public var didEndBlock: (_ begin: Int, _ text: String) -> Void = { _, _ in }
    /// A command failed; the log keeps it as a comment.
    public var didFail: (_ text: String, _ error: Diagnostic) -> Void = { _, _ in }
    /// A cell begins: the log writes `#%% title`.
    public var didBeginCell: (_ title: String) -> Void = { _ in }
    /// A line of prose in a `#%% [markdown]` cell, with its `#`.
    public var didWriteProse: (_ comment: String) -> Void = { _ in }

    /// Creates hooks that do nothing.
    public init() {}
  }

  /// What commands work on.
  public let context: CommandContext
  /// What the owner of the session hears and says.
  public var hooks = Hooks()
  var depth = 0
  /// How many blocks and definitions run around the present command.
  var nesting = 0
  var report: (Reply) -> Void = { _ in }
  var lastFingerprint: String?
  /// Whether a command of the block that runs was logged otherwise than it is written there.
  var isBlockExpanded = false
  /// The variables that loops and calls of the present block made, with their last values.
  var leavingVariables: [String: Variable] = [:]
  /// Whether comments are prose: after the marker of a prose cell, until a command or another cell.
  private var isInProse = false
  /// Whether no block or definition runs around the present command.
  var isAtTopLevel: Bool { nesting == 0 }
  /// How many commands succeeded so far, those in scripts counted.
  private var succeeded = 0

  /// Creates an interpreter on a context; it sets how the context runs script files.
  public init(_ context: CommandContext) {
    self.context = context
    context.runFile = { [unowned self] path, invocation in
      try self.runFile(path, for: invocation)
    }
    context.runBody = { [unowned self] body in try self.runBody(body) }
    context.runUnrecorded = { [unowned self] lines in self.runUnrecorded(lines) }
  }

  /// Runs one entry; the first error ends it.
  ///
  /// - Parameters:
  ///   - line: The entry, which may have several commands and lines.
  ///   - isTyped: Whether abbreviations are accepted.
  ///   - report: Receives a reply after each command.
  /// - Returns: The error that ended the entry, already reported.
  @discardableResult
  public func run(
    _ line: String, isTyped: Bool = true, report: @escaping (Reply) -> Void
  ) -> Diagnostic? {
    context.cancellation.reset()
    return run(SourceText(line), isTyped: isTyped, report: report)
  }

  /// Runs a script's text; the first error ends it, with `file:line:column`.
  @discardableResult
  public func runScript(_ source: SourceText, report: @escaping (Reply) -> Void) -> Diagnostic? {
    context.cancellation.reset()
    return run(source, isTyped: false, report: report)
  }

  private func run(
    _ source: SourceText, isTyped: Bool, report: @escaping (Reply) -> Void
  ) -> Diagnostic? {
    let outer = self.report
    self.report = report
    defer { self.report = outer }
    do {
      try runItems(of: source, isTyped: isTyped)
      return nil
    } catch {
      return error
    }
  }

  private func runItems(of source: SourceText, isTyped: Bool) throws(Diagnostic) {
    var isFirst = true
    var last: Statement?
    do {
      for item in try Lexer.items(of: source) {
        switch item {
        case .comment(let text, _): comment(text)
        case .command(let statement):
          isInProse = false
          let isVersion = isFirst && statement.text.hasPrefix("version")
          if try !(isVersion && checkVersion(statement)) {
            try run(statement, isTyped: isTyped)
            last = statement
            try checkStop(after: statement)
            // A script inside another one goes on, as its recording does.
            if depth == 0, let failure = context.failedWatch {
              context.failedWatch = nil
              throw failure.located(in: statement.source, at: statement.range)
            }
          }
          isFirst = false
          if context.shell.isQuitting { return }
        }
      }
    } catch {
      let failure = error as? CommandFailure
      var error = failure?.error ?? Interpreter.diagnostic(error).located(in: source)
      if let note = ScriptStanding.note(error, in: source, after: last),
        error.note?.contains(note) != true
      {
        error.note = (error.note.map { $0 + "; " } ?? "") + note
      }
      if depth == 0 {
        report(
          Reply(
            command: failure?.command ?? "", result: .failure(error),
            elapsed: failure?.elapsed ?? 0, fingerprint: nil))
      }
      throw error
    }
  }

  /// Why a command failed, for the entry or the script around it to report.
  struct CommandFailure: Error {
    var error: Diagnostic
    let command: String
    let elapsed: Double
  }

  /// Runs a command or a block.
  func run(_ statement: Statement, isTyped: Bool) throws {
    // A `try` holds for what stands behind it even where that cannot be read.
    try withPrefixes(InstructionParser.prefixes(of: statement)) {
      let instruction: Instruction
      do {
        instruction = try InstructionParser.parse(statement)
      } catch {
        throw failed(error, in: statement, as: statement.text, elapsed: 0)
      }
      switch instruction.kind {
      case .command(let command):
        if let definition = definition(of: command) {
          try call(definition, command)
        } else {
          try runCommand(
            command, isTyped: isTyped, showsTime: instruction.prefixes.contains(.time))
        }
      default: try runBlock(instruction)
      }
    }
  }

  /// Tells the log of a failure and packs it for whoever reports it.
  func failed(
    _ error: any Error, in statement: Statement, as text: String, elapsed: Double,
    endsCommand: Bool = true
  ) -> CommandFailure {
    let error = Interpreter.diagnostic(error).located(in: statement.source, at: statement.range)
    // An error inside a script that this command ran was already told to the log.
    if error.source == statement.source { hooks.didFail(text, error) }
    if nesting == 0, endsCommand { hooks.didEnd(text) }
    return CommandFailure(error: error, command: text, elapsed: elapsed)
  }

  private func runCommand(_ statement: Statement, isTyped: Bool, showsTime: Bool) throws {
    let start = ContinuousClock.now
    func elapsed() -> Double {
      let duration = (ContinuousClock.now - start).components
      return Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
    }
    var text = statement.text
    let before = context.timeline.undoCount
    var isScript = false
    do {
      let parser = CommandParser(
        registry: context.registry, environment: context.environment,
        allowsAbbreviations: isTyped && nesting == 0)
      var (invocation, output) = try droppingModelOfFailure {
        let invocation = try parser.parse(statement)
        text = invocation.canonicalText
        isScript = invocation.spec.name == SourceCommand.spec.name
        return (invocation, try perform(invocation))
      }
      succeeded += 1
      let isLogged = invocation.form.isLogged && !output.replacesLog
      hooks.didReply(output.loggedReply ?? output.stableText, isLogged)
      let fingerprint = logged(invocation, output)
      if output.loggedText.map({ $0 != text }) == true || invocation.spec.name == "source" {
        isBlockExpanded = true
      }
      let written = output.loggedText ?? text
      if nesting == 0 { hooks.didEnd(written) } else { hooks.didEndPart(written) }
      if showsTime, !output.volatile.contains(where: { $0.name == "time" }) {
        output.volatile.append(Output.Volatile("time", NumberFormat.seconds(elapsed())))
      }
      report(
        Reply(
          command: text, result: .success(output), elapsed: elapsed(), fingerprint: fingerprint))
    } catch {
      var failure = failed(error, in: statement, as: text, elapsed: elapsed())
      // The steps that a command took before one that failed are kept; a script is taken back.
      if isScript { takeBack(since: before, &failure) }
      throw failure
    }
  }

  /// A stop that was asked for ends what would follow, not the command that is done.
  func checkStop(after statement: Statement) throws {
    let isLast = statement.range.upperBound >= statement.source.bytes.count
    if context.cancellation.isRequested,
      depth > 0 || nesting > 0 || !isLast || statement.source.name != nil
    {
      throw Diagnostic("stopped by the user", at: statement.range, in: statement.source)
    }
  }

  /// Runs one statement of a recorded session; returns why it failed.
  func runReplayed(_ statement: Statement) -> Diagnostic? {
    do {
      try run(statement, isTyped: false)
      try checkStop(after: statement)
      return nil
    } catch let failure as CommandFailure {
      return failure.error
    } catch {
      return Interpreter.diagnostic(error).located(in: statement.source, at: statement.range)
    }
  }

  /// Refuses a `version N` that is newer than this program.
  func checkLanguageVersion(_ statement: Statement) throws {
    _ = try checkVersion(statement)
  }

  private func perform(_ invocation: Invocation) throws -> Output {
    guard let command = context.command(named: invocation.spec.name) else {
      throw invocation.error("unknown command \(Diagnostic.quote(invocation.spec.name))")
    }
    try checkPlace(of: invocation)
    // A command that changes something must be refused before it runs.
    if !invocation.filters.isEmpty, !invocation.form.givesTable { throw noTable(invocation) }
    do {
      return try filtered(command.run(invocation, in: context), invocation)
    } catch {
      throw ErrorPlace.diagnostic(error, of: invocation)
    }
  }

  /// Runs what may need a model; one that was drawn for a look that failed is gone again.
  ///
  /// A script or a block that fails keeps what its commands before the failing one built.
  func droppingModelOfFailure<Result>(_ body: () throws -> Result) throws -> Result {
    let before = succeeded
    return try context.workbench.droppingModelOfFailure(
      unless: { context.loggedBeforeFailure != nil || succeeded > before }, body)
  }

  private func noTable(_ invocation: Invocation) -> Diagnostic {
    invocation.error("'\(invocation.name)' gives no table, a filter after '|' needs one")
  }

  private func filtered(_ output: Output, _ invocation: Invocation) throws -> Output {
    if invocation.filters.isEmpty { return output }
    guard case .table(var table) = output.content else { throw noTable(invocation) }
    for (filter, range) in zip(invocation.filters, invocation.filterRanges) {
      do {
        table = try filter.apply(to: table, variables: context.environment)
      } catch {
        throw Interpreter.diagnostic(error).located(in: invocation.source, at: range)
      }
    }
    var output = output
    output.content = .table(table)
    return output
  }

  private func logged(_ invocation: Invocation, _ output: Output) -> String? {
    let state = hooks.stateFingerprint()
    if output.replacesLog { lastFingerprint = state }
    guard invocation.form.isLogged, !output.replacesLog else { return nil }
    let changed = state == lastFingerprint ? nil : state
    lastFingerprint = state
    hooks.didSucceed(output.loggedText ?? invocation.canonicalText, changed)
    return changed
  }

  private func comment(_ text: String) {
    if let marker = CellMarker(text) {
      isInProse = marker.isProse
      hooks.didBeginCell(marker.text)
    } else if isInProse, CellMarker.isProse(text) {
      hooks.didWriteProse(text)
    }
  }

  /// `version N` on a script's first line: true when it is one.
  private func checkVersion(_ statement: Statement) throws -> Bool {
    let words = statement.text.split(whereSeparator: \.isWhitespace)
    guard words.first == "version" else { return false }
    guard words.count == 2, let version = Int(words[1]), version >= 1 else {
      throw Diagnostic(
        "expected 'version 1', got \(Diagnostic.quote(statement.text))",
        at: statement.range)
    }
    guard version <= Interpreter.languageVersion else {
      throw Diagnostic(
        "the script is written for version \(version), this dyad reads versions up to "
          + "\(Interpreter.languageVersion)", at: statement.range)
    }
    return true
  }

  private func runFile(_ path: String, for invocation: Invocation) throws -> Output {
    guard depth < Interpreter.maxDepth else {
      throw invocation.error("scripts call each other more than \(Interpreter.maxDepth) deep")
    }
    let source: SourceText
    do {
      source = try Interpreter.readScript(context.shell.files.readPath(path))
    } catch let error as Diagnostic {
      throw error.located(in: invocation.source, at: invocation.ranges["file"])
    }
    depth += 1
    defer { depth -= 1 }
    hooks.didBeginCell("source \(path)")
    // What ran before an error stands, so its cell ends here too.
    defer {
      hooks.didBeginCell("end of \(path)")
      isInProse = false
    }
    try runItems(of: source, isTyped: false)
    return .nothing
  }

  /// Why a command failed, whoever ran it.
  static func reason(_ error: any Error) -> Diagnostic {
    (error as? CommandFailure)?.error ?? diagnostic(error)
  }

  /// Any error as a diagnostic: those of the layers below have only a text.
  static func diagnostic(_ error: any Error) -> Diagnostic {
    if let error = error as? Diagnostic { return error }
    if let error = error as? SessionError { return Diagnostic(error.message, help: error.help) }
    if let error = error as? DatasetError {
      return Diagnostic(error.message, help: error.suggestion)
    }
    if let error = error as? any LocalizedError, let text = error.errorDescription {
      return Diagnostic(text)
    }
    return Diagnostic("\(error)")
  }
}
