extension SessionLog {
  /// Reads a log that `text` wrote; output and a mark belong to the command before them.
  public init(text: String) {
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let isDOS = line.last == UInt8(ascii: "\r")
      let line = String(Substring(isDOS ? line.dropLast() : line))
      if line.hasPrefix("version ") || line.isEmpty { continue }
      if Closing(line) != nil { continue }
      guard line.hasPrefix("#") else {
        entries.append(.command(line, nil))
        continue
      }
      guard case .command(let command, let mark, var output)? = entries.last else {
        if Mark(line) == nil { entries.append(.comment(line)) }
        continue
      }
      if let read = Mark(line) {
        if mark == nil { entries[entries.count - 1] = .command(command, read, output: output) }
      } else if StoredOutput.line(of: line) != nil {
        output.read(line)
        entries[entries.count - 1] = .command(command, mark, output: output)
      } else {
        entries.append(.comment(line))
      }
    }
    outputBytes = entries.reduce(0) { sum, entry in
      if case .command(_, _, let output) = entry { sum + output.bytes } else { sum }
    }
  }
}
