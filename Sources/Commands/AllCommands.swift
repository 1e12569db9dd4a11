import CommandLanguage

/// The literal list of commands, in the order of `help`.
public enum AllCommands {
  /// Every command.
  public static let list: [any Command.Type] = [
    LetCommand.self, SetCommand.self, SourceCommand.self, NoteCommand.self, HelpCommand.self,
    HistoryCommand.self, CompleteCommand.self, SysCommand.self, QuitCommand.self,
  ]
}
