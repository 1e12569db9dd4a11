import CommandLanguage
import Sessions

/// Names and metrics of the program's state, for expressions and completion.
public protocol StateNames: AnyObject {
  /// Names of a kind: metrics, layers, parameters, sessions.
  func names(of kind: DynamicKind) -> [String]
  /// The latest value of a metric, or nil when there is no such metric.
  ///
  /// - Throws: `Diagnostic` when the metric exists but has no value yet.
  func metric(_ name: String) throws -> Double?
  /// The numbers of a tensor, sliced.
  ///
  /// - Throws: `Diagnostic` or `SliceMisfit`.
  func tensor(_ reference: Reference) throws -> NumberArray
}

/// Everything that commands work on.
public final class CommandContext {
  /// Variables, settings, history and written files.
  public let shell: ShellState
  /// Whether the user asked to stop.
  public let cancellation: any Cancellation
  /// The commands.
  public let commands: [any Command.Type]
  /// Their declarations.
  public let registry: Registry
  /// What expressions and completion can name of the state; set by whoever owns the state.
  public weak var stateNames: (any StateNames)?
  private let workbenchNames: WorkbenchNames
  /// Receives what long commands say while they run; the front end sets it.
  public var onProgress: (WorkProgress) -> Void = { _ in }
  /// How many seconds work may take before it says how far it is.
  var patience = 1.0
  /// Runs a script file inside the current command; the interpreter sets it.
  var runFile: (String, Invocation) throws -> Output = { _, _ in .nothing }

  /// Runs what `then { … }` holds, in the middle of training; the interpreter sets it.
  var runBody: (Instruction.Body) throws -> Void = { _ in }

  /// Runs lines that leave no trace in the log and returns why some failed; the interpreter sets it.
  var runUnrecorded: ([String]) -> [String] = { _ in [] }
  /// What the blocks of watches replied while the present command trained.
  var watchReplies = StoredOutput()
  /// Whether a `break` ended the training of the present command, so that the block around it ends.
  var endedByBreak = false
  /// Why a condition ended the training of the present command, when it could not be acted on: the
  /// command is done and logged, a script ends after it.
  var failedWatch: Diagnostic?

  /// Data, model and training state.
  public let workbench: Workbench
  /// The moments that the session can go back to.
  public let timeline: Timeline
  /// What the session did, as a script.
  public var log = SessionLog()
  /// Whether the log became another one, of a session that was loaded.
  var logWasReplaced = false
  /// How many entries of the log were saved with `save session`.
  var savedEntries = 0
  /// Where that was, without ending; nil where only the log was written.
  var savedAs: String?
  /// The commands on disk, flushed after each; at a prompt only.
  public var journal: Journal?
  /// Whether the journal could not be written after the last command.
  var journalFails = false
  /// Saving by itself, when it is on.
  var autosave: Autosave?
  /// Whether it was said that no seed was set.
  var saidSeed = false
  /// Whether the block of a watch runs, which may not train.
  var isInWatch = false
  /// Whether commands run of which the log keeps nothing: those of a watch or of a loaded shell.
  var isUnlogged = false
  /// How many replays run around this session: 0 for the user's own.
  var replayDepth = 0
  /// What the log says of a command that failed after it changed the state: `step 12`.
  var loggedBeforeFailure: String?
  /// What the present command replied, until the log has the command.
  var reply = StoredOutput()

  /// Creates a context.
  public init(
    commands: [any Command.Type] = AllCommands.list, shell: ShellState = ShellState(),
    cancellation: any Cancellation = ManualCancellation(),
    workbench: Workbench = Workbench(threads: 1)
  ) {
    self.workbench = workbench
    self.commands = commands
    self.registry = Registry(commands.map { $0.spec })
    self.shell = shell
    self.cancellation = cancellation
    timeline = Timeline(workbench)
    workbenchNames = WorkbenchNames(workbench, timeline)
    stateNames = workbenchNames
    workbenchNames.watcher = { [unowned self] in TimeTravel.watcher(self) }
  }

  /// The session with the batch of its last step.
  var benchWithBatch: Workbench {
    get throws { try timeline.presentWithBatch(TimeTravel.watcher(self)) }
  }

  /// Reads tensors by their names.
  var tensors: TensorReader {
    TensorReader(bench: workbench, timeline: timeline, watcher: TimeTravel.watcher(self))
  }

  /// The command of a verb.
  func command(named name: String) -> (any Command.Type)? {
    commands.first { $0.spec.name == name }
  }

  /// Computes an expression in the present state.
  ///
  /// - Throws: `Diagnostic` at the name in the invocation's text that has no value.
  public func evaluate(_ expression: Formula, of invocation: Invocation) throws -> Double {
    do {
      return try expression.evaluate(in: environment)
    } catch let error as Diagnostic {
      throw error.located(in: invocation.source, at: invocation.range)
    }
  }

  /// Variables and metrics as expressions see them.
  public var environment: ShellEnvironment {
    ShellEnvironment(shell: shell, stateNames: stateNames)
  }

  /// The completer for a front end.
  public var completer: Completer {
    Completer(registry: registry, source: environment)
  }
}

/// Variables of the shell and metrics of the state.
public struct ShellEnvironment: ExpressionEnvironment, CompletionSource {
  let shell: ShellState
  let stateNames: (any StateNames)?

  /// The user's variables, sorted.
  public var variableNames: [String] { shell.variables.keys.sorted() }
  /// The metrics that have been measured.
  public var metricNames: [String] { stateNames?.names(of: .quantities) ?? [] }
  /// The value of `$name`.
  public func variable(_ name: String) -> Variable? { shell.variables[name] }
  /// The latest value of a metric.
  public func metric(_ name: String) throws -> Double? { try stateNames?.metric(name) }
  /// The numbers of a tensor.
  public func tensor(_ reference: Reference) throws -> NumberArray? {
    try stateNames?.tensor(reference)
  }
  /// Names for completion.
  public func names(of kind: DynamicKind) -> [String] {
    switch kind {
    case .variables: variableNames
    case .definitions: shell.definitions.keys.sorted()
    case .topics: HelpTopics.all.map(\.name)
    default: stateNames?.names(of: kind) ?? []
    }
  }
}
