import CommandLanguage
import Testing

/// SplitMix64, so that a failing line can be made again from the seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct FuzzTests {
  static let pieces: [String] =
    Sample.specs.flatMap { $0.examples.map(\.line) }
    + Sample.specs.flatMap { [$0.name] + $0.subcommands.map(\.name) }
    + [
      "[", "]", "(", ")", "{", "}", "\"", "\\", "$", "${", "$n", "->", "|", ";", "#", "\n", "=",
      "..",
      "-", "--", "1e308", "9223372036854775807", "-9223372036854775808", "0..", "1:2", "é", "👩‍🔬",
      "\u{0}",
      "\u{301}", "z1[", "w:", "@e5", "auto", "nan", "0x", ",", "batch=", "proj=[", "%",
      "99999999GB",
    ]

  static func line(_ random: inout SeededGenerator) -> String {
    var text =
      Bool.random(using: &random)
      ? (Sample.specs.flatMap(\.examples).randomElement(using: &random)?.line ?? "") : ""
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      text += pieces.randomElement(using: &random) ?? ""
      if Bool.random(using: &random) { text += " " }
    }
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 0...3, using: &random) where !scalars.isEmpty {
      let at = Int.random(in: 0..<scalars.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: scalars.remove(at: at)
      case 1:
        let byte = UInt8.random(in: 0..<128, using: &random)
        scalars.insert(Unicode.Scalar(byte), at: at)
      default: scalars.append(contentsOf: scalars[at...].prefix(40))
      }
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }

  @Test func noLineTrapsAndCanonicalTextIsStable() {
    var random = SeededGenerator(state: 20_230_501)
    let completer = Completer(registry: Sample.registry, source: SampleSource())
    var parsed = 0
    for _ in 0..<20_000 {
      let line = Self.line(&random)
      let cursor = Int.random(in: 0...line.utf8.count + 1, using: &random)
      _ = completer.complete(line, cursor: cursor)
      guard let invocations = try? parse(line, abbreviates: true) else {
        _ = errorText(line, abbreviates: true, name: "fuzz.dyad")
        continue
      }
      for invocation in invocations {
        parsed += 1
        let text = invocation.canonicalText
        let again = try? parse(text)
        #expect(again?.count == 1 && again?[0].canonicalText == text, "\(line.debugDescription)")
        #expect(again?.first?.values == invocation.values, "\(line.debugDescription)")
      }
    }
    #expect(parsed > 1000)
  }

  @Test func aMegabyteIsReadOrRefusedQuickly() {
    for piece in ["a", "[", "\"", "1,", "$n", " 1", "- ", "\\\n", "x;", "#", "(1+", "é"] {
      let count = (1 << 20) / piece.utf8.count
      for verb in ["note ", "bank rows ", "let n = "] {
        _ = errorText(verb + String(repeating: piece, count: count))
      }
    }
    #expect(errorText("note " + String(repeating: "a", count: 1 << 20)).contains("at most 1048576"))
  }
}
