import Foundation
import Testing

/// Prose in Markdown and notebooks: code as it is written, no live HTML, no harmful links.
@Suite struct ExportedProseTests {
  /// A cell of prose as a document; the title's line is left out.
  private static func exported(_ cells: [String], to ending: String) throws -> String {
    let folder = try TemporaryFolder()
    let prose = cells.map { cell in
      "#%% [markdown]\n"
        + cell.split(separator: "\n", omittingEmptySubsequences: false).map { "# \($0)\n" }.joined()
    }
    let file = try folder.file("p.dyad", "#%% T\n" + prose.joined())
    let path = folder.path + "/p." + ending
    _ = try TrainedSession().output("export \(file) -> \(path)")
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  private static func markdown(_ cells: String...) throws -> String {
    String(try exported(cells, to: "md").dropFirst("# T\n\n".count).dropLast())
  }

  private static func cellOfNotebook(_ cell: String) throws -> String {
    let data = Data(try exported([cell], to: "ipynb").utf8)
    let notebook = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let cells = try #require(notebook?["cells"] as? [[String: Any]])
    return try #require(cells.last?["source"] as? [String]).joined()
  }

  private static func page(_ cell: String) throws -> String {
    let page = try exported([cell], to: "html")
    let begin = try #require(page.range(of: "</h1>\n"))
    let end = try #require(page.range(of: "</main>"))
    return String(page[begin.upperBound..<end.lowerBound])
  }

  @Test(arguments: [
    "Watch `loss <b`; `dyad <file>`.\n\n```\nList<Int>\n```",
    "``a ` <b>`` and `&lt;`; `$k <b>`, `it's <b>`",
    "# `<b>`\n- `<i>`\n  1. `<u>`\n> `<s>`\n\na | b\n--|--\n`<b>` | `<i>`",
    "A span `over\ntwo <b> lines` of words\n\n- and `in\n  an <item> of` a list",
    "~~~~ swift\n<b>\n~~~\n```\n~~~~",
    "text\n```\n<b>\n\n<i>\n```\ntext",
    "- item\n\n  ```\n  <b>\n\n    <i>\n  ```",
    "> ```\n> <b>\n>\n> <i>\n> ```",
    "Words.\n\n    <b>\n\n    <i>\n\nWords.",
    "[`<b>`](https://a.example) (`<b>`) *`<b>`*",
  ])
  func codeIsLeftAsItIsWritten(prose: String) throws {
    #expect(try Self.markdown(prose) == prose)
    #expect(try Self.cellOfNotebook(prose) == prose)
  }

  @Test(arguments: [
    ("x < 5 <b> `y` </b> <!-- <?", "x < 5 &lt;b> `y` &lt;/b> &lt;!-- &lt;?"),
    // Runs that nothing matches, escapes, and spans that end with their block.
    ("`a `` <b> `", "`a `` <b> `"),
    ("``a ` <b>`", "``a ` &lt;b>`"),
    ("` ``<b>``", "` ``&lt;b>``"),
    ("\\`<b>`", "\\`&lt;b>`"),
    ("`a\\` `<b>`", "`a\\` `&lt;b>`"),
    ("`a\n\n<b>`", "`a\n\n&lt;b>`"),
    ("# `a\n<b>`", "# `a\n&lt;b>`"),
    ("`a\n<b>`", "`a\n&lt;b>`"),
    ("a `b\n- <b>`", "a `b\n- &lt;b>`"),
    ("- a `b\n<b>`", "- a `b\n&lt;b>`"),
    ("a `b\n> <b>`", "a `b\n> &lt;b>`"),
    ("a `b\n---\n<b>`", "a `b\n---\n&lt;b>`"),
    ("a `b\n1. <b>`", "a `b\n1. &lt;b>`"),
    ("a `b\na. <b>`", "a `b\na. &lt;b>`"),
    // Tables cut spans apart.
    ("a | b\n--|--\n`x | <b>` |", "a | b\n--|--\n`x | &lt;b>` |"),
    ("`aaa <b>`\n---  ---", "`aaa &lt;b>`\n---  ---"),
    // What some reader takes before code: addresses, links, formulas, attributes, commands.
    ("<1`@x.y>` <b> `", "&lt;1`@x.y>` &lt;b> `"),
    ("[a](`)` `<b>`", "[a]\\(`)` `&lt;b>`"),
    ("[a`]`](x) `<b>`", "[a`]`](x) `&lt;b>`"),
    ("www.x.y/`a` `<b>`", "www.x.y/`a` `&lt;b>`"),
    ("$`$` `<b>`", "$`$` `&lt;b>`"),
    ("`<b>`{=html}", "`&lt;b>`{=html}"),
    ("{raw}`<b>`", "{raw}`&lt;b>`"),
    ("\\emph{`}` `<b>`", "\\emph{`}` `&lt;b>`"),
  ])
  func whatMayBeNoCodeIsEscaped(prose: String, expected: String) throws {
    #expect(try Self.markdown(prose) == expected)
    #expect(try Self.cellOfNotebook(prose) == expected)
  }

  @Test(arguments: [
    // A block that is not closed ends with the cell.
    ("```\n<b>", "```\n<b>\n```"),
    ("- a\n\n  ~~~~\n  <b>", "- a\n\n  ~~~~\n  <b>\n  ~~~~"),
    // A list's block ends with its item: a fence behind it would begin another.
    ("- ```\n  <b>\n  ```", "- ```\n  &lt;b>\n  ```"),
    ("- ````\n  <b>", "- ````\n  &lt;b>"),
    ("> ```\n<b>", "> ```\n&lt;b>"),
    ("- a\n  ```\n<b>\n  ```", "- a\n  ```\n&lt;b>\n  ```\n```"),
    ("- a\n  ```\n     ```\n  <b>\n  ```", "- a\n  ```\n     ```\n  &lt;b>\n  ```"),
    ("a\n: b\n~~~\n: <b>\n~~~", "a\n: b\n~~~\n: &lt;b>\n~~~"),
    // Fences that are none, or none to some readers.
    ("    ```\n<b>\n    ```", "    ```\n&lt;b>\n    ```"),
    ("\t```\n<b>\n\t```", "\t```\n&lt;b>\n\t```"),
    ("``` a`b\n<b>\n```", "``` a`b\n&lt;b>\n```\n```"),
    ("```\n<b>\n```\u{A0}\n<b>", "```\n&lt;b>\n```\u{A0}\n&lt;b>\n```"),
    ("``\u{300}`\n<b>", "``\u{300}`\n&lt;b>"),
    ("```\u{300}\n<b>", "```\u{300}\n&lt;b>\n```"),
    ("```{=html}\n<b>\n```", "```{=html}\n&lt;b>\n```"),
    ("```\n<b>\n~~~", "```\n<b>\n~~~\n```"),
    ("$$\n```\n$$\n<b>\n```", "$$\n```\n$$\n&lt;b>\n```"),
    // Carriage returns and separators of lines are no line ends here, and are shown.
    ("`a\r<b>`", "`a␍<b>`"), ("```\u{2028}\n<b>\n```", "```\u{FFFD}\n&lt;b>\n```"),
    // Indented text that is a list's, a footnote's, or a paragraph's.
    ("- a\n\n    <b>", "- a\n\n    &lt;b>"), ("[^1]: a\n\n    <b>", "[^1]: a\n\n    &lt;b>"),
    ("* \na\n\n    <b>", "* \na\n\n    &lt;b>"),
    ("a\n    <b>", "a\n    &lt;b>"), ("    <b>", "    &lt;b>"),
  ])
  func blocksOfCodeEndWhereAllReadersSee(prose: String, expected: String) throws {
    #expect(try Self.markdown(prose) == expected)
    #expect(try Self.cellOfNotebook(prose) == expected)
  }

  @Test func cellsOfProseStandAlone() throws {
    #expect(try Self.markdown("```\n<b>", "```\n<i>\n```") == "```\n<b>\n```\n\n```\n<i>\n```")
    // After what readers may disagree about, a block begins with a mark that cannot end another.
    #expect(
      try Self.markdown("- ```\n  a", "```\n<i>\n```") == "- ```\n  a\n\n```text\n<i>\n```")
    #expect(
      try Self.markdown("- ```\n  a", "  ```\n  <i>\n  ```")
        == "- ```\n  a\n\n[//]: # (cell)\n\n  ```text\n  <i>\n  ```")
  }

  @Test(arguments: [
    ("[a](javascript:alert(1))", "[a]\\(javascript:alert(1))"),
    ("[a]( JAVASCRIPT:x \"t\")", "[a]\\( JAVASCRIPT:x \"t\")"),
    ("[a](\njavascript:x)", "[a]\\(\njavascript:x)"),
    ("[a](<javascript:x>)", "[a]\\(&lt;javascript:x>)"),
    ("[a](javascript&colon;x)", "[a]\\(javascript&colon;x)"),
    ("[a](&#106;avascript:x)", "[a]\\(&#106;avascript:x)"),
    ("[a](javascript\\:x)", "[a]\\(javascript\\:x)"),
    ("[a](java\u{200B}script:x)", "[a]\\(java\u{200B}script:x)"),
    ("[a](data:text/html,x) [b](vbscript:x)", "[a]\\(data:text/html,x) [b]\\(vbscript:x)"),
    ("[a](file:///x)", "[a]\\(file:\\///x)"), ("<javascript:x>", "&lt;javascript:x>"),
    ("ftp://a.example", "ftp:\\//a.example"), ("\\<b\\> \\\\<b>", "&lt;b\\> \\\\&lt;b>"),
    ("[a](//a.example)", "[a]\\(//a.example)"),
    ("[a][b]\n\n[b]: javascript:x", "[a][b]\n\n[b]\\: javascript:x"),
    ("[a]:\njavascript:x", "[a]\\:\njavascript:x"),
    ("> [a\nb]: javascript:x", "> [a\nb]\\: javascript:x"),
    ("`[a](javascript:x)`", "`[a](javascript:x)`"),
    ("` [a](javascript:x)", "` [a]\\(javascript:x)"),
    // Images from elsewhere are links; those beside the document stay.
    ("![i](http://a.example/i.png)", "[i](http://a.example/i.png)"),
    ("Wow!![i](http://a.example/i.png)", "Wow!! [i](http://a.example/i.png)"),
    ("\\![i](http://a.example)", "\\! [i](http://a.example)"),
    ("![i](//a.example/i.png)", "[i]\\(//a.example/i.png)"),
    ("![i](/&#47;a.example/i.png)", "[i]\\(/&#47;a.example/i.png)"),
    ("![i](/\\/a.example/i.png)", "[i]\\(/\\/a.example/i.png)"),
    ("![i][r] ![r]\n\n[r]: http://a.example", "! [i][r] ! [r]\n\n[r]: http://a.example"),
    ("![a [b] c](http://a.example)", "! [a [b] c](http://a.example)"),
  ])
  func harmfulLinksAndImagesFromElsewhereAreText(prose: String, expected: String) throws {
    #expect(try Self.markdown(prose) == expected)
    #expect(try Self.cellOfNotebook(prose) == expected)
  }

  @Test(arguments: [
    "[a](https://a.example/x_(y)?q=1&r#p \"t\") [b](http://b.example) [c](mailto:a@b.example)",
    "[a](../other.md) [b](#place) [c](/x?y=a:b) [d](é.md) [e][f] https://a.example",
    "[f]: https://a.example 'title'\n[g]: notes.md\n[^1]: Note.",
    "![i](a/b.png) ![j](c.png \"t\")", "See <https://a.example/x?y> or <mailto:a@b.example>.",
  ])
  func otherLinksStay(prose: String) throws {
    #expect(try Self.markdown(prose) == prose)
    #expect(try Self.cellOfNotebook(prose) == prose)
  }

  @Test(arguments: [
    (
      "`<b>` <b>\n```\n<i>\n```",
      "<p><code>&lt;b&gt;</code> &lt;b&gt;</p>\n<pre class=\"quoted\" tabindex=\"0\"><code>\n&lt;i&gt;</code></pre>\n"
    ),
    ("[a](javascript:x) [b](data:x)", "<p>a (javascript:x) b (data:x)</p>\n"),
    ("[a](java&#115;cript:x) [b](//x)", "<p>a (java&amp;#115;cript:x) b (//x)</p>\n"),
    ("![i](http://a.example/i.png)", "<p>i (http://a.example/i.png)</p>\n"),
    (
      "[a](../other.md) [b](#place)",
      "<p><a href=\"../other.md\" rel=\"noreferrer\">a</a> <a href=\"#place\" rel=\"noreferrer\">b</a></p>\n"
    ),
    (
      "[a](https://a.example/x_(y)?q=1 \"t\") [b]( [c](x 'y) [d](#z 't')",
      "<p><a href=\"https://a.example/x_(y)?q=1\" rel=\"noreferrer\">a</a> [b]( [c](x &#39;y) "
        + "<a href=\"#z\" rel=\"noreferrer\">d</a></p>\n"
    ),
    (
      "<https://a.example/x?y> <https://a.example/x=y> <b/onclick>",
      "<p><a href=\"https://a.example/x?y\" rel=\"noreferrer\">https://a.example/x?y</a> "
        + "<a href=\"https://a.example/x=y\" rel=\"noreferrer\">https://a.example/x=y</a> "
        + "&lt;b/onclick&gt;</p>\n"
    ),
    (
      "See https://a.example/x_(y)?q=1. [a](<#b> 'c') [d](#e (f)) \\<b\\> <https://a.example/(z)>",
      "<p>See <a href=\"https://a.example/x_(y)?q=1\" rel=\"noreferrer\">"
        + "https://a.example/x_(y)?q=1</a>. <a href=\"#b\" rel=\"noreferrer\">a</a> "
        + "<a href=\"#e\" rel=\"noreferrer\">d</a> &lt;b&gt; <a href=\"https://a.example/(z)\" "
        + "rel=\"noreferrer\">https://a.example/(z)</a></p>\n"
    ),
    (
      "Text.\n\n    a <b>\n\n      c\n\n- x\n\n      code\n",
      "<p>Text.</p>\n<pre class=\"quoted\" tabindex=\"0\"><code>\na &lt;b&gt;\n\n  c</code></pre>\n"
        + "<ul>\n<li><p>x</p>\n<pre class=\"quoted\" tabindex=\"0\"><code>\ncode</code></pre>\n"
        + "</li>\n</ul>\n"
    ),
    ("<javascript:x> [a]: javascript:x", "<p>&lt;javascript:x&gt; [a]: javascript:x</p>\n"),
  ])
  func thePageDecidesAlike(prose: String, expected: String) throws {
    #expect(try Self.page(prose) == expected)
  }
}
