/// The states that lines meet.
enum Preparation {
  case empty, demo, images, model, steps, points, batches, cifar, saved

  /// One of the states, those with a trained model more often.
  static func random(_ random: inout SeededRandom) -> Preparation {
    let states: [Preparation] = [
      .empty, .empty, .demo, .images, .model, .steps, .steps, .steps, .steps, .points, .batches,
      .cifar, .cifar, .saved,
    ]
    return states[random.below(states.count)]
  }

  static let methods = ["simsiam", "simsiam-multi", "simclr", "simclr-attn"]

  /// The lines that lead there.
  func lines(_ random: inout SeededRandom) -> [String] {
    let images = random.chance(70) ? "data tensors i.safetensors" : "data tensors f.safetensors"
    let width = 2 + random.below(3)
    let name = random.pick(Self.methods)
    let options =
      name == "simsiam-multi"
      ? " pred=4 start=\(random.below(3))ep stages=\(1 + random.below(3))"
      : name == "simsiam" ? " pred=4" : ""
    let method = "method \(name) batch=8 proj=[8,8]\(options)"
    let count = 1 + random.below(8)
    switch self {
    case .empty: return []
    case .demo: return ["data demo n=200", "backbone small width=\(width)", method]
    case .images: return [images]
    case .model: return [images, "backbone small width=\(width)", method]
    case .steps:
      let track = random.chance(50) ? ["track loss,erank every=2st -> t.jsonl"] : []
      return [images, "backbone small width=\(width)", method] + track + ["step \(count)"]
    case .points: return ["data gauss2 n=40", "backbone mlp width=8", method, "step \(count)"]
    case .batches:
      return [
        "data batches b.safetensors", "backbone resnet18 width=1",
        "method simclr proj=[4,4] batch=4", "step 2",
      ]
    case .cifar:
      return ["data cifar10 root=cifar10", "backbone small width=2", method, "step 2"]
    case .saved: return ["load session s"]
    }
  }
}
