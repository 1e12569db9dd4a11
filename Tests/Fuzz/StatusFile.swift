import Foundation

/// A file that always holds what is about to run, for whoever watches the process.
final class StatusFile {
  /// What was announced last, in one line.
  private(set) var text = ""
  private let descriptor: Int32
  private var count = 0

  /// Opens the file; without a path nothing is written.
  init(_ path: String?) {
    descriptor = path.map { open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) } ?? -1
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Says what runs next: unit, a number that grows, the text.
  func announce(_ unit: Int, _ text: String) {
    count += 1
    self.text = text.debugDescription
    guard descriptor >= 0 else { return }
    let bytes = Array("\(unit) \(count) \(self.text)\n".utf8)
    _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    ftruncate(descriptor, bytes.count)
  }

  /// Reads what a process announced last.
  static func read(_ path: String) -> (unit: Int, text: String)? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let words = String(decoding: data, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard words.count == 3, let unit = Int(words[0]) else { return nil }
    return (unit, words[2].trimmingCharacters(in: .newlines))
  }
}
