import CommandLanguage
import Commands

extension LineGenerator {
  static let numbers = [
    "0", "1", "2", "3", "4", "8", "16", "-1", "0.5", "1.5", "-0.0", "1e999", "-1e999", "1e-999",
    "1e308", "1e18", "1e19", "nan", "inf", "-inf", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "4294967296", "2147483648", "99999999999999999999999", "0x10", "1_000",
    "٣", "1e", "1.", ".5", "+1", "007", "4611686018427387904", "1000000", "65536", "3037000500",
  ]

  static let oddTexts = [
    "é", "👩‍🔬", "\u{301}x", "\u{0}", "\u{1b}[31m", "\u{202e}abc", "\"", "\"open", "\"a\\n\\\"b\"",
    "${", "${a}", "$a", "$", "\"${a\"", "\"${nope}\"", "[[[[1]]]]", "((((1))))", "[", "]", "{",
    "}", "(", ")", "()", "[]", "a b", "\\", "\\\n", "\t", "\r", "\n", "#", "#%% x", "#= 1 2", "*",
    "**", "?", "..", "...", "-", "--", "~", "-h", ",", ",,", "[,]", ";", ";;", "|", "->", "=", "==",
    "auto", "on", "none", "'q'", "`q`", "%", "@e5", "@-1", "NaN", "True", "null", "\u{feff}x",
    String(repeating: "a", count: 300), String(repeating: "[", count: 80),
    String(repeating: "-", count: 200), "\"" + String(repeating: "é", count: 300) + "\"",
  ]

  static let tokens = [
    ";", "|", "->", "#", "[", "]", "(", ")", "{", "}", "\"", "\\", "$", "..", ":", ",", "=", "%",
    "0..9223372036854775807", "5..0", "-1..3", "1:0", "nan:1", "z1[0:3, :6]", "z1[::-1]", "z1[",
    "bank[-1]", "attn[0:0]", "w:backbone.conv1.weight", "g:x", "a:backbone", "m:*", "let a = 3",
    "batch=8", "width=2", "proj=[8,8]", "n=3", "k=1000000", "size=1:1", "dpi=1e9", "every=0st",
    "every=1ep", "on=test", "on=probe", "layer=p", "overwrite=on", "quiet", "time", "try",
  ]

  /// A text for an argument or option: mostly legal, sometimes at or beyond the border.
  func value(_ parameter: Parameter, _ random: inout SeededRandom) -> String {
    if parameter.acceptsAuto, random.chance(10) { return "auto" }
    if random.chance(2) { return random.pick(Self.oddTexts) }
    if random.chance(3) { return random.pick(Self.numbers) }
    return value(parameter.type, &random)
  }

  private func value(_ type: ValueType, _ random: inout SeededRandom) -> String {
    switch type {
    case .int(let range): return integer(range, &random)
    case .number: return number(&random)
    case .onOff: return random.pick(["on", "off", "on", "off", "yes", "On", "1", "o"])
    case .choice(let names):
      return random.chance(92)
        ? random.pick(names) : String(random.pick(names).prefix(1 + random.below(4)))
    case .word(let kind): return word(kind, &random)
    case .name: return random.pick(["a", "b", "n", "run-1", "z1", "s5", "9a", "é", "a_b-c", "in"])
    case .momentName:
      return random.pick([
        "a", "b", "run-1", "s5", "9a", "temp-0.2", "a.", ".a", "a..b", "all", "é",
      ])
    case .string: return random.pick(["hello", "\"a text\"", "\"${a}\"", "\"\"", "\"\\u\"", "$a"])
    case .path(let extensions): return path(extensions, &random)
    case .list(let element, let count): return list(element, count, &random)
    case .duration:
      return random.pick([
        "1st", "2st", "1ep", "3ep", "0ep", "0st", "0.25", "25%", "1.0", "-1st", "1e9st", "101%",
        "99999999999999999999ep", "9223372036854775807ep", "9223372036854775807st", "1", "2.5ep",
      ])
    case .indices:
      return random.pick([
        "0", "1,2,3", "0..5", "[0..3,7]", "7", "23", "24", "199", "200", "5..0", "0..0", "-1",
        "-1..3", "0..9223372036854775807", "0..999999", "0..1000000", "1,1,1,1", "0..8", "[]",
      ])
    case .tensor: return random.chance(60) ? reference(&random) : expression(&random)
    case .time:
      return random.pick([
        "@s1", "@s0", "s2", "@e0", "@e1", "@-1", "@-2", "@main", "@main-2", "@main/s1", "@x", "@",
        "@a/b/c", "@s99999999999999999999", "@e9223372036854775807", "@main/-1", "n", "@run-1",
      ])
    case .expression: return expression(&random)
    case .pair:
      return random.pick([
        "0:1", "0.2:1", "1:0", "0:0", "1:1", "-1:1", "nan:1", "0:1e999", "1e-300:1e300", "1:", ":1",
        "0.08:1", "3:4",
      ])
    case .bytes:
      return random.pick([
        "1B", "1KB", "1MB", "40MB", "80%", "0%", "200%", "0B", "99999999999GB", "8GB", "1.5MB",
      ])
    case .seconds: return random.pick(["1s", "0s", "1e999s", "8h", "-1s", "10min", "0.01s"])
    }
  }

  private func integer(_ range: ClosedRange<Int>, _ random: inout SeededRandom) -> String {
    let low = range.lowerBound
    let high = range.upperBound
    switch random.below(100) {
    case 0..<62:
      let width = high.subtractingReportingOverflow(low).overflow ? Int.max : high - low
      return String(low + random.below(min(width, 24) + 1))
    case 62..<68: return String(low)
    case 68..<73: return String(high)
    case 73..<76: return String(low.subtractingReportingOverflow(1).partialValue)
    case 76..<79: return String(high.addingReportingOverflow(1).partialValue)
    case 79..<90: return random.pick(["8", "16", "32", "64", "100", "1000", "4096", "100000"])
    default: return random.pick(Self.numbers)
    }
  }

  private func number(_ random: inout SeededRandom) -> String {
    random.chance(60)
      ? random.pick(["0", "0.1", "0.5", "1", "0.9", "0.07", "2", "1e-5", "0.001"])
      : random.pick(Self.numbers + ["1e30", "1e-30", "3.4e38", "1e-46", "1e300", "1e-310"])
  }

  private func word(_ kind: DynamicKind?, _ random: inout SeededRandom) -> String {
    let known = kind.map { context.environmentNames($0) } ?? []
    if !known.isEmpty, random.chance(75) { return random.pick(known) }
    return random.pick([
      "loss", "total", "z_std", "knn", "erank", "lr", "align", "uniform", "acc1", "contrast_acc",
      "backbone.*", "*", "*.weight", "???", "backbone.conv1.weight", "layer1", "config", "all",
      "0", "1", "airplane", "dots", "x", "e5",
    ])
  }

  /// A file by its ending, often the one that is right.
  func path(_ extensions: [String], _ random: inout SeededRandom) -> String {
    let known = [
      "i.safetensors", "f.safetensors", "b.safetensors", "w.safetensors", "h.safetensors",
      "s.safetensors", "t.npz", "a.npy", "x.png", "s.dyad", "s", "folder/s", "loop.dyad", "m.jsonl",
      "cifar10", "cifar100", "mnist", "gz", "folder", "null", "dangling", "blob.bin", "",
      "missing/x.png", "readonly/x.png", "nofile", "\"a b.png\"", "\"\"", "~", ".", "./",
      String(repeating: "n", count: 260),
    ]
    let fitting = known.filter { name in extensions.contains { name.hasSuffix("." + $0) } }
    if !fitting.isEmpty, random.chance(45) { return random.pick(fitting) }
    if random.chance(40) { return "o\(random.below(4))." + random.pick(extensions + ["png"]) }
    return random.pick(known)
  }

  private func list(
    _ element: ValueType, _ count: ClosedRange<Int>, _ random: inout SeededRandom
  ) -> String {
    let size =
      random.chance(85)
      ? count.lowerBound + random.below(min(3, count.upperBound - count.lowerBound) + 1)
      : random.below(6)
    let items = (0..<size).map { _ in value(element, &random) }
    let text = items.joined(separator: ",")
    return random.chance(90)
      ? "[\(text)]" : random.pick([text, "[\(text)", "[[\(text)]]", "[\(text),]"])
  }

  private func reference(_ random: inout SeededRandom) -> String {
    let parameters = context.environmentNames(.parameters)
    let layers = context.environmentNames(.layers)
    let bases =
      ["x1", "x2", "h1", "h2", "z1", "z2", "p1", "p2", "sim", "attn", "bank", "x3", "h", "q1"]
      + ["w:", "g:", "m:"].map { $0 + random.pick(parameters) }
      + ["a:" + random.pick(layers), "w:", "a:nope", "g:nope.weight", "b:x"]
    let slices = [
      "", "", "", "[0]", "[0:3, :6]", "[-1]", "[::2]", "[::-1]", "[::0]", "[5:2]", "[0:0]",
      "[99999]", "[0,0,0,0,0,0]", "[:, :, 0]", "[...]", "[9223372036854775807]", "[1:", "[]",
      "[-9223372036854775808:9223372036854775807]", "[:9223372036854775807:9223372036854775807]",
      "[0:9223372036854775808]", "[a]", "[1.5]", "[0][0]", "[ 0 , 1 ]", "[-99999:]",
    ]
    return random.pick(bases) + random.pick(slices)
  }

  private static let functions = [
    "sqrt", "log", "exp", "abs", "floor", "ceil", "round", "min", "max", "sum", "mean", "std",
    "norm",
    "normalize", "transpose", "matmul", "cos", "dot",
  ]

  private func expression(_ random: inout SeededRandom) -> String {
    func atom(_ random: inout SeededRandom) -> String {
      if random.chance(35) { return reference(&random) }
      return random.pick(
        Self.numbers + ["loss", "knn", "step", "$a", "z1", "lr", "(1)", "\"t\"", "z1@e1", "-1"]
          + context.environmentNames(.quantities))
    }
    func call(_ random: inout SeededRandom) -> String {
      let inner = atom(&random)
      switch random.below(3) {
      case 0: return inner
      case 1: return random.pick(Self.functions) + "(\(inner))"
      default:
        let second = random.chance(40) ? random.pick(["0", "1", "-1", "9", "0.5"]) : atom(&random)
        return random.pick(Self.functions) + "(\(inner), \(second))"
      }
    }
    var text = call(&random)
    for _ in 0..<random.below(5) {
      let sign = random.pick(["+", "-", "*", "/", ">", "<", "==", "and", "or", "^", ">="])
      text += " \(sign) " + call(&random)
    }
    if random.chance(20) { text = random.pick(Self.functions + ["not "]) + "(\(text))" }
    if random.chance(4) {
      let depth = 20 + random.below(80)
      text = String(repeating: "(", count: depth) + text + String(repeating: ")", count: depth)
    }
    return text
  }
}

extension CommandContext {
  /// Names of the present state, as completion has them.
  func environmentNames(_ kind: DynamicKind) -> [String] { environment.names(of: kind) }
}
