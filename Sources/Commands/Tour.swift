import CommandLanguage

/// The tour of five minutes: commands to run one after another, each with what to see in it.
public struct Tour {
  /// One thing to try.
  struct Stop {
    let text: String
    let command: String
  }

  private var place = 0

  /// Begins at the first stop.
  public init() {}

  /// The command that comes next; nil at the end.
  public var next: String? {
    Tour.stops.indices.contains(place) ? Tour.stops[place].command : nil
  }

  /// What the user reads before the next command; after the last one, where to go from there.
  public var text: String {
    guard let command = next else { return Tour.ending }
    let stop = Tour.stops[place]
    return "\(place + 1)/\(Tour.stops.count)  \(stop.text)\n  \(command)"
  }

  /// Goes on when the command that came next was run.
  public mutating func didRun(_ entry: String) -> Bool {
    guard entry == next else { return false }
    place += 1
    return true
  }

  /// Leaves the next command out.
  mutating func skip() { place += 1 }

  /// How the tour is led at a prompt.
  static let opening =
    "A tour of about five minutes. Enter alone runs the command that is shown; anything else that\n"
    + "you type is run as always, and the tour waits. 'help tour next' leaves a command out, 'help "
    + "tour off' ends it."

  /// All of it, where nobody can be led.
  static var overview: String {
    "A first session; each line can be typed as it stands, and at a prompt 'help tour' leads through it.\n\n"
      + stops.map { "\($0.text)\n  \($0.command)" }.joined(separator: "\n\n") + "\n\n" + ending
  }

  private static let ending =
    "That was the tour. 'help' lists all commands, 'help COMMAND' shows options with examples,\n"
    + "Tab completes. Lessons that can be run with 'source' lie beside the program's source."

  static let stops = [
    Stop(
      text: "Data: a small built-in set of ten classes of patterns, and a network that trains in "
        + "seconds.", command: "data demo n=1000; backbone small; seed 1"),
    Stop(
      text: "SimCLR: two random views of an image attract, all other images repel.",
      command: "method simclr batch=64 temp=0.2; optim sgd lr=0.3; schedule const"),
    Stop(
      text: "One step. The line shows each number beside what it is measured against: the loss of "
        + "guessing,\nthe spread of z over its dimensions (1/√d is even, 0 has collapsed), the "
        + "directions in use.", command: "step"),
    Stop(
      text: "What each number is measured against, and how it reads.", command: "show health"),
    Stop(
      text: "Any tensor of that step can be seen: here z of three images, six of its dimensions.",
      command: "tensor z1[0:3, :6]"),
    Stop(
      text: "Expressions take tensors: how alike are the two views of each image?",
      command: "stats cos(z1, z2)"),
    Stop(text: "A name for this moment, to come back to.", command: "snap start"),
    Stop(
      text: "Six epochs. Ctrl-C would stop after a step, with nothing lost.", command: "epoch 6"),
    Stop(
      text: "Do neighbours in feature space share a class? 10 % is chance.", command: "knn"),
    Stop(
      text: "The similarity graph as a picture.",
      command: "viz graph n=64 k=5 overwrite=on -> tour-graph.png"),
    Stop(text: "Back to the moment that you named …", command: "rewind @start"),
    Stop(
      text: "… and on under another temperature. 'swap' keeps weights, counters and momentum.",
      command: "swap method simclr temp=1"),
    Stop(
      text: "Training from an earlier moment opens a branch; nothing is overwritten.",
      command: "epoch 6"),
    Stop(
      text: "The two branches side by side: which step differs first, and how far they are apart.",
      command: "compare main main-2"),
    Stop(
      text: "Both in one figure: the second line begins where it left the first.",
      command: "viz curves loss,z_std branch=all overwrite=on -> tour-branches.png"),
    Stop(
      text: "The session as a script with its replies, and its state.",
      command: "save session tour overwrite=on"),
    Stop(
      text: "The script as a page with prose and figures, to hand out.",
      command: "export tour.dyad overwrite=on -> tour.html"),
  ]
}
