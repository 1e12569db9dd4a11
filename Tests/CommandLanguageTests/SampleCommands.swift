import CommandLanguage

/// Declarations of the kinds that the product has, for tests of the language alone.
enum Sample {
  static let count = Key<Int>(
    "count", .int(in: 1...1_000_000), default: 1, unit: "steps", help: "how many optimizer steps")
  static let batch = Key<Int>(
    "batch", .int(in: 2...65536), default: 256, unit: "images", help: "images per step")
  static let temp = Key<Double>("temp", .number(.above(0)), default: 0.7, help: "temperature")
  static let proj = Key<[Int]>(
    "proj", .list(of: .int(in: .from(1)), count: 2...2), default: [2048, 2048],
    help: "projector's hidden and output width")
  static let start = Key<Duration?>(
    optional: "start", .duration([.steps, .epochs]), default: "51epochs", auto: true,
    help: "when the bank enters the targets")
  static let on = Key<String>("on", .choice(["h", "z"]), default: "h", help: "which features")
  static let classifier = Key<String>(
    "classifier", .choice(["auto", "on", "off"]), default: "auto", help: "online classifier")
  static let ids = Key<Indices>("ids", .indices, help: "sample numbers")
  static let ref = Key<Formula>("ref", .tensor, help: "the tensor")
  static let metrics = Key<[String]>("metrics", .list(of: .word(.metrics)), help: "metric names")
  static let every = Key<Duration>(
    "every", .duration([.steps, .epochs]), default: .steps(10), help: "how often")
  static let file = Key<String>("file", .path(["safetensors", "npz"]), help: "the file")
  static let lr = Key<Double?>(
    optional: "lr", .number(.atLeast(0)), default: "auto", auto: true, help: "learning rate")
  static let condition = Key<Formula>("condition", .expression, help: "when to stop")
  static let limit = Key<Duration>(
    "max", .duration([.steps, .epochs]), default: .epochs(100), help: "when to give up")
  static let warmup = Key<Duration>(
    "warmup", .duration([.steps, .epochs, .fraction]), default: .epochs(10), help: "warm-up")
  static let memory = Key<MemorySize>("size", .bytes, help: "the most memory to use")
  static let name = Key<String>("name", .name, help: "the variable")
  static let value = Key<Formula>("value", .expression, help: "what it becomes")
  static let text = Key<String>("text", .string, help: "the prose")
  static let dry = Switch("dry", help: "compute the step without applying it")
  static let k = Key<Int>("k", .int(in: 1...100), default: 5, help: "neighbours")
  static let crop = Key<ClosedRange<Double>>(
    "crop", .pair(.within(0, 1)), default: 0.08...1, help: "share of the area")

  static let specs: [CommandSpec] = [
    CommandSpec(
      "step", group: .train, summary: "Takes optimizer steps.", arguments: [count], switches: [dry],
      examples: [Example("step", "One step"), Example("step 10 --dry", "Ten, not applied")],
      seeAlso: ["run"]),
    CommandSpec(
      "run", group: .train, summary: "Trains until a condition holds.",
      requiring: [
        CommandForm(
          "until", summary: "Trains until a condition holds.", arguments: [condition],
          options: [limit],
          examples: [
            Example("run until knn > 35", "Until kNN accuracy passes 35 %"),
            Example("run until loss < 5.2 and z_std > 0.02 max=20ep", "At most 20 epochs"),
          ])
      ]),
    CommandSpec(
      "method", group: .setup, summary: "Chooses loss and heads.",
      requiring: [
        CommandForm(
          "simsiam-multi", summary: "SimSiam with a memory bank.", options: [batch, proj, start],
          examples: [Example("method simsiam-multi start=2ep", "Bank from epoch 2")]),
        CommandForm(
          "simclr", summary: "Contrasts 2N views.", options: [batch, temp, proj],
          examples: [Example("method simclr temp=0.5", "Sharper")]),
        CommandForm(
          "simclr-attn", summary: "SimCLR with graph attention.",
          options: [batch, temp, on, classifier]),
      ]),
    CommandSpec(
      "optim", group: .setup, summary: "Chooses the optimizer.",
      requiring: [
        CommandForm("sgd", summary: "Momentum SGD.", options: [lr, warmup, crop]),
        CommandForm("lars", summary: "Layer-wise rates.", options: [lr]),
      ], examples: [Example("optim sgd lr=0.5", "SGD"), Example("optim lars lr=auto", "LARS")]),
    CommandSpec(
      "bank", group: .inspect, summary: "Shows the memory bank.", givesTable: true,
      subcommands: [
        CommandForm("rows", summary: "Shows rows.", arguments: [ids]),
        CommandForm("ages", summary: "Shows how old rows are."),
      ], examples: [Example("bank", "Summary"), Example("bank rows 17", "One row")]),
    CommandSpec(
      "tensor", group: .inspect, summary: "Prints a tensor.", arguments: [ref],
      examples: [
        Example("tensor z1[0:3, :6]", "A corner"), Example("tensor w:backbone.conv1.weight", "All"),
      ]),
    CommandSpec(
      "track", group: .train, summary: "Records metrics.", arguments: [metrics], options: [every],
      output: OutputFile(["jsonl"], help: "one object per line"),
      examples: [
        Example("track loss,lr every=1st -> m.jsonl", "Every step"), Example("track loss", "Loss"),
      ]),
    CommandSpec(
      "viz", group: .draw, summary: "Draws a figure.",
      requiring: [
        CommandForm(
          "graph", summary: "Draws a similarity graph.", options: [k],
          output: OutputFile(["png"], isRequired: true, help: "the figure"))
      ],
      examples: [
        Example("viz graph k=5 -> g.png", "Graph"), Example("viz graph -> \"my g.png\"", "Quoted"),
      ]),
    CommandSpec(
      "load", group: .sessions, summary: "Loads weights.", arguments: [file],
      examples: [Example("load a.npz", "Load"), Example("load ~/w.safetensors", "From home")]),
    CommandSpec(
      "memory", group: .shell, summary: "Limits memory.", arguments: [memory],
      examples: [Example("memory 2GB", "Two gigabytes"), Example("memory 80%", "A share")]),
    CommandSpec(
      "let", group: .shell, summary: "Sets a variable.", arguments: [name, value],
      isAssignment: true,
      examples: [Example("let n = 3", "A number"), Example("let root = \"../data\"", "A text")]),
    CommandSpec(
      "note", group: .shell, summary: "Writes prose into the log.", arguments: [text],
      examples: [Example("note \"first try\"", "Prose"), Example("note done", "A word")]),
  ]

  static let registry = Registry(specs)
}

/// Variables and metrics of the tests.
struct SampleEnvironment: ExpressionEnvironment {
  var variables: [String: Variable] = [
    "n": .number(8), "half": .number(0.5), "root": .text("../my data"), "unit": .text("4ep"),
  ]
  var metrics: [String: Double] = ["loss": 5.5, "knn": 36, "mp.cos": 0.25, "z_std": 0.03]
  var variableNames: [String] { variables.keys.sorted() }
  var metricNames: [String] { metrics.keys.sorted() }
  func variable(_ name: String) -> Variable? { variables[name] }
  func metric(_ name: String) -> Double? { metrics[name] }
}

/// Parses the commands of a line.
func parse(_ line: String, abbreviates: Bool = false, name: String? = nil) throws -> [Invocation] {
  let source = SourceText(line, name: name)
  let parser = CommandParser(
    registry: Sample.registry, environment: SampleEnvironment(), allowsAbbreviations: abbreviates)
  do {
    return try Lexer.items(of: source).compactMap { item in
      guard case .command(let statement) = item else { return nil }
      return try parser.parse(statement)
    }
  } catch let error as Diagnostic {
    throw error.located(in: source)
  }
}

/// The text of the error that a line gives, or of its canonical form when it gives none.
func errorText(_ line: String, abbreviates: Bool = false, name: String? = nil) -> String {
  do {
    return "no error: "
      + (try parse(line, abbreviates: abbreviates, name: name).map(\.canonicalText)).description
  } catch let error as Diagnostic {
    return error.text
  } catch {
    return "\(error)"
  }
}
