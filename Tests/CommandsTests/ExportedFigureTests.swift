import CommandLanguage
import Commands
import Foundation
import Images
import TestSupport
import Testing

/// An exported page shows a picture only under the reply that speaks of it.
@Suite struct ExportedFigureTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2", "method simclr batch=20 proj=[8,4]",
    "optim sgd lr=0.1",
  ]

  /// The pictures and what stands in place of others, in order, as all three kinds of document have
  /// them; and the lines of the reply below its first.
  private func figures(
    _ log: String, in folder: String
  ) throws -> (shown: [String], reply: [String]) {
    let session = try TrainedSession()
    func text(_ ending: String) throws -> String {
      let path = "\(folder)/out.\(ending)"
      _ = try session.output("export \(folder)/\(log).dyad overwrite=on -> \(path)")
      return try String(contentsOfFile: path, encoding: .utf8)
        .replacing(folder + "/", with: "")
    }
    let html = try text("html").matches(
      of: #/<img alt="(.*?)" src|<p class="absent">(.*?)<\/p>/#
    ).map { String($0.1 ?? $0.2 ?? "").replacing("&gt;", with: ">") }
    let markdown = try text("md").matches(of: #/\n!\[(.*?)\]\(|\n\*(.*?)\*\n/#).map {
      String($0.1 ?? $0.2 ?? "").replacing("\\", with: "")
    }
    let notebook = try JSONSerialization.jsonObject(with: Data(try text("ipynb").utf8))
    let cells = (notebook as? [String: Any])?["cells"] as? [[String: Any]] ?? []
    let outputs = cells.flatMap { cell in
      let outputs = cell["outputs"] as? [[String: Any]] ?? []
      return outputs.enumerated().compactMap { index, output -> String? in
        if let data = output["data"] as? [String: String] { return data["text/plain"] }
        // The first stream of a cell with a reply is the reply.
        let lines = (output["text"] as? [String] ?? []).map { $0.dropLast() }
        return lines.count == 1 && !lines[0].hasPrefix("  ") ? String(lines[0]) : nil
      }
    }
    #expect(markdown == html && outputs == html)
    let reply = session.text(
      "export \(folder)/\(log).dyad overwrite=on -> \(folder)/out.html")
    return (
      html,
      reply.replacing(folder + "/", with: "").split(separator: "\n").dropFirst().map {
        String($0)
      }
    )
  }

  @Test func aFileThatAnotherCommandWroteSince() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/h.png"
      let session = try TrainedSession(
        Self.setup + ["step 3", "viz hist z1 -> \(file)", "save session \(folder)/e"])
      let own = try figures("e", in: folder)
      #expect(own.shown.count == 1 && own.shown[0].hasPrefix("h.png: ") && own.reply.isEmpty)
      let other = try TrainedSession(["data demo n=64"])
      _ = try other.output("viz views 0 overwrite=on -> \(file)")
      let views = "h.png was drawn by another command since: viz views 0 overwrite=on -> h.png"
      #expect(try figures("e", in: folder) == ([views], ["  " + views]))
      // The same command in another state, and then in the very same one.
      _ = try session.output("step 1; viz hist z1 overwrite=on -> \(file)")
      let later = "h.png was drawn again since, in another state, at step 4"
      #expect(try figures("e", in: folder) == ([later], ["  " + later]))
      let again = try TrainedSession(Self.setup + ["step 3"])
      _ = try again.output("viz hist z1 overwrite=on -> \(file)")
      #expect(try figures("e", in: folder) == own)
      // Pictures that dyad did not draw say nothing of a command.
      let strange = try PNG.encode(pixels: [0, 0, 0], width: 1, height: 1, channels: .rgb)
      try Data(strange).write(to: URL(fileURLWithPath: file))
      let none = "h.png was not drawn by dyad: it does not say by which command"
      #expect(try figures("e", in: folder) == ([none], ["  " + none]))
    }
  }

  @Test func whatThereIsWithoutAModelIsComparedByData() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/v.png"
      _ = try TrainedSession([
        "data demo n=60", "viz views 0 -> \(file)", "save session \(folder)/e",
      ])
      #expect(try figures("e", in: folder).reply.isEmpty)
      unlink(file)
      _ = try TrainedSession(["data demo n=64", "viz views 0 -> \(file)"])
      #expect(
        try figures("e", in: folder).shown == [
          "v.png was drawn again since, in another state, at step 0"
        ])
    }
  }

  /// A block that draws one file several times shows the last picture, with the last reply.
  @Test func aPictureStandsByItsOwnReply() throws {
    try withTemporaryFolder { folder in
      func shown(_ lines: [String]) throws -> [String] {
        let session = try TrainedSession(Self.setup + lines)
        _ = try session.output("save session \(folder)/e overwrite=on")
        return try figures("e", in: folder).shown
      }
      let over = "was drawn again below: another name keeps both"
      let block = try shown([
        "repeat 2 { step 1; viz hist z1 overwrite=on -> \(folder)/r.png }"
      ])
      #expect(block.count == 2 && block[0] == "r.png " + over)
      let log = try String(contentsOfFile: folder + "/e.dyad", encoding: .utf8)
      let last = try #require(log.split(separator: "\n").last { $0.contains("r.png  ") })
      let caption = try #require(last.split(separator: " px  ").last)
      #expect(block[1] == "r.png: \(caption)")
      let many = try shown([
        "repeat 4 { step 1; viz hist z1 overwrite=on -> \(folder)/r.png }",
        "step 1", "viz hist z1 overwrite=on -> \(folder)/r.png",
      ])
      #expect(many.count == 2 && many[0] == "r.png (4 times here) " + over)
      #expect(many[1].hasPrefix("r.png: "))
    }
  }

  /// Pictures whose commands stand somewhere else in the script, or with variables.
  @Test func picturesOfBlocksDefinitionsAndWatches() throws {
    try withTemporaryFolder { folder in
      _ = try TrainedSession(
        Self.setup + [
          "def d n { step $n; viz hist z1 -> \(folder)/d.png }", "d 2",
          "watch step == 4 then { viz hist z1 -> \(folder)/w.png }", "step 5",
          "for k in 2,3 { viz graph n=20 k=$k -> \(folder)/g$k.png }",
          "let k = 4; quiet viz graph n=20 k=$k -> \(folder)/k.png",
          "rewind @s1", "try viz hist z1 -> \(folder)/m.png", "save session \(folder)/e",
        ])
      let (shown, reply) = try figures("e", in: folder)
      let names = shown.compactMap { $0.split(separator: ":").first.map(String.init) }
      #expect(names == ["d.png", "w.png", "g2.png", "g3.png", "k.png", "m.png"] && reply.isEmpty)
      let other = try TrainedSession(Self.setup + ["step 1"])
      _ = try other.output(
        "viz graph n=20 k=3 overwrite=on -> \(folder)/w.png")
      #expect(
        try figures("e", in: folder).reply == [
          "  w.png was drawn by another command since: viz graph n=20 k=3 overwrite=on -> w.png"
        ])
    }
  }
}
