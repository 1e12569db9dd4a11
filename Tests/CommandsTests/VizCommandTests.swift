import CommandLanguage
import Commands
import Datasets
import Foundation
import Images
import Sessions
import Testing

/// A session whose replies are recorded, on a small part of the built-in images.
private final class Drawing {
  let context = CommandContext(workbench: Workbench(threads: 2))
  let folder: String
  private let interpreter: Interpreter
  private var lines: [String] = []

  init(_ setup: String = Drawing.attention) throws {
    folder = NSTemporaryDirectory() + "dyad-viz-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    interpreter = Interpreter(context)
    SessionRecorder.attach(to: interpreter)
    let text = type(setup)
    #expect(!text.contains("error"), "\(text)")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  static let attention =
    "seed 5; data demo n=60; backbone small; method simclr-attn batch=20 proj=[32,16]; step 2"
  static let bank =
    "seed 5; data demo n=60; backbone small; "
    + "method simsiam-multi batch=20 proj=[32,16] pred=8 start=1epoch; track knn every=1epoch; epoch 2"

  /// Runs a line in which `@` stands for the folder; returns what was replied or the error.
  @discardableResult
  func type(_ line: String) -> String {
    lines = []
    interpreter.run(line.replacingOccurrences(of: "@/", with: folder + "/")) {
      [unowned self] reply in
      switch reply.result {
      case .success(let output): lines.append(output.stableText)
      case .failure(let error):
        lines.append("error: \(error.message)" + (error.help.map { " | " + $0 } ?? ""))
      }
    }
    return lines.joined(separator: "\n").replacingOccurrences(of: folder, with: "@")
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }

  func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }
}

@Suite struct VizCommandTests {
  @Test func aFigureKnowsItsOrigin() throws {
    let drawing = try Drawing()
    let before = drawing.context.workbench.fingerprint
    let reply = drawing.type("viz graph n=20 k=3 data=@/g.csv -> @/g.png")
    #expect(reply.hasPrefix("  @/g.png  1051×"))
    #expect(reply.contains("20 nodes, "))
    #expect(reply.contains(" mutual-3NN edges, ") && reply.contains("% same class (5 % by chance)"))
    let image = try PNG.decodeSamples(drawing.bytes("g.png"))
    #expect(image.width == 1051 && image.channels == 3)
    let text = Dictionary(image.text.map { ($0.key, $0.value) }, uniquingKeysWith: { a, _ in a })
    #expect(text["Software"] == "dyad" && text["Seed"] == "5" && text["Step"] == "2")
    #expect(
      text["Command"]
        == "viz graph n=20 k=3 data=\(drawing.folder)/g.csv -> \(drawing.folder)/g.png")
    // Five commands set the session up; the figure is the sixth entry of the log.
    #expect(text["Log position"] == "6")
    let hash = try #require(drawing.context.workbench.data?.loaded.hash)
    #expect(text["Data hash"].flatMap { UInt64($0, radix: 16) } == hash)
    #expect(text["Fingerprint"] == before?.description)
    #expect(text["Caption"]?.contains("mutual k-nearest neighbours, k = 3") == true)
    #expect(text["Description"]?.hasPrefix("A graph of 20 images") == true)
    #expect(drawing.context.workbench.fingerprint == before)
    let csv = try drawing.text("g.csv").split(separator: "\n")
    #expect(csv[0] == "record,id,to,class,kind,weight,x_pt,y_pt")
    #expect(csv.count { $0.hasPrefix("node,") } == 20)
  }

  @Test func theSameStateGivesTheSameFile() throws {
    let first = try Drawing()
    let second = try Drawing()
    for drawing in [first, second] { drawing.type("viz attn n=16 -> @/a.png") }
    let (a, b) = (try PNG.decode(first.bytes("a.png")), try PNG.decode(second.bytes("a.png")))
    #expect(a == b)
    first.type("viz attn n=16 size=120x150mm dpi=150 -> @/b.png")
    let other = try PNG.decode(first.bytes("b.png"))
    #expect(other.width == 709 && other.height == 886)
  }

  @Test func attentionFilesNameViewsAndUsedEntries() throws {
    let drawing = try Drawing()
    let reply = drawing.type("viz attn n=12 scale=log data=@/a.csv -> @/a.png")
    #expect(reply.contains("12 of 40 views, w of positive pairs "))
    let rows = try drawing.text("a.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows.count == 144)
    for row in rows {
      let (a, b) = (row[0].split(separator: "/"), row[1].split(separator: "/"))
      let isPositive = a[0] == b[0] && a[1] != b[1]
      #expect(row[5] == (isPositive ? "1" : "0") && row[6] == row[5])
      let weight = try #require(Double(row[4]))
      #expect(weight >= 2.718 && weight <= 7.3891)
    }
  }

  @Test func badInputIsRefusedAndNothingIsWritten() throws {
    let drawing = try Drawing()
    for (line, text) in [
      ("viz graph n=61", "n must be in 2…60, the number of train samples, got 61"),
      ("viz graph n=8 k=8", "k must be below n = 8, the number of nodes, got 8"),
      ("viz graph layer=p", "the model has no layer 'p'"),
      (
        "viz graph size=89",
        "viz graph: size must be a width like 89mm or width and height like 120x90mm, got '89'"
      ),
      ("viz graph size=8mm", "viz graph: size must be 30…600 mm wide, got 8"),
      ("viz graph size=89x1e3mm", "viz graph: size must be a width like 89mm or width and height"),
      ("viz graph size=89x999mm", "viz graph: size must be 30…600 mm high, got 999"),
      ("viz graph size=89x40mm", "mm high at this width, size asks for 40 | size=89x"),
      ("viz graph size=600mm dpi=1200", "million pixels; take a smaller size or dpi"),
      ("viz graph data=@/g.txt", "viz graph: data must be a file ending in .csv, got '"),
      ("viz graph data=@/no/g.csv", "there is no folder"),
      ("viz attn n=9", "n must be even, two views of each image, got 9"),
      ("viz attn n=42", "n must be in 2…40, the number of views in the batch, got 42"),
    ] {
      let reply = drawing.type(line + " -> @/x.png")
      #expect(reply.hasPrefix("error: ") && reply.contains(text), "\(line): \(reply)")
    }
    #expect(drawing.type("viz graph -> @/no/x.png").contains("there is no folder"))
    #expect(drawing.type("viz graph -> @/x.jpg").contains("a file ending in .png"))
    #expect(drawing.type("viz graph").hasPrefix("error: "))
    #expect(drawing.files == [])
    try "mine".write(toFile: drawing.folder + "/x.png", atomically: true, encoding: .utf8)
    #expect(drawing.type("viz graph -> @/x.png").contains("was not written by this session"))
    #expect(drawing.type("viz graph overwrite=on -> @/x.png").hasPrefix("  @/x.png"))
    #expect(drawing.type("viz graph -> @/x.png").hasPrefix("  @/x.png"))
  }

  @Test func figuresNeedTheirState() throws {
    let drawing = try Drawing("seed 1")
    #expect(drawing.type("viz graph -> @/x.png") == "error: no data yet | data demo")
    drawing.type("data demo n=40; backbone small; method simclr batch=20 proj=[32,16]")
    #expect(
      drawing.type("viz attn -> @/x.png")
        == "error: no attention: method simclr-attn has it | method simclr-attn")
    #expect(
      drawing.type("viz graph on=batch -> @/x.png")
        == "error: no step was taken since the model was built or loaded | step")
    // Fewer samples than the default number: all of them.
    #expect(drawing.type("viz graph -> @/x.png").contains("40 nodes"))
  }

  @Test func dataWithoutLabelsOrImagesAreDrawnToo() throws {
    let drawing = try Drawing("data demo n=40 labels=off; backbone small")
    let reply = drawing.type("viz graph n=20 -> @/x.png")
    #expect(reply.contains("20 nodes") && !reply.contains("same class"))
    let points = try Drawing("data gauss2 n=40; backbone mlp; method simclr batch=10; step")
    #expect(points.type("viz graph n=30 -> @/x.png").contains("30 nodes"))
    #expect(points.type("viz graph n=10 on=batch layer=z -> @/y.png").contains("of 5 positive"))
    #expect(
      points.type("viz graph on=test -> @/z.png").contains("have no set 'test'"))
  }

  @Test func bankFiguresNeedABank() throws {
    let drawing = try Drawing(Drawing.bank)
    let reply = drawing.type("viz bank n=30 data=@/b.csv -> @/b.png")
    #expect(reply.contains("30 of 60 rows, age 1 epoch, mean drift "))
    #expect(try PNG.decode(drawing.bytes("b.png")).width == 1051)
    #expect(try drawing.text("b.csv").contains("\n"))
    let other = try Drawing()
    #expect(
      other.type("viz bank -> @/b.png")
        == "error: no bank: method simsiam-multi has one | swap method simsiam-multi")
    #expect(other.type("viz bank -> @/b.png") != "" && other.files == [])
  }

  @Test func curvesShowReferencesAndTheGate() throws {
    let drawing = try Drawing(Drawing.bank)
    let reply = drawing.type("viz curves loss,z_std,knn,lr data=@/c.csv size=120x140mm -> @/c.png")
    #expect(reply.hasPrefix("  @/c.png  1417×1654 px  loss -0."))
    let caption = try PNG.decodeSamples(drawing.bytes("c.png")).text.first { $0.key == "Caption" }
    #expect(
      caption?.value.contains("Dashed: chance = 0 (loss), 10 (knn); 1/√d = 0.25; collapsed = 0.")
        == true,
      "\(caption?.value ?? "")")
    let rows = try drawing.text("c.csv").split(separator: "\n")
    #expect(rows.count { $0.hasPrefix("loss,loss,") } == 6)
    // Two epochs, and the untrained model at step 0.
    #expect(rows.count { $0.hasPrefix("knn,knn,") } == 3)
    #expect(rows.contains { $0.hasPrefix("knn,knn,0") })
    // Three steps an epoch: the first step whose targets use the bank is the fourth.
    #expect(rows.contains { $0.hasPrefix("event,bank in use,4.0") })
    #expect(
      drawing.type("viz curves loss,speed -> @/d.png").contains("no metric 'speed': expected loss"))
    #expect(
      drawing.type("viz curves uniform -> @/d.png")
        == "error: no values of 'uniform' yet | track uniform every=1epoch")
  }

  @Test func curvesOfBranchesPartWhereTheyFork() throws {
    let drawing = try Drawing(Drawing.bank)
    for line in ["rewind @s4", "branch hot", "optim sgd lr=0.4", "step 4", "branch unused"] {
      #expect(!drawing.type(line).contains("error"))
    }
    let reply = drawing.type("viz curves loss,lr branch=all data=@/c.csv -> @/c.png")
    #expect(reply.contains("loss main (lr ") && reply.contains(" / hot (lr 0.4) -"), "\(reply)")
    let rows = try drawing.text("c.csv").split(separator: "\n").map(String.init)
    func steps(_ prefix: String) -> [String] {
      rows.filter { $0.hasPrefix(prefix) }.map { String($0.split(separator: ",")[2]) }
    }
    #expect(steps("loss,main (lr ") == ["1.0", "2.0", "3.0", "4.0", "5.0", "6.0"])
    // From the fork on; a branch without steps has no line.
    #expect(steps("loss,hot (lr 0.4),") == ["4.0", "5.0", "6.0", "7.0", "8.0"])
    #expect(!rows.contains { $0.contains(",unused,") })
    func fork(_ branch: String) -> Substring? {
      rows.first { $0.hasPrefix("loss,\(branch) (") && $0.contains("),4.0,") }?.split(
        separator: ")"
      )
      .last
    }
    #expect(fork("main") != nil && fork("main") == fork("hot"))
    // A run that began anew has no past to share, though its branch has.
    for line in ["rewind @s4", "branch cold", "method simsiam batch=16", "step 5"] {
      #expect(!drawing.type(line).contains("error"))
    }
    _ = drawing.type("viz curves loss branch=main,cold data=@/f.csv -> @/f.png")
    let anew = try drawing.text("f.csv").split(separator: "\n").filter { $0.contains("cold (") }
    #expect(anew.count == 5, "\(anew)")
    // Alone it has its whole way.
    _ = drawing.type("viz curves loss branch=hot data=@/d.csv -> @/d.png")
    #expect(try drawing.text("d.csv").contains("loss,hot,1"))
    #expect(
      drawing.type("viz curves loss branch=main,nope -> @/e.png").contains(
        "no branch 'nope', expected 'main' or 'hot' or 'unused' or 'cold'"))
  }

  @Test func viewsShowCropsOfEveryView() throws {
    let drawing = try Drawing("data demo n=40; augment simclr")
    let reply = drawing.type("viz views 0..2,7 n=3 data=@/v.csv -> @/v.png")
    #expect(reply.contains("4 images, 3 views each, crops cover "))
    let rows = try drawing.text("v.csv").split(separator: "\n").dropFirst()
    #expect(rows.count == 12)
    // Area, in percent of 32 × 32 pixels, is what the note says.
    for row in rows {
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      let sides = cells[5...6].compactMap { Double($0) }
      let share = (100 * sides[0] * sides[1] / 1024).rounded()
      #expect(row.contains("\(Int(share)) %"), "\(row)")
    }
    #expect(
      drawing.type("viz views 40 -> @/w.png")
        == "error: sample 40 is out of range: the data have samples 0…39")
    #expect(drawing.type("viz views 0..500 -> @/w.png").contains("at most 100 images fit"))
    #expect(drawing.context.workbench.fingerprint == nil)
  }

  @Test func spectraAndHistogramsAreDrawn() throws {
    let drawing = try Drawing()
    #expect(
      drawing.type("viz spectrum on=train layer=h -> @/s.png").contains(" of at most 59 (RankMe"))
    #expect(drawing.type("viz hist z1 bins=12 data=@/h.csv -> @/h.png").contains("320 values, "))
    #expect(drawing.type("viz hist z1[0:2, 0] -> @/i.png").contains("2 values, "))
    #expect(drawing.type("viz hist bank -> @/j.png").hasPrefix("error: no bank"))
    #expect(drawing.type("viz hist w:nothing -> @/j.png").hasPrefix("error: no parameter"))
    #expect(drawing.files == ["h.csv", "h.png", "i.png", "s.png"])
  }
}
