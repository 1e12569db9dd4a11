import CommandLanguage
import Sessions
import Tensors

/// Prints a tensor or a slice of it.
public enum TensorCommand: Command {
  static let ref = Key<Formula>(
    "tensor", .tensor, help: "a tensor, with a slice if wanted, or an expression")
  static let limit = Key<Int>(
    "max", .int(in: 2...1000), default: 8, unit: "entries",
    help: "rows and columns shown at most; of more axes half as many blocks")
  static let precision = Key<Int>(
    "prec", .int(in: 1...9), default: 4, unit: "digits",
    help: "significant digits of the largest number")

  /// The declaration.
  public static let spec = CommandSpec(
    "tensor", group: .inspect, summary: "Prints a tensor or a slice of it.",
    details: "x1 … p2, sim, attn and g: are of the last step's batch, before its update; w:, m: "
      + "and bank are the present state; a:LAYER computes that batch again. Slices are Python's, "
      + "indices PyTorch's: [N, C, H, W]. A file gets the whole slice: .npy (Float32) or .csv "
      + "(the last axis across). `help expressions` lists what can be computed of tensors.",
    arguments: [ref], options: [limit, precision],
    output: OutputFile(["npy", "csv"], help: "the whole slice"),
    examples: [
      Example("tensor z1[0:3, :6]", "Six dimensions of the first three images"),
      Example("tensor w:projector.bn1.weight[:8]", "The first eight values of a parameter"),
      Example("tensor a:conv1[0, :, 4, 4]", "A layer's channels at one pixel"),
      Example("tensor norm(z1, 1) - norm(z2, 1)", "The views' lengths compared, image by image"),
      Example("tensor sim -> sim.npy", "All cosines of the batch, to a file"),
    ], seeAlso: ["stats", "params"])

  /// Prints or writes.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let path = try context.shell.files.checkedPath(for: invocation)
    let formula = invocation[ref]
    let sliced = try TensorReference.read(ref, of: invocation, in: context)
    let tensor = sliced.tensor
    var head = "  \(formula.text)  \(tensor.shape)"
    if tensor.shape != sliced.fullShape { head += " of \(sliced.fullShape)" }
    let moment = TensorReference.moment(formula, context.workbench)
    if !moment.isEmpty { head += "   " + moment }
    if let path {
      try tensor.write(to: path)
      context.shell.files.didWrite(path)
      return .text("  \(path)  \(tensor.shape)   \(tensor.count * 4) bytes of values")
    }
    let text = TensorText(
      sliced: sliced, limit: invocation[limit], precision: invocation[precision])
    var output = Output(.numbers(NumberGrid([.text(head)] + text.lines)))
    output.data = [("shape", .array(tensor.shape.map(JSONValue.int)))]
    if tensor.count <= 4096 {
      output.data.append(("values", .array(tensor.values.map { .number(Double($0)) })))
    }
    return output
  }
}
