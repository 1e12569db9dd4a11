import Foundation

/// What the running program can name, for completion.
public protocol CompletionSource {
  /// Names of a kind, in the order to offer them.
  func names(of kind: DynamicKind) -> [String]
  /// The entries of a folder; empty when it cannot be read.
  func entries(ofFolder path: String) -> [FolderEntry]
}

/// A file or folder.
public struct FolderEntry: Sendable, Equatable {
  /// Its name without its folder.
  public let name: String
  /// Whether it is a folder.
  public let isFolder: Bool

  /// Creates an entry.
  public init(_ name: String, isFolder: Bool) {
    self.name = name
    self.isFolder = isFolder
  }
}

extension CompletionSource {
  /// The entries of a folder on disk; at most 10,000.
  public func entries(ofFolder path: String) -> [FolderEntry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.prefix(10_000).sorted().map { name in
      var isFolder: ObjCBool = false
      let full = (path as NSString).appendingPathComponent(name)
      _ = FileManager.default.fileExists(atPath: full, isDirectory: &isFolder)
      return FolderEntry(name, isFolder: isFolder.boolValue)
    }
  }
}

/// One way to go on.
public struct Candidate: Sendable, Equatable {
  /// What replaces the completion's range.
  public let text: String
  /// What a list of candidates shows.
  public let display: String
  /// Whether the word is finished, so that a space may follow.
  public let endsWord: Bool

  /// Creates a candidate.
  public init(_ text: String, display: String? = nil, endsWord: Bool = true) {
    self.text = text
    self.display = display ?? text
    self.endsWord = endsWord
  }
}

/// The candidates at a cursor.
public struct Completion: Sendable, Equatable {
  /// The bytes of the line that a candidate replaces; it ends at the cursor.
  public let range: Range<Int>
  /// The ways to go on; empty when there is none.
  public let candidates: [Candidate]

  /// Creates a completion.
  public init(range: Range<Int>, candidates: [Candidate]) {
    self.range = range
    self.candidates = candidates
  }

  /// What all candidates begin with: the most that Tab can insert without a choice.
  public var commonPrefix: String {
    guard var prefix = candidates.first?.text else { return "" }
    for candidate in candidates.dropFirst() { prefix = candidate.text.commonPrefix(with: prefix) }
    return prefix
  }
}
