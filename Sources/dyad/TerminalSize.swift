import CLineEdit

/// The size of the terminal at this moment.
enum TerminalSize {
  /// Its width in characters, 80 when unknown.
  static var columns: Int { Int(dyad_terminal_size().columns) }
}
