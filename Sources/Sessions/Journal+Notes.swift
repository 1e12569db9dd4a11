import Foundation

/// What a journal says beside the log of its session.
extension Journal {
  /// A line of it; a journal of an older version has not all.
  enum Note: String {
    /// The working folder.
    case folder
    /// The name of the journal of which the session is what came back, when that was not all.
    case part
    /// A recording's path and the first line of its file.
    case recording
    /// How often the session is saved by itself, and where if not beside the journal; nothing when
    /// it is off.
    case autosave
    /// What of a block that runs is done, as lines of the log; the block itself comes after it.
    case begun
    /// Where the session was saved, when nothing that matters came after it.
    case saved

    private var prefix: String { "#@ \(rawValue) " }

    func line(_ parts: String...) -> String { line(parts) }

    func line(_ parts: [String]) -> String {
      // A path may hold any character, a line end too.
      prefix
        + parts.map { $0.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? "" }
        .joined(separator: " ") + "\n"
    }

    func parts(of line: Substring) -> [String]? {
      guard line.hasPrefix(prefix) else { return nil }
      return line.dropFirst(prefix.count).split(separator: " ").map {
        String($0).removingPercentEncoding ?? ""
      }
    }
  }

  /// What a journal says besides the log.
  struct Notes {
    var folder: String?
    var part: String?
    var running = Running()
    /// The path without ending that the session was saved to after its last change.
    var saved: String?
    private var begun = ""

    /// Takes the notes out of a journal's text.
    init(_ text: inout String) {
      guard text.contains("#@ ") else { return }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      text = lines.filter { !take($0) }.joined(separator: "\n") + begun
    }

    private mutating func take(_ line: Substring) -> Bool {
      guard line.hasPrefix("#@ ") else {
        // The block that was begun has ended.
        if !line.isEmpty { begun = "" }
        if line.hasPrefix("#= ") { saved = nil }
        return false
      }
      if let parts = Note.folder.parts(of: line) {
        folder = parts.first
      } else if let parts = Note.part.parts(of: line) {
        part = parts.first
      } else if let parts = Note.recording.parts(of: line), parts.count == 2 {
        running.recordings[parts[0]] = parts[1]
      } else if let parts = Note.autosave.parts(of: line) {
        running.autosave = parts.first.map { Saving(pace: $0, path: parts.dropFirst().first) }
      } else if let parts = Note.begun.parts(of: line) {
        begun += parts.first ?? ""
        saved = nil
      } else if let parts = Note.saved.parts(of: line) {
        saved = parts.first
      } else {
        return false
      }
      return true
    }
  }
}
