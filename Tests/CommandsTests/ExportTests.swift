import CommandLanguage
import Commands
import Foundation
import Images
import Sessions
import Testing

/// Documents from scripts: exact small ones, JSON parsed back, hostile text.
@Suite struct ExportTests {
  /// A PNG of one pixel that says which command drew it.
  static func png(_ command: String) throws -> Data {
    Data(
      try PNG.encode(
        pixels: [1, 2, 3], width: 1, height: 1, channels: .rgb,
        text: [("Software", "dyad"), ("Command", command)].map {
          PNG.TextEntry(key: $0.0, value: $0.1)
        }))
  }

  static func png() throws -> String {
    try png("viz graph n=64 -> \"a b.png\"").base64EncodedString()
  }

  static let script = """
    version 1
    #%% A & B <run>
    seed 7  # chosen
    #>   seed 7
    #= 0 - config=4e52b50b log=8f1cea9e
    #%% [markdown]
    # ## Why
    #
    # It *learns* <b>.
    note "kNN is ${k} %"
    #>   kNN is 4 %
    data demo; augment simclr
    viz graph n=64 -> "a b.png"
    #>   a b.png  1×1 px  64 nodes
    viz attn -> gone.png

    """

  /// Exports a script beside files and returns the document and the reply.
  private func export(
    _ script: String, to name: String, files: [String: Data] = [:]
  ) throws -> (text: String, reply: String) {
    let folder = try TemporaryFolder()
    let file = try folder.file("run.dyad", script)
    for (name, data) in files {
      try data.write(to: URL(fileURLWithPath: folder.path + "/" + name))
    }
    if files.isEmpty {
      try Self.png("viz graph n=64 -> \"a b.png\"").write(
        to: URL(fileURLWithPath: folder.path + "/a b.png"))
    }
    let session = try TrainedSession()
    let reply = try session.output("export \(file) -> \(folder.path)/\(name)").stableText
    #expect(session.context.log.entries.isEmpty)
    return (
      try String(contentsOfFile: folder.path + "/" + name, encoding: .utf8),
      reply.replacing(folder.path + "/", with: "")
    )
  }

  @Test func markdown() throws {
    let (text, reply) = try export(Self.script, to: "run.md")
    #expect(
      text == """
        # A &amp; B &lt;run\\>

        ```dyad
        seed 7  # chosen
        ```

        ```text
          seed 7
        ```

        ## Why

        It *learns* &lt;b>.

        kNN is 4 %

        ```dyad
        data demo; augment simclr
        viz graph n=64 -> "a b.png"
        ```

        ```text
          a b.png  1×1 px  64 nodes
        ```

        ![a b.png: 64 nodes](a%20b.png)

        ```dyad
        viz attn -> gone.png
        ```

        *gone.png is not there*

        """)
    #expect(reply == "  run.md  5 cells, 3 with commands, 1 figure\n  gone.png is not there")
  }

  @Test func html() throws {
    let (text, _) = try export(Self.script, to: "run.html")
    let body = try #require(text.range(of: "<main>\n"))
    #expect(
      text[body.upperBound...] == """
        <h1>A &amp; B &lt;run&gt;</h1>
        <section>
        <pre class="commands" tabindex="0">
        seed 7  # chosen</pre>
        <pre class="reply" tabindex="0">
          seed 7</pre>
        </section>
        <h3>Why</h3>
        <p>It <em>learns</em> &lt;b&gt;.</p>
        <p>kNN is 4 %</p>
        <section>
        <pre class="commands" tabindex="0">
        data demo; augment simclr
        viz graph n=64 -&gt; &quot;a b.png&quot;</pre>
        <pre class="reply" tabindex="0">
          a b.png  1×1 px  64 nodes</pre>
        <figure><img alt="a b.png: 64 nodes" src="data:image/png;base64,\(try Self.png())"></figure>
        </section>
        <section>
        <pre class="commands" tabindex="0">
        viz attn -&gt; gone.png</pre>
        <p class="absent">gone.png is not there</p>
        </section>
        </main>
        </body>
        </html>

        """)
    #expect(text.contains("<title>A &amp; B &lt;run&gt;</title>"))
    #expect(text.contains("width=device-width") && text.contains("prefers-color-scheme: dark"))
    #expect(!text.contains("<script") && !text.contains("http://") && !text.contains("https://"))
  }

  @Test func jupyter() throws {
    let (text, _) = try export(Self.script, to: "run.ipynb")
    let notebook = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(notebook["nbformat"] as? Int == 4 && notebook["nbformat_minor"] as? Int == 5)
    let cells = try #require(notebook["cells"] as? [[String: Any]])
    #expect(
      cells.map { $0["cell_type"] as? String }
        == ["markdown", "code", "markdown", "markdown", "code", "code"])
    #expect(Set(cells.compactMap { $0["id"] as? String }).count == 6)
    #expect(cells[1]["source"] as? [String] == ["seed 7  # chosen"])
    #expect(cells[2]["source"] as? [String] == ["## Why\n", "\n", "It *learns* &lt;b>."])
    let stream = try #require((cells[1]["outputs"] as? [[String: Any]])?.first)
    #expect(stream["text"] as? [String] == ["  seed 7\n"] && stream["name"] as? String == "stdout")
    let figure = try #require((cells[4]["outputs"] as? [[String: Any]])?.last)
    #expect(figure["output_type"] as? String == "display_data")
    #expect((figure["data"] as? [String: String])?["image/png"] == (try Self.png()))
    let absent = try #require((cells[5]["outputs"] as? [[String: Any]])?.first)
    #expect(absent["text"] as? [String] == ["gone.png is not there\n"])
  }

  @Test func linksLeadFromTheDocumentToTheFigure() throws {
    let folder = try TemporaryFolder()
    for name in ["runs", "documents"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + name, withIntermediateDirectories: false)
    }
    try Self.png("viz attn -> \"(g) é.png\"").write(
      to: URL(fileURLWithPath: folder.path + "/runs/(g) é.png"))
    let file = try folder.file("runs/r.dyad", "viz attn -> \"(g) é.png\"\n")
    let session = try TrainedSession()
    _ = try session.output("export \(file) -> \(folder.path)/documents/r.md")
    let text = try String(contentsOfFile: folder.path + "/documents/r.md", encoding: .utf8)
    #expect(text.contains("](../runs/%28g%29%20%C3%A9.png)"))
    // Without a file after the arrow: a page beside the script; an older one stays.
    #expect(
      try session.output("export \(file)").stableText.hasPrefix("  \(folder.path)/runs/r.html"))
    let other = try TrainedSession()
    #expect(other.text("export \(file)").contains("exists and was not written by this session"))
    _ = try other.output("export \(file) overwrite=on")
    #expect(other.text("export \(file) -> r.txt").contains("ending in .html, .md or .ipynb, got"))
    #expect(other.text("export \(folder.path)/no.dyad -> \(folder.path)/x.md").contains("no file"))
  }

  @Test func aTitleFromProseOrTheFile() throws {
    #expect(try export("#%% [markdown]\n# # Mine\n# text\n", to: "o.md").text == "# Mine\n\ntext\n")
    #expect(try export("step\n", to: "o.md").text == "# run\n\n```dyad\nstep\n```\n")
    #expect(try export("", to: "o.md").text == "# run\n")
    let source = "#%% source a.dyad\nstep\n#%% end of a.dyad\n#%% next\nstep\n"
    #expect(
      try export(source, to: "o.md").text
        == "# source a.dyad\n\n```dyad\nstep\n```\n\n## next\n\n```dyad\nstep\n```\n")
  }

  @Test func filesThatAreNoFigures() throws {
    let script = """
      viz a -> html.png
      viz b -> short.png
      viz c -> /etc/passwd
      viz d -> folder.png
      for i in 1..2 { viz e -> $i.png }
      #>   1.png  1×1 px
      #>   2.png  1×1 px  two
      #>  px
      #>   px
      #>     ×  px
      #> \u{301}  1×1 px
      """
    let whole = try Self.png("viz e -> 2.png")
    let (text, reply) = try export(
      script, to: "o.html",
      files: [
        "html.png": Data("<script>alert(1)</script>".utf8), "short.png": whole.dropLast(20),
        "2.png": whole,
      ])
    #expect(!text.contains("<script") && text.contains("html.png is no whole PNG file"))
    #expect(text.contains("short.png is no whole PNG file") && text.contains("1.png is not there"))
    #expect(text.contains("<img alt=\"2.png: two\"") && !text.contains("root:"))
    #expect(reply.hasPrefix("  o.html  1 cell, 1 with commands, 1 figure\n"))
  }

  @Test func hostileTextIsOnlyText() throws {
    let script = """
      #%% </title><script>alert(1)</script>
      note "<img src=x onerror=alert(2)> ]]> `"
      #>   <img src=x onerror=alert(2)> ]]> `
      step 1 # ``` </pre><script> \u{1b}[31m
      #> ````
      #> </pre><script>alert(3)</script>\u{1b}[0m ]]>
      viz attn -> "x\\" onerror=\\"alert(4).png"
      #%% [markdown]
      # <script>alert(5)</script> [a](javascript:alert(6)) ![i](https://x.example/i.png)
      # <!-- [b]("onmouseover="alert(7)) **<i>** `<u>`
      # ```
      # open

      """
    let page = try export(script, to: "o.html").text
    let tags = try NSRegularExpression(pattern: "<[a-zA-Z/!][^>]*>")
    let whole = page as NSString
    let found = tags.matches(in: page, range: NSRange(location: 0, length: whole.length)).map {
      whole.substring(with: $0.range)
    }
    for tag in found {
      #expect(!tag.contains("script") && !tag.contains("onerror") && !tag.contains("onmouseover"))
      #expect(!tag.contains("javascript") && !tag.contains("x.example") && !tag.contains("<i"))
    }
    #expect(page.contains("␛[31m") && !page.contains("\u{1b}"))
    let text = try export(script, to: "o.md").text
    #expect(!text.contains("\u{1b}") && text.hasSuffix("open\n```\n"))
    // Outside code no tag can begin; inside, the fence is longer than what it holds.
    #expect(text.contains("`````text\n````\n</pre><script>alert(3)</script>␛[0m ]]>\n`````\n"))
    var fence: Substring?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let ticks = line.prefix { $0 == "`" }
      if let open = fence {
        if line == open { fence = nil }
      } else if ticks.count >= 3 {
        fence = ticks
      } else {
        #expect(line.replacing(/`[^`]*`/, with: "").firstMatch(of: /<[a-zA-Z\/!]/) == nil)
      }
    }
    let json = try export(script, to: "o.ipynb").text
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(json.utf8)) }
  }

  @Test func faultyAndLargeFiles() throws {
    let folder = try TemporaryFolder()
    let session = try TrainedSession()
    func fault(_ data: Data) throws -> String {
      let file = folder.path + "/f.dyad"
      try data.write(to: URL(fileURLWithPath: file))
      let text = session.text("export \(file) -> \(folder.path)/f.html")
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/f.html"))
      return text.replacing(folder.path + "/", with: "")
    }
    #expect(try fault(Data([0xFF, 0xFE, 0x41])).contains("is not a script: it is not UTF-8 text"))
    #expect(try fault(Data("step (\n".utf8)).hasPrefix("f.dyad:1:6: error: '(' is not closed"))
    #expect(try fault(Data("a\u{1}b\n".utf8)).contains("control character 0x1 is not text"))
    let line = Data(String(repeating: "w", count: 2 << 20).utf8)
    #expect(try fault(line).contains("an entry may have at most 1048576 bytes"))
    // Long lines of anything end: work that grew as a square of the length would take minutes.
    for piece in ["[", "*a", "`", "![](", "_", "<", "|", "> ", "- ", "*a ", "`a``", "\\"] {
      let prose = String(repeating: piece, count: 300_000 / piece.count)
      for name in ["o.html", "o.md", "o.ipynb"] {
        let text = try export("#%% [markdown]\n# x \(prose)\n", to: name).text
        #expect(text.utf8.count > 100_000, "\(piece)")
      }
    }
  }

  @Test(arguments: [
    ("a\nb  \nc", "<p>a\nb<br>\nc</p>\n"),
    ("# One\n### Three", "<h2>One</h2>\n<h4>Three</h4>\n"),
    (
      "- a\n- b\n  1. c\n  2. d",
      "<ul>\n<li>a</li>\n<li><p>b</p>\n<ol start=\"1\">\n<li>c</li>\n<li>d</li>\n</ol>\n</li>\n</ul>\n"
    ),
    ("> q\n> r\n\n---", "<blockquote>\n<p>q\nr</p>\n</blockquote>\n<hr>\n"),
    (
      "~~~py\nx < 1\n\n```\n~~~\nend",
      "<pre class=\"quoted\" tabindex=\"0\"><code>\nx &lt; 1\n\n```</code></pre>\n<p>end</p>\n"
    ),
    (
      "a | b\n--|--\n1 | `2`",
      "<div class=\"wide\" tabindex=\"0\"><table>\n<tr><th>a </th><th>b</th></tr>\n<tr><td>1 </td><td><code>2</code></td></tr>\n</table></div>\n"
    ),
    ("**b _i_** a_b_c 2*3 * 4 \\*x\\*", "<p><strong>b <em>i</em></strong> a_b_c 2*3 * 4 *x*</p>\n"),
    ("``a ` b`` `open", "<p><code>a ` b</code> `open</p>\n"),
    (
      "[t](https://a.example/?q=1&r)",
      "<p><a href=\"https://a.example/?q=1&amp;r\" rel=\"noreferrer\">t</a></p>\n"
    ),
    ("![alt](x.png) [f](file:///x)", "<p>alt (x.png) f (file:///x)</p>\n"),
  ])
  func proseAsHTML(markdown: String, html: String) throws {
    let prose = markdown.split(separator: "\n", omittingEmptySubsequences: false).map { "# " + $0 }
    let script = "#%% title\n#%% [markdown]\n" + prose.joined(separator: "\n") + "\n"
    let page = try export(script, to: "o.html").text
    let begin = try #require(page.range(of: "</h1>\n"))
    #expect(page[begin.upperBound...] == html + "</main>\n</body>\n</html>\n")
  }

  @Test func theCommandLineExports() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("r.dyad", "#%% T\nstep\n")
    let first = try DyadProcess.run(["export", "r.dyad", "-o", "r.md"], folder: folder.path)
    #expect(first.status == 0 && first.output == "  r.md  1 cell, 1 with commands, 0 figures\n")
    let again = try DyadProcess.run(
      ["export", "r.dyad", "-o", "r.md", "overwrite=on"], folder: folder.path)
    #expect(again.status == 0)
    let arrow = try DyadProcess.run(["export", "r.dyad", "->", "r.ipynb"], folder: folder.path)
    #expect(arrow.status == 0)
    let refused = try DyadProcess.run(["export", "r.dyad", "-o", "r.md"], folder: folder.path)
    #expect(refused.status == 1 && refused.errors.contains("overwrite=on replaces it"))
    let shell = try DyadProcess.run(["export", "r.dyad", "-"], folder: folder.path)
    #expect(shell.status == 1 && shell.errors.contains("help: dyad export FILE -o FILE.html"))
    #expect(try DyadProcess.run(["export", "r.dyad", "-o"], folder: folder.path).status == 1)
    let bad = try folder.file("bad.dyad", "note x\n#>   y\n")
    let check = try DyadProcess.run(["replay", bad, "--outputs"])
    #expect(check.status == 2 && check.errors.contains("bad.dyad:2: first difference"))
  }
}
