import CommandLanguage
import Datasets
import Layers
import Methods
import Sessions

/// `show state`: where the session stands, line by line.
enum ShowState {
  /// The table; nothing is built for it.
  ///
  /// - Parameters:
  ///   - bench: The session.
  ///   - withLostFiles: Whether it says which recordings go on without their files.
  /// - Returns: Names and values.
  static func table(_ bench: Workbench, withLostFiles: Bool = true) -> Table {
    let state = bench.summary
    let resolved = bench.resolution
    var rows: [(String, String)] = []
    rows.append(("data", data(bench)))
    rows.append(("augment", augment(bench)))
    rows.append(("backbone", backbone(bench, resolved)))
    rows.append(("method", method(bench, resolved)))
    if let resolved { rows.append(("optim", optimizer(resolved))) }
    rows.append(("seed", bench.configuration.seed.map { "\($0)" } ?? "0 (not given)"))
    var step = "\(state.step)"
    if state.stepsPerEpoch > 0 {
      step +=
        "   epoch \(state.epoch), \(state.stepInEpoch) of its \(state.stepsPerEpoch) steps done"
    }
    rows.append(("step", step))
    if let count = state.parameters {
      rows.append(("model", "\(count) parameters"))
    } else {
      rows.append(("model", "not built yet: the first command that needs it builds it"))
    }
    rows.append(("fingerprint", bench.fingerprint?.description ?? "none without a model"))
    if !state.memory.isEmpty {
      let total = state.memory.reduce(0) { $0 + $1.bytes }
      let parts = state.memory.map { "\($0.part) \(NumberFormat.bytes($0.bytes))" }
      rows.append(
        ("memory", NumberFormat.bytes(total) + ": " + parts.joined(separator: ", ")))
    }
    rows.append(("tracks", tracks(bench, withLostFiles)))
    return Table(
      [Table.Column("part"), Table.Column("value")],
      rows: rows.map { [.text($0.0), .text($0.1)] }, hidesHeadings: true)
  }

  private static func data(_ bench: Workbench) -> String {
    guard let loaded = bench.data?.loaded else { return "none yet: data demo" }
    let test = loaded.test.map { " + \($0.count) test" } ?? ""
    let classes = loaded.labels == nil ? "no labels" : "\(loaded.classNames.count) classes"
    return "\(loaded.name)  \(loaded.sampleCount)\(test) samples, \(classes), hash "
      + Fingerprint(value: loaded.hash).description
  }

  /// The preset in force when `augment` was not called.
  static func presetName(_ bench: Workbench) -> String {
    if bench.data?.choice.name == "tensors" || bench.data?.loaded.train == nil { return "none" }
    return bench.configuration.method?.name.isSimSiamFamily == true ? "simsiam" : "simclr"
  }

  /// Why it is that one.
  static func presetReason(_ bench: Workbench) -> String {
    if bench.data?.choice.name == "tensors" { return "tensors are taken as they are" }
    if bench.data?.loaded.train == nil { return "the data bring their own views" }
    return "the preset of the method's family"
  }

  private static func augment(_ bench: Workbench) -> String {
    if let choice = bench.augmentation { return choice.preset }
    guard bench.data != nil else { return "the preset of the method's family" }
    return "\(presetName(bench)) (\(presetReason(bench)))"
  }

  private static func backbone(_ bench: Workbench, _ resolved: ResolvedConfiguration?) -> String {
    guard let choice = bench.configuration.backbone else { return "none yet: backbone small" }
    guard let c = resolved?.backbone else { return choice.name.rawValue }
    return "\(c.name.rawValue)  width \(c.width)"
  }

  private static func method(_ bench: Workbench, _ resolved: ResolvedConfiguration?) -> String {
    guard let choice = bench.configuration.method else { return "none yet: method simclr" }
    guard let c = resolved?.method else { return choice.name.rawValue }
    let temperature =
      c.name.isSimSiamFamily ? "" : "  temp \(NumberFormat.short(c.temperature))"
    return "\(c.name.rawValue)  batch \(c.batch)  z \(c.projectorOut)" + temperature
  }

  private static func optimizer(_ resolved: ResolvedConfiguration) -> String {
    guard let c = resolved.optimizer else { return "none without a method" }
    let schedule = resolved.schedule.map { ", schedule \($0.name.rawValue)" } ?? ""
    return
      "\(c.name.rawValue)  lr \(NumberFormat.short(c.lr))  wd \(NumberFormat.short(c.weightDecay))"
      + schedule
  }

  private static func tracks(_ bench: Workbench, _ withLostFiles: Bool) -> String {
    guard !bench.tracks.isEmpty else { return "none" }
    return bench.tracks.map { track in
      track.names.joined(separator: ",") + " every \(track.every)"
        + (track.path.map { track.isWithoutFile && withLostFiles ? " without \($0)" : " -> \($0)" }
          ?? "")
    }.joined(separator: "; ")
  }
}
