/// Candidates for file names: folders end in `/`, names with spaces are quoted.
struct FileCompleter {
  let source: any CompletionSource
  let extensions: [String]

  /// Returns candidates for the text of a path, which may begin with an open quote.
  func candidates(for typed: String) -> [Candidate] {
    let isQuoted = typed.hasPrefix("\"")
    let path = isQuoted ? unescaped(String(typed.dropFirst())) : typed
    let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let folder = String(path[..<cut])
    let beginning = String(path[cut...])
    if path == "~" { return [Candidate("~/", endsWord: false)] }
    let place = folder.isEmpty ? "." : Paths.expandingTilde(folder)
    var result: [Candidate] = []
    for entry in source.entries(ofFolder: place) {
      guard entry.name.hasPrefix(beginning), isOffered(entry, beginning) else { continue }
      let whole = folder + entry.name + (entry.isFolder ? "/" : "")
      let display = entry.name + (entry.isFolder ? "/" : "")
      let needsQuotes = isQuoted || !Quoting.isPlainWord(whole)
      var text = needsQuotes ? Quoting.quoted(whole) : whole
      // The quote stays open inside a folder, so that the next Tab goes on in it.
      if needsQuotes, entry.isFolder { text.removeLast() }
      result.append(Candidate(text, display: display, endsWord: !entry.isFolder))
    }
    return result
  }

  private func isOffered(_ entry: FolderEntry, _ beginning: String) -> Bool {
    if entry.name.hasPrefix("."), !beginning.hasPrefix(".") { return false }
    if entry.isFolder || extensions.isEmpty { return true }
    return extensions.contains(Paths.fileExtension(entry.name))
  }

  private func unescaped(_ text: String) -> String {
    let closed = text.hasSuffix("\\") ? String(text.dropLast()) : text
    return (try? Quoting.content(of: "\"" + closed + "\"") { "${" + $0 + "}" }) ?? text
  }
}
