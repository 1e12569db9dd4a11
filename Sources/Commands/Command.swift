import CommandLanguage

/// A command: its declaration and what it does.
///
/// A command reads typed values from the invocation, makes one call into the workbench and returns a
/// value; it never prints and never touches the terminal.
public protocol Command: Sendable {
  /// The declaration.
  static var spec: CommandSpec { get }
  /// Runs the command.
  ///
  /// - Throws: `Diagnostic`, or any error of the layers below; the session is then unchanged.
  static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output
}
