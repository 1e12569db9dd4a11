import CommandLanguage
import Commands
import Foundation

/// Makes command lines: by the grammar, from pieces, and by changing lines that are right.
struct LineGenerator {
  let context: CommandContext
  private let corpus: [String]

  init(_ context: CommandContext, _ place: FuzzFolder) {
    self.context = context
    corpus = Self.corpus(context.registry)
  }

  /// One line that can only reach files in the working directory.
  func line(_ random: inout SeededRandom) -> String {
    var text: String
    switch random.below(100) {
    case 0..<55: text = command(&random)
    case 55..<59: text = command(&random) + "; " + command(&random)
    case 59..<62: text = block(&random)
    case 62..<80: text = mutated(random.pick(corpus), &random)
    case 80..<90: text = mutated(command(&random), &random)
    case 90..<96: text = pieces(&random)
    default: text = random.pick(corpus)
    }
    if random.chance(2) { text += " # " + random.pick(Self.oddTexts) }
    return FuzzFolder.confined(text)
  }

  /// Examples of help and the lines of the example scripts.
  private static func corpus(_ registry: Registry) -> [String] {
    var lines = registry.specs.flatMap { $0.examples.map(\.line) }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    for folder in ["examples", "sessions"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
      for name in names.sorted() where name.hasSuffix(".dyad") {
        let text = (try? String(contentsOfFile: "\(root)/\(folder)/\(name)", encoding: .utf8)) ?? ""
        lines += text.split(separator: "\n").map(String.init)
      }
    }
    return lines + [
      "set memory 1MB", "set threads 256", "epoch 1000000", "load session s", "source loop.dyad",
      "replay s.dyad --verify", "data cifar10 root=cifar10", "data mnist root=gz",
      "data tensors t.npz", "load weights w.safetensors", "method simsiam-multi stages=1000",
    ]
  }

  /// A block of commands, sometimes one in another.
  private func block(_ random: inout SeededRandom) -> String {
    let inner = random.chance(25) ? block(&random) : command(&random)
    let body = "{ \(command(&random)); \(inner) }"
    let head = random.pick([
      "repeat 2", "repeat 0", "repeat 1000000000", "repeat $a", "for x in 0..2", "for x in a,b",
      "for x in [0..99999]", "for x in 0..999999999", "if step > 1", "if loss < 9", "if 1/0 > 0",
      "def f", "def f x y", "quiet repeat 2", "try if knn > 3", "time for a in 1,2",
    ])
    let tail = random.chance(15) ? " else { \(command(&random)) }" : ""
    return head + " " + body + tail + (random.chance(30) ? "; f" : "")
  }

  /// A command by the declarations, with values that are mostly legal.
  private func command(_ random: inout SeededRandom) -> String {
    let specs = context.registry.specs
    let spec = specs[random.below(specs.count)]
    // Plain `data demo` and `help` are dear or dull; they come less often.
    if ["help", "quit", "sys", "history", "replay"].contains(spec.name), random.chance(70) {
      return command(&random)
    }
    let form = spec.forms[random.below(spec.forms.count)]
    var words = [random.chance(2) ? random.pick(Self.oddTexts) : spec.name]
    if !form.name.isEmpty { words.append(form.name) }
    for argument in form.arguments where argument.isRequired || random.chance(60) {
      if random.chance(2) { continue }
      words.append(value(argument, &random))
    }
    if spec.name == "let", words.count == 3, random.chance(95) { words.insert("=", at: 2) }
    let share = random.below(40)
    for option in form.options where option.name != "overwrite" && random.chance(share) {
      let text = value(option, &random)
      words.append(option.name + (random.chance(2) ? " = " : "=") + text)
      if random.chance(2) { words.append(option.name + "=" + text) }
    }
    for entry in form.switches where random.chance(40) { words.append("--" + entry.name) }
    if random.chance(2) {
      words.append(random.pick(["bogus=1", "--bogus", "width=", "=3", "x=y=z"]))
    }
    if random.chance(form.isLogged ? 2 : 10) { words.append("| " + filter(&random)) }
    if form.options.contains(where: { $0.name == "overwrite" }), random.chance(60) {
      words.append("overwrite=on")
    }
    if let output = form.output, random.chance(60) || output.isRequired {
      words.append("-> " + path(output.extensions, &random))
    } else if random.chance(2) {
      words.append("-> " + path(["png"], &random))
    }
    return words.joined(separator: " ")
  }

  private func filter(_ random: inout SeededRandom) -> String {
    let column = random.pick([
      "step", "loss", "part", "value", "name", "key", "id", "metrics", "command", "shape", "nope",
    ])
    return random.pick([
      "head 1", "head 0", "head 99999999999999999999", "sort \(column)", "sort \(column) --desc",
      "where \(column) > 0", "where 1/0 > \(column)", "cols \(column)", "cols a,b", "where",
      "| head",
      "where (\(column)", "sort", "tail 3",
    ])
  }

  private func pieces(_ random: inout SeededRandom) -> String {
    var words: [String] = []
    for _ in 0..<1 + random.below(8) {
      switch random.below(4) {
      case 0: words.append(random.pick(context.registry.names))
      case 1: words.append(random.pick(Self.oddTexts))
      case 2: words.append(random.pick(Self.numbers))
      default: words.append(random.pick(Self.tokens))
      }
    }
    return words.joined(separator: random.chance(70) ? " " : "")
  }

  /// A line with a few characters or words changed.
  private func mutated(_ line: String, _ random: inout SeededRandom) -> String {
    if random.chance(40) {
      var words = line.split(separator: " ").map(String.init)
      for _ in 0..<1 + random.below(2) where !words.isEmpty {
        let at = random.below(words.count)
        switch random.below(6) {
        case 0: words.remove(at: at)
        case 1: words.insert(words[at], at: at)
        case 2: words.swapAt(at, random.below(words.count))
        case 3:
          guard let sign = words[at].firstIndex(of: "=") else { continue }
          words[at] = words[at][...sign] + random.pick(Self.numbers + Self.oddTexts)
        case 4: words[at] = random.pick(Self.numbers + Self.oddTexts + Self.tokens)
        default: words.insert(random.pick(Self.tokens), at: at)
        }
      }
      return words.joined(separator: " ")
    }
    var scalars = Array(line.unicodeScalars)
    for _ in 0..<1 + random.below(4) where !scalars.isEmpty {
      let at = random.below(scalars.count)
      switch random.below(5) {
      case 0: scalars.remove(at: at)
      case 1: scalars.insert(Unicode.Scalar(UInt8(random.below(128))), at: at)
      case 2: scalars.insert(contentsOf: scalars[at...].prefix(1 + random.below(30)), at: at)
      case 3: scalars.removeSubrange(at..<min(scalars.count, at + random.below(12)))
      default: scalars.insert(contentsOf: random.pick(Self.tokens).unicodeScalars, at: at)
      }
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }
}
