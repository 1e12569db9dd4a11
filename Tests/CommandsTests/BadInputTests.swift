import CommandLanguage
import Commands
import Files
import Foundation
import Sessions
import Testing

/// A line that must fail, and how.
struct BadInput: Sendable, CustomTestStringConvertible {
  /// What is bad about it.
  let name: String
  /// Lines that succeed before it.
  let before: [String]
  /// The line that fails.
  let line: String
  /// The text that the carets stand under.
  let place: String
  /// What the message says: what was expected and what was found.
  let parts: [String]

  init(_ name: String, _ before: [String], _ line: String, at place: String, _ parts: String...) {
    self.name = name
    self.before = before
    self.line = line
    self.place = place
    self.parts = parts
  }

  var testDescription: String { name }

  private static let images = ["data tensors i.safetensors"]
  private static let model =
    images + ["backbone small width=2", "method simclr batch=4 proj=[4,4]"]
  private static let trained = model + ["step 2"]

  static let all: [BadInput] = [
    BadInput("verb", trained, "stpe 3", at: "stpe", "unknown command 'stpe'"),
    BadInput(
      "key", trained, "backbone small widht=4", at: "widht", "unknown key 'widht'", "width="),
    BadInput(
      "value", trained, "backbone small width=many", at: "many", "an integer in 1…512", "'many'"),
    BadInput("choice", trained, "backbone resnet99", at: "resnet99", "resnet50", "'resnet99'"),
    BadInput(
      "layer", trained, "stats a:backbone.conv9", at: "a:backbone.conv9", "no layer",
      "'backbone.conv9'"),
    BadInput(
      "parameter", trained, "tensor w:backbone.conv1.wieght", at: "w:backbone.conv1.wieght",
      "'backbone.conv1.wieght'"),
    BadInput(
      "slice", trained, "tensor z1[0:3, 9]", at: "9", "index 9 is out of range", "length 4",
      "0…3"),
    BadInput(
      "sample", images, "data show 0..8", at: "0..8", "8", "out of range", "0…7"),
    BadInput(
      "batch", trained, "method simclr batch=9", at: "9", "at most", "8", "got 9"),
    BadInput(
      "CIFAR file one byte short", trained, "data cifar10 root=short",
      at: "short",
      "data_batch_1.bin", "whole number of 3073-byte records", "found 12291 bytes"),
    BadInput(
      "header longer than the file", trained, "load weights long.safetensors",
      at: "long.safetensors", "long.safetensors", "expected a header", "found length"),
    BadInput(
      "header with more data than the file", trained, "data tensors lying.safetensors",
      at: "lying.safetensors", "'images'", "expected", "found"),
    BadInput(
      "header whose shape overflows", trained, "data tensors huge.safetensors",
      at: "huge.safetensors", "'images'", "fit in memory"),
    BadInput(
      "weights of other shapes", trained, "load weights wide.safetensors",
      at: "wide.safetensors", "'backbone.conv1.weight' expects [2, 3, 3, 3]",
      "the file has [3, 3, 3, 3]"),
    BadInput(
      "output in a folder that is missing", trained, "save tensors nodir/x.safetensors",
      at: "nodir/x.safetensors", "cannot write '",
      "there is no folder", "/nodir'"),
    BadInput(
      "output that is a folder", trained, "save tensors short", at: "short",
      "cannot write '", "it is a folder"),
    BadInput(
      "output that is another's file", trained, "save features i.safetensors",
      at: "i.safetensors", "exists and was not written by this session"),
    BadInput(
      "output with a name of one letter", trained, "load weights s", at: "s",
      "cannot read 's'", "no such file"),
    BadInput(
      "count beyond 64 bits", trained, "step 99999999999999999999", at: "99999999999999999999",
      "an integer in", "'99999999999999999999'"),
    BadInput(
      "width beyond 64 bits", trained, "backbone small width=9223372036854775808",
      at: "9223372036854775808", "an integer in 1…512"),
    BadInput(
      "the smallest integer as a duration", trained,
      "schedule cosine warmup=-9223372036854775808", at: "-9223372036854775808", "a duration like"),
    BadInput(
      "range beyond memory", images, "data show 0..9223372036854775807",
      at: "0..9223372036854775807", "at most 1000000"),
    BadInput(
      "heads beyond memory", model, "method simsiam batch=4 proj=[65536,65536]; step", at: "step",
      "needs at least", "the limit is"),
    BadInput(
      "activations beyond memory", trained + ["set memory 1MB"],
      "backbone resnet50 width=4", at: "backbone resnet50 width=4", "the model needs at least",
      "the limit is 1 MB"),
    BadInput(
      "images smaller than the stem", ["data tensors dots.safetensors"],
      "backbone resnet18 width=2 padding=0", at: "0",
      "at least 3 pixels", "1×1"),
    BadInput(
      "filter of a command that gives no table", trained, "seed 9 | head 2", at: "seed 9 | head 2",
      "'seed' gives no table"),
    BadInput(
      "filter of a column that is not there", model, "params | sort nope", at: "nope",
      "unknown column 'nope'", "norm"),
    BadInput(
      "option of another optimizer", trained, "optim adam lr=0.1 trust=1", at: "trust",
      "optim 'adam' has no option 'trust'", "lr=, wd=, exclude=, classifier_lr= or scale_lr="),
    BadInput(
      "option of another method", trained, "method simsiam batch=4 temp=1", at: "temp",
      "'simsiam' has no option 'temp'"),
    BadInput(
      "option of other data", images, "data demo root=short", at: "root", "no option 'root'"),
    BadInput(
      "file for data without one", images, "data demo i.safetensors", at: "i.safetensors",
      "data 'demo' takes no FILE"),
    BadInput(
      "padding of another stem", images, "backbone resnet18 stem=imagenet padding=1", at: "1",
      "padding belongs to stem=cifar"),
    BadInput(
      "warm-up longer than the schedule", trained, "schedule cosine total=2ep warmup=5ep",
      at: "5ep", "longer than total"),
    BadInput(
      "more images than there are", images, "data tensors i.safetensors n=9", at: "9", "1 to 8"),
    BadInput(
      "class that is not there", images, "data tensors i.safetensors classes=[0,7]", at: "7",
      "unknown class '7'", "0…1"),
    BadInput(
      "metric that is not there", trained, "track loss,lsos", at: "lsos", "no metric 'lsos'",
      "z_std"),
    BadInput(
      "metric without values", trained, "viz curves loss,knn -> c.png", at: "knn",
      "no values of 'knn' yet"),
    BadInput(
      "sample in a list", images, "viz views 0,9 -> v.png", at: "9", "sample 9", "0…7"),
    BadInput(
      "neighbours of fewer nodes", trained, "viz graph n=4 k=4 -> g.png", at: "4",
      "k must be below n = 4", "got 4"),
    BadInput(
      "pattern of no tensor", trained, "save tensors t.safetensors backbone.*,nope*", at: "nope*",
      "no tensor matches 'nope*'"),
    BadInput(
      "index of a parameter", trained, "tensor w:backbone.conv1.weight[1, -4, 0]", at: "-4",
      "index -4 is out of range", "axis 1", "length 3", "0…2 or -3…-1"),
    BadInput(
      "script that is missing", trained, "source none.dyad", at: "none.dyad", "there is no file"),
    BadInput(
      "a session that replays itself", trained, "replay self.dyad", at: "replay self.dyad",
      "more than 8 deep"),
    BadInput(
      "a session whose numbers are out of range", trained, "load session evil",
      at: "evil", "method batch must be in 2…65536", "got -4"),
  ]
}

@Suite struct BadInputTests {
  @Test(arguments: BadInput.all)
  func oneErrorWithItsPlaceAndTheSessionAsBefore(_ input: BadInput) throws {
    let folder = try TemporaryFolder()
    try Self.writeFiles(folder)
    let context = CommandContext(workbench: Workbench(threads: 1))
    let interpreter = Interpreter(context)
    SessionRecorder.attach(to: interpreter)
    for line in input.before {
      #expect(interpreter.run(folder.located(line), report: { _ in }) == nil, "\(line)")
    }
    context.workbench.memoryLimit = min(context.workbench.memoryLimit, 1 << 30)
    var before = context.workbench.mark
    let names = context.workbench.bufferNames
    var errors: [Diagnostic] = []
    let line = folder.located(input.line)
    interpreter.run(line) { reply in
      switch reply.result {
      case .success: before = context.workbench.mark
      case .failure(let error): errors.append(error)
      }
    }
    #expect(errors.count == 1)
    let error = try #require(errors.first)
    let range = try #require(error.range)
    let source = try #require(error.source)
    #expect(
      input.name == "a session that replays itself"
        || " " + source.text(range) == folder.located(" " + input.place))
    for part in input.parts { #expect(error.message.contains(part), "\(error.message)") }
    #expect(!error.message.hasSuffix(".") && !error.message.contains("\n"))
    #expect(error.exitStatus == 1)
    #expect(context.workbench.mark == before)
    #expect(input.line.contains(";") || context.workbench.bufferNames == names)
  }

  @Test func aScriptThatFailsInLineSeven() throws {
    let folder = try TemporaryFolder()
    try Self.writeFiles(folder)
    let script = try folder.file(
      "bad.dyad",
      folder.located(
        "seed 1\ndata tensors i.safetensors\n# three\nbackbone small width=2\n\n"
          + "method simclr batch=4 proj=[4,4]\nmethod simclr batch=400\nstep 5\n"))
    let result = try DyadProcess.run([script])
    #expect(result.status == 1)
    #expect(result.errors.hasPrefix("\(script):7:21: error: batch must be at most the number of"))
    #expect(result.errors.contains("\n  method simclr batch=400\n                      ^^^\n"))
    #expect(result.errors.hasSuffix("\nnote: lines 1–6 were run and stand\n"))
    #expect(!result.output.contains("z_std"), "nothing runs after the error")
    #expect(result.errors.components(separatedBy: "error:").count == 2)
    let weights = try DyadProcess.run(
      ["-c", folder.located("data tensors lying.safetensors")], folder: folder.path)
    #expect(weights.status == 1 && weights.output.isEmpty)
    #expect(weights.errors.components(separatedBy: "error:").count == 2)
  }

  /// A script that fails is one command that fails: the session is as it was before it.
  @Test func aSourcedScriptThatFailsInLineSevenChangesNothing() throws {
    let folder = try TemporaryFolder()
    try Self.writeFiles(folder)
    let lines = [
      "seed 1", "data tensors i.safetensors", "backbone small width=2",
      "method simclr batch=4 proj=[4,4]", "step 2", "let n = 3",
    ].map { folder.located($0) }
    let script = try folder.file(
      "bad.dyad", (lines + ["seed 5; method simclr batch=400", "step 5"]).joined(separator: "\n"))
    let session = try TrainedSession(
      [folder.located("data tensors i.safetensors"), "backbone small width=3", "let n = 7"])
    let before = session.bench.mark
    let error = session.text("source \(script)")
    #expect(error.contains("bad.dyad:7:29: error: batch must be at most"))
    #expect(
      error.hasSuffix(
        "\nnote: 7 commands before it ran and were taken back; redo 7 brings them back"))
    #expect(error.components(separatedBy: "error:").count == 2)
    #expect(session.bench.mark == before)
    #expect(session.context.shell.variables["n"] == .number(7))
    // The log has all of it, and gives the same state again.
    let log = session.context.log.text.split(separator: "\n").map(String.init)
    #expect(log.contains { $0.hasPrefix("# failed: method simclr batch=400") })
    #expect(log.contains("undo 7 --aside"))
    let again = try TrainedSession()
    #expect(again.interpreter.runScript(SourceText(session.context.log.text)) { _ in } == nil)
    #expect(again.bench.mark == before)
    // Nothing is lost.
    _ = try session.output("redo 7")
    let asTyped = try TrainedSession(lines + ["seed 5"])
    #expect(session.bench.mark == asTyped.bench.mark)
    #expect(session.context.shell.variables == asTyped.context.shell.variables)
  }

  @Test func aScriptInAScriptSaysWhatOfEachStands() throws {
    let folder = try TemporaryFolder()
    let inner = try folder.file("inner.dyad", "note a\nnoet b\n")
    let outer = try folder.file("outer.dyad", "note 1\nnote 2\nsource \(inner)\nnote 4\n")
    let result = try DyadProcess.run([outer])
    #expect(result.status == 1 && result.output == "  1\n  2\n  a\n")
    #expect(
      result.errors == """
        \(inner):2:1: error: unknown command 'noet'
          noet b
          ^^^^
        help: note
        note: line 1 was run and stands; lines 1–2 of '\(outer)' were run and stand

        """)
    let first = try folder.file("first.dyad", "# a comment\nnoet 1\n")
    #expect(
      try DyadProcess.run([first]).errors.hasSuffix("\nnote: no command was run before it\n"))
    let piped = try DyadProcess.run(["-"], input: "note 1\n\nnoet 3\n")
    #expect(piped.errors.hasPrefix("stdin:3:1: error: "))
    #expect(piped.errors.hasSuffix("\nnote: lines 1–2 were run and stand\n"))
  }

  @Test func theSmallestIntegerIsANumberLikeAnyOther() {
    let interpreter = Interpreter(CommandContext())
    var text = ""
    interpreter.run("let a = -9223372036854775808") { reply in
      if case .success(let output) = reply.result { text = output.text }
    }
    #expect(text == "  a = -9.223e+18")
  }

  /// Valid and bad files; eight images of 8×8 pixels.
  private static func writeFiles(_ folder: borrowing TemporaryFolder) throws {
    func path(_ name: String) -> String { folder.path + "/" + name }
    let pixels = (0..<8 * 3 * 64).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    try SafetensorsWriter.write(
      to: path("i.safetensors"),
      tensors: [
        .uint8s("images", [8, 3, 8, 8], pixels), .int64s("labels", [8], [0, 1, 0, 1, 0, 1, 0, 1]),
      ])
    try SafetensorsWriter.write(
      to: path("dots.safetensors"),
      tensors: [.uint8s("images", [4, 3, 1, 1], Array(pixels.prefix(12)))])
    try SafetensorsWriter.write(
      to: path("wide.safetensors"),
      tensors: [.floats("backbone.conv1.weight", [3, 3, 3, 3], Array(repeating: 0, count: 81))])
    func header(_ text: String, length: Int? = nil, data: Int) throws -> [UInt8] {
      let size = UInt64(length ?? text.utf8.count)
      let start = (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * UInt64($0))) }
      return start + Array(text.utf8) + Array(repeating: 0, count: data)
    }
    func put(_ name: String, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }
    try put("long.safetensors", header("{}", length: 1 << 40, data: 64))
    try put(
      "lying.safetensors",
      header(
        #"{"images":{"dtype":"U8","shape":[8,3,8,8],"data_offsets":[0,1536]}}"#, data: 64))
    try put(
      "huge.safetensors",
      header(
        #"{"images":{"dtype":"F32","shape":[4294967296,4294967296,4,4],"data_offsets":[0,64]}}"#,
        data: 64))
    try FileManager.default.createDirectory(
      atPath: path("short"), withIntermediateDirectories: true)
    try put("short/data_batch_1.bin", Array(repeating: 1, count: 4 * 3073 - 1))
    _ = try folder.file("self.dyad", "replay \(path("self.dyad"))\n")
    try SafetensorsWriter.write(
      to: path("evil.safetensors"), tensors: [], metadata: [("dyad.session", evilSession)])
  }

  private static let evilSession =
    #"{"version":1,"configuration":{"backbone":{"name":"small"},"method":{"name":"simclr","#
    + #""batch":-4},"convolution":"auto"},"step":0,"epoch":0,"stepInEpoch":0,"metrics":[],"log":""}"#
}

extension TemporaryFolder {
  /// A line whose file names are in this folder.
  func located(_ line: String) -> String {
    let names = [
      "i.safetensors", "long.safetensors", "lying.safetensors", "huge.safetensors",
      "wide.safetensors", "dots.safetensors", "nodir/x.safetensors", "self.dyad", "short", "evil",
      "t.safetensors", "c.png", "v.png", "g.png",
    ]
    var line = line
    for name in names {
      line = line.replacingOccurrences(of: " " + name, with: " \(path)/\(name)")
    }
    return line.replacingOccurrences(of: "root=short", with: "root=\(path)/short")
  }
}
