import Foundation

/// A notebook as one HTML file that needs nothing else: figures and styles are inside, no scripts.
struct HTMLExport {
  let notebook: Notebook

  /// The whole file.
  var text: String {
    let title = HTMLText.escaped(notebook.title)
    var body = "<h1>\(title)</h1>\n"
    for cell in notebook.cells {
      switch cell {
      case .heading(let title): body += "<h2>\(HTMLText.escaped(title))</h2>\n"
      case .prose(let lines): body += ProseHTML.text(lines)
      case .code(let code): body += self.code(code)
      }
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="dyad">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <title>\(title)</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <main>

      """ + body + "</main>\n</body>\n</html>\n"
  }

  private func code(_ code: Notebook.Code) -> String {
    // The first line end after <pre> is not shown, so that an empty first line needs its own.
    func block(_ lines: [String], _ name: String) -> String {
      "<pre class=\"\(name)\" tabindex=\"0\">\n"
        + HTMLText.escaped(lines.joined(separator: "\n")) + "</pre>\n"
    }
    var text = "<section>\n" + block(code.source, "commands")
    if !code.output.isEmpty {
      text += block(code.output, Self.isProse(code.output) ? "reply prose" : "reply")
    }
    for figure in code.figures {
      switch figure.content {
      case .absent(let reason):
        text += "<p class=\"absent\">\(HTMLText.escaped("\(figure.path) \(reason)"))</p>\n"
      case .png(_, let bytes):
        text +=
          "<figure><img alt=\"\(HTMLText.escaped(figure.alt))\" src=\"data:image/png;base64,"
          + Data(bytes).base64EncodedString() + "\"></figure>\n"
      }
    }
    return text + "</section>\n"
  }

  /// Whether lines that are wider than a page of a phone may wrap: sentences, and one line or two
  /// that are no table.
  private static func isProse(_ lines: [String]) -> Bool {
    let long = lines.filter { $0.count > 40 }
    guard !long.isEmpty, lines.count > 1 else { return !long.isEmpty }
    if lines.count == 2 { return columns(lines[0]).intersection(columns(lines[1])).count < 2 }
    return long.allSatisfy { columns($0).count <= 1 }
  }

  /// Where words stand after two blanks or more, the first one too.
  private static func columns(_ line: String) -> Set<Int> {
    var out: Set<Int> = []
    var blanks = 2
    for (index, character) in line.enumerated() {
      if character != " ", blanks >= 2 { out.insert(index) }
      blanks = character == " " ? blanks + 1 : 0
    }
    return out
  }

  private static let style = """
    :root { --page: #ffffff; --text: #1c1e21; --quiet: #5b6168; --box: #f3f4f6; --line: #d5d9de;
      --link: #0b57a4 }
    @media (prefers-color-scheme: dark) {
      :root { --page: #16181b; --text: #e4e6e9; --quiet: #a2a8b0; --box: #22252a; --line: #3a3f46;
        --link: #8ab8f0 }
    }
    * { box-sizing: border-box }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
    body { margin: 0; background: var(--page); color: var(--text);
      font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere }
    main { max-width: 52rem; margin: 0 auto; padding: 1rem }
    h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 0.5em }
    h1 { font-size: 1.7rem; margin-top: 0.4em }
    h2 { font-size: 1.3rem; border-bottom: 1px solid var(--line); padding-bottom: 0.2em }
    h3, h4, h5, h6 { font-size: 1.05rem }
    a { color: var(--link) }
    section { margin: 1rem 0 }
    pre, code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }
    code { font-size: 0.9em; background: var(--box); border-radius: 3px; padding: 0.1em 0.3em }
    pre { font-size: 0.82rem; line-height: 1.4; margin: 0; padding: 0.6rem 0.8rem; overflow-x: auto;
      tab-size: 4; overflow-wrap: normal; white-space: pre }
    pre code { font-size: 1em; background: none; padding: 0 }
    pre.commands, pre.prose { white-space: pre-wrap; overflow-wrap: anywhere }
    pre.commands, pre.quoted { background: var(--box); border-radius: 4px }
    pre.commands { border-left: 3px solid var(--link) }
    pre.reply { color: var(--quiet); border-left: 3px solid var(--line) }
    figure { margin: 0.8rem 0 }
    img { display: block; max-width: 100%; height: auto; background: #ffffff; border-radius: 4px }
    .absent { color: var(--quiet); font-style: italic }
    .wide { overflow-x: auto }
    table { border-collapse: collapse; overflow-wrap: normal }
    th, td { border: 1px solid var(--line); padding: 0.25em 0.6em; text-align: left }
    blockquote { margin: 1em 0; padding-left: 1em; border-left: 3px solid var(--line);
      color: var(--quiet) }
    hr { border: 0; border-top: 1px solid var(--line) }
    """
}
