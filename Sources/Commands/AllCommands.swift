import CommandLanguage

/// The literal list of commands, in the order of `help`.
public enum AllCommands {
  /// Every command.
  public static let list: [any Command.Type] = [
    DataCommand.self, AugmentCommand.self, BackboneCommand.self, MethodCommand.self,
    OptimCommand.self, ScheduleCommand.self, SeedCommand.self, StepCommand.self,
    EpochCommand.self, RunCommand.self, TrackCommand.self, WatchCommand.self, BreakCommand.self,
    SwapCommand.self,
    ShowCommand.self, TensorCommand.self, StatsCommand.self,
    ParamsCommand.self, BatchCommand.self, BankCommand.self, AttnCommand.self, CollapseCommand.self,
    KNNCommand.self,
    VizCommand.self, SnapCommand.self, RewindCommand.self, UndoCommand.self, RedoCommand.self,
    BranchCommand.self, SwitchCommand.self, CompareCommand.self, SaveCommand.self,
    AutosaveCommand.self, LoadCommand.self,
    ReplayCommand.self, ExportCommand.self,
    LetCommand.self, PrintCommand.self, ExpectCommand.self, SetCommand.self, SourceCommand.self,
    NoteCommand.self,
    HelpCommand.self,
    HistoryCommand.self, CompleteCommand.self, SysCommand.self, QuitCommand.self,
  ]
}
