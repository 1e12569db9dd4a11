import CommandLanguage
import Testing

/// Files and names that exist only here.
struct SampleSource: CompletionSource {
  func names(of kind: DynamicKind) -> [String] {
    switch kind {
    case .variables: ["half", "n", "root"]
    case .metrics, .quantities: ["loss", "lr", "knn"]
    case .layers: ["backbone.layer1", "backbone.layer2"]
    case .parameters, .tensors:
      ["backbone.conv1.weight"]
        + (1...4).flatMap { i in (0..<4).map { "backbone.layer\(i).0.conv\($0).weight" } }
        + ["projector.0.weight"]
    default: []
    }
  }

  func entries(ofFolder path: String) -> [FolderEntry] {
    switch path {
    case ".":
      [
        FolderEntry("data", isFolder: true), FolderEntry("my files", isFolder: true),
        FolderEntry("weights.npz", isFolder: false), FolderEntry("notes.txt", isFolder: false),
        FolderEntry(".hidden", isFolder: true),
      ]
    case "data/":
      [FolderEntry("a.safetensors", isFolder: false), FolderEntry("a b.npz", isFolder: false)]
    case "my files/": [FolderEntry("c.npz", isFolder: false)]
    default: []
    }
  }
}

struct CompletionCase: Sendable, CustomTestStringConvertible {
  let line: String
  let candidates: [String]
  init(_ line: String, _ candidates: [String]) {
    self.line = line
    self.candidates = candidates
  }
  var testDescription: String { line }
}

@Suite struct CompleterTests {
  static let cases: [CompletionCase] = [
    CompletionCase("me", ["memory", "method"]),
    CompletionCase("step 1; no", ["note"]),
    CompletionCase("method ", ["simsiam-multi", "simclr", "simclr-attn"]),
    CompletionCase("meth simclr-", ["simclr-attn"]),
    CompletionCase("method simclr ", ["batch=", "temp=", "proj="]),
    CompletionCase("method simclr batch=4 t", ["temp="]),
    CompletionCase("method simclr batch=4 ", ["temp=", "proj="]),
    CompletionCase("method simclr-attn on=", ["h", "z"]),
    CompletionCase("method simclr-attn cl", ["classifier="]),
    CompletionCase("method simclr-attn classifier=o", ["on", "off"]),
    CompletionCase("method simsiam-multi start=", ["auto"]),
    CompletionCase("step --", ["--dry"]),
    CompletionCase("step --dry ", []),
    CompletionCase("bank ", ["rows", "ages"]),
    CompletionCase("bank rows ", []),
    CompletionCase("track loss,l", ["loss", "lr"]),
    CompletionCase("track [loss,k", ["knn"]),
    CompletionCase("track loss ", ["every=", "overwrite="]),
    CompletionCase("track loss -> ", ["data/", "\"my files/"]),
    CompletionCase("load ", ["data/", "\"my files/", "weights.npz"]),
    CompletionCase("load w", ["weights.npz"]),
    CompletionCase("load .h", [".hidden/"]),
    CompletionCase("load data/a", ["data/a.safetensors", "\"data/a b.npz\""]),
    CompletionCase("load \"my files/", ["\"my files/c.npz\""]),
    CompletionCase("tensor x", ["x1", "x2"]),
    CompletionCase("tensor g:b", ["g:backbone.conv1.weight"].isEmpty ? [] : ["g:backbone."]),
    CompletionCase(
      "tensor g:backbone.",
      [
        "g:backbone.conv1.", "g:backbone.layer1.", "g:backbone.layer2.", "g:backbone.layer3.",
        "g:backbone.layer4.",
      ]),
    CompletionCase("tensor g:p", ["g:projector.0.weight"]),
    CompletionCase("tensor a:", ["a:backbone.layer1", "a:backbone.layer2"]),
    CompletionCase("tensor z1[", []),
    CompletionCase("run until l", ["loss", "lr", "log("]),
    CompletionCase("run until loss < 3 and k", ["knn"]),
    CompletionCase("run until norm(z", ["z1", "z2"]),
    CompletionCase("tensor matmul(z1, h", ["h1", "h2"]),
    CompletionCase("tensor nor", ["norm(", "normalize("]),
    CompletionCase("run until loss < 3 m", ["m:", "min(", "max(", "mean(", "matmul(", "max="]),
    CompletionCase("optim sgd lr=$", ["$half", "$n", "$root"]),
    CompletionCase("let x = (2*$ha", ["$half"]), CompletionCase("note \"run ${r", ["${root}"]),
    CompletionCase("if loss < $n", ["$n"]), CompletionCase("if kn", ["knn"]),
    CompletionCase("note \"\\$r", []), CompletionCase("repeat $", ["$half", "$n", "$root"]),
    CompletionCase("bank | s", ["sort"]),
    CompletionCase("bank rows 3 | s", []),
    CompletionCase("nonsense ", []),
    CompletionCase("# me", []),
  ]

  @Test(arguments: cases)
  func candidatesComeFromTheDeclarations(_ row: CompletionCase) {
    let completer = Completer(registry: Sample.registry, source: SampleSource())
    #expect(completer.complete(row.line).candidates.map(\.text) == row.candidates)
  }

  @Test func theRangeIsTheWordBeforeTheCursor() {
    let completer = Completer(registry: Sample.registry, source: SampleSource())
    let inside = completer.complete("method simclr te extra", cursor: 16)
    #expect(inside.range == 14..<16)
    #expect(inside.candidates.map(\.text) == ["temp="])
    let list = completer.complete("track loss,kn")
    #expect(list.range == 11..<13)
    let value = completer.complete("method simclr-attn on=")
    #expect(value.range == 22..<22)
    #expect(completer.complete("method sim").commonPrefix == "sim")
    #expect(completer.complete("me").commonPrefix == "me")
  }
}
