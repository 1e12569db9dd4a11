extension SessionLog {
  /// Reads a log that `text` wrote; a mark belongs to the command before it.
  public init(text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      let line = String(line)
      if line.hasPrefix("version ") { continue }
      if Closing(line) != nil { continue }
      if let mark = Mark(line) {
        if case .command(let command, nil)? = entries.last {
          entries[entries.count - 1] = .command(command, mark)
        }
      } else if line.hasPrefix("#") {
        entries.append(.comment(line))
      } else {
        entries.append(.command(line, nil))
      }
    }
  }
}
