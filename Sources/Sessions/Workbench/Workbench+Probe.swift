import Datasets
import Kernels

extension ProbeSet {
  /// Writes one stored view: 0..<count are first views, count..<2·count second ones.
  func write(_ place: Int, into target: MutableFloatPointer) {
    let size = viewShape.reduce(1, *)
    for i in 0..<size { target[i] = views[place * size + i] }
  }
}

extension Workbench {
  /// The probe set of the data: fixed by data, pipeline and seed, made when first needed.
  ///
  /// Throws: `SessionError` without data; what making views throws.
  func probeSet() throws -> ProbeSet {
    if let probe { return probe }
    let state = try loadedData()
    let count = state.choice.probe ?? ProbeSet.defaultCount
    let pipeline = pipeline()
    let fresh = try ProbeSet(
      data: state.loaded, augmentation: pipeline == .none ? nil : pipeline, count: count,
      seed: seed, memoryLimit: memoryLimit)
    probe = fresh
    return fresh
  }
}
