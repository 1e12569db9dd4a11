import CommandLanguage
import Kernels
import Datasets
import Sessions

/// Shows the set-up, the model, the state or the defaults.
public enum ShowCommand: Command {
  /// What can be shown.
  public enum Part: String, CaseIterable, Sendable {
    case state, config, backbone, method, model, optim, health, runs, defaults
  }

  static let part = Key<Part>(
    "what", .choice(of: Part.self), default: .state, help: "which part")

  /// The declaration.
  public static let spec = CommandSpec(
    "show", group: .inspect, summary: "Shows the set-up, the model, the state or the defaults.",
    details: "state: data, step, fingerprint, memory. config: every option with its value and "
      + "why; backbone, method: those of one part. model: layers, shapes, parameters. optim: groups, rates, decay. health: the last "
      + "step's line, explained. runs: a row for every model of the session. defaults: every option's default and its source.",
    arguments: [part], givesTable: true,
    examples: [
      Example("show", "Where the session stands"),
      Example("show config", "Every option with its value and the reason"),
      Example("show model | sort parameters --desc | head 3", "The three largest layers"),
    ], seeAlso: ["params", "tensor", "schedule"])

  /// Shows.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    switch invocation[part] {
    case .state:
      var output = Output.table(ShowState.table(bench))
      guard invocation.filters.isEmpty else { return output }
      // What is allocated depends on what was held and looked at, not on the state alone; a file
      // that was lost is lost in this process only.
      let lines = Output.table(ShowState.table(bench, withLostFiles: false)).stableText.split(
        separator: "\n", omittingEmptySubsequences: false)
      output.loggedReply = lines.map { $0.hasPrefix("  memory ") ? "  memory …" : String($0) }
        .joined(separator: "\n")
      return output
    case .config: return .table(try config(bench))
    case .backbone, .method:
      var table = try config(bench)
      let name = Table.Cell.text(invocation[part].rawValue)
      table.rows = table.rows.filter { $0.first == name }
      table.notes = []
      guard !table.rows.isEmpty else {
        let isMethod = invocation[part] == .method
        throw SessionError(
          isMethod ? "no method yet" : "no backbone yet",
          help: isMethod ? "method simclr" : "backbone small")
      }
      return .table(table)
    case .model: return .table(try model(bench))
    case .optim: return .table(try optim(bench))
    case .health: return .table(try ShowHealth.table(context))
    case .runs: return .table(ShowRuns.table(bench))
    case .defaults: return .table(try ShowDefaults.table(context))
    }
  }

  private static func config(_ bench: Workbench) throws -> Table {
    let resolved = try bench.resolved()
    var rows: [[Table.Cell]] = []
    if let data = bench.data {
      let choice = data.choice
      let given: [(name: String, value: String?)] = [
        ("name", choice.name), ("root", choice.root), ("split", choice.split),
        ("n", choice.n.map { "\($0)" }), ("per_class", choice.perClass.map { "\($0)" }),
        ("classes", choice.classes?.joined(separator: ",")),
        ("labels", choice.labels.map { $0 ? "on" : "off" }),
        ("probe", choice.probe.map { "\($0)" }),
        ("mean", choice.mean.map { "\($0)" }), ("std", choice.std.map { "\($0)" }),
      ]
      rows += given.compactMap { option in
        option.value.map { [.text("data"), .text(option.name), .text($0), .text("set")] }
      }
    }
    let preset = bench.augmentation?.preset ?? ShowState.presetName(bench)
    rows.append([
      .text("augment"), .text("preset"), .text(preset),
      .text(bench.augmentation == nil ? ShowState.presetReason(bench) : "set"),
    ])
    rows += resolved.options.map {
      [.text($0.part), .text($0.name), .text($0.value), .text($0.reason)]
    }
    let conv = bench.configuration.convolution
    rows.append([
      .text("set"), .text("conv"), .text(conv.rawValue),
      .text(conv == .auto ? "the default" : "set"),
    ])
    var notes: [String] = []
    if let optimizer = resolved.optimizer {
      notes.append(
        "  lr in force \(NumberFormat.short(optimizer.lr))   classifier "
          + "\(NumberFormat.short(optimizer.classifierLR))   \(resolved.stepsPerEpoch) steps an "
          + "epoch")
    } else {
      notes.append("  no method yet: its options, optimizer and schedule follow from it")
    }
    return Table(
      [
        Table.Column("part"), Table.Column("option"), Table.Column("value"), Table.Column("why"),
      ], rows: rows, notes: notes, names: ["part", "option"])
  }

  private static func model(_ bench: Workbench) throws -> Table {
    let layers = try bench.layers()
    let total = layers.reduce(0) { $0 + $1.count }
    return Table(
      [
        Table.Column("layer"), Table.Column("shapes"), Table.Column("output"),
        Table.Column("parameters"),
      ],
      rows: layers.map { layer in
        let shapes = layer.parameters.map { "\($0.name) \($0.shape)" }.joined(separator: "  ")
        return [
          .text(layer.name), .text(shapes), layer.output.map { .text("\($0)") } ?? .none,
          .int(layer.count),
        ]
      }, notes: ["  \(layers.count) layers with parameters   \(total) parameters in all"])
  }

  private static func optim(_ bench: Workbench) throws -> Table {
    let groups = try bench.optimizerGroups()
    let resolved = try bench.resolved()
    var notes: [String] = []
    if let o = resolved.optimizer {
      var line = "  optim \(o.name.rawValue)"
      if o.name != .adam, o.name != .adamw {
        line += "   momentum \(NumberFormat.short(o.momentum))"
      }
      if o.name == .lars {
        line += "   trust \(NumberFormat.short(o.trust))   variant \(o.variant.rawValue)"
      }
      line += "   exclude \(o.exclude.isEmpty ? "none" : o.exclude.joined(separator: ","))"
      notes.append(line)
    }
    if let s = resolved.schedule {
      var line = "  schedule \(s.name.rawValue)"
      if s.name != .const {
        line += "   warm-up \(NumberFormat.short(s.warmup)) of \(NumberFormat.short(s.total)) steps"
      }
      notes.append(line + "   next step \(bench.summary.step + 1)")
    }
    return Table(
      [
        Table.Column("group"), Table.Column("lr"), Table.Column("base_lr"), Table.Column("wd"),
        Table.Column("scheduled"), Table.Column("adapted"), Table.Column("tensors"),
        Table.Column("excluded"), Table.Column("parameters"),
      ],
      rows: groups.map {
        [
          .text($0.name), .number($0.rate), .number($0.baseRate), .number($0.weightDecay),
          .text($0.isScheduled ? "yes" : "no"), .text($0.isAdapted ? "yes" : "no"),
          .int($0.tensors), .int($0.excluded), .int($0.count),
        ]
      }, notes: notes)
  }
}
