import Kernels

/// The four methods.
public enum MethodName: String, Sendable, CaseIterable, Codable {
  /// SimSiam, arXiv:2011.10566.
  case simsiam
  /// SimSiam with Multi-stage Graph Aggregation: a memory bank mixed into the targets.
  case simsiamMulti = "simsiam-multi"
  /// SimCLR, arXiv:2002.05709.
  case simclr
  /// SimCLR with Graph Attention: similarities in the batch reweight InfoNCE.
  case simclrAttn = "simclr-attn"

  /// Whether the method belongs to the SimSiam half of the reference.
  public var isSimSiamFamily: Bool { self == .simsiam || self == .simsiamMulti }
}

/// The features whose cosines weight SimCLR-Attn's positive pairs.
public enum AttentionFeatures: String, Sendable, CaseIterable, Codable {
  /// Backbone features, the reference's default.
  case h
  /// Projections.
  case z
}

/// A method with every choice made.
public struct MethodConfiguration: Sendable, Hashable, Codable {
  /// Which method.
  public var name: MethodName
  /// The number of images in a batch; there are two views of each.
  public var batch: Int
  /// The temperature τ of NT-Xent.
  public var temperature: Double
  /// The hidden width of the projector.
  public var projectorHidden: Int
  /// The dimension of z.
  public var projectorOut: Int
  /// The hidden width of the predictor (SimSiam family).
  public var predictorHidden: Int
  /// The weight of the bank's row in the targets (SimSiam-Multi).
  public var alpha: Double
  /// The first epoch whose targets use the bank (SimSiam-Multi).
  public var start: Int
  /// How many past epochs the bank averages (SimSiam-Multi).
  public var stages: Int
  /// Whether bank rows are scaled to unit length when written (SimSiam-Multi).
  public var normalize: Bool
  /// Which features give the attention weights (SimCLR-Attn).
  public var attention: AttentionFeatures
  /// The number of classes of the online classifier, or 0 without one.
  public var classes: Int

  /// Makes a configuration.
  public init(
    name: MethodName, batch: Int, temperature: Double, projectorHidden: Int, projectorOut: Int,
    predictorHidden: Int, alpha: Double, start: Int, stages: Int, normalize: Bool,
    attention: AttentionFeatures, classes: Int
  ) {
    self.name = name
    self.batch = batch
    self.temperature = temperature
    self.projectorHidden = projectorHidden
    self.projectorOut = projectorOut
    self.predictorHidden = predictorHidden
    self.alpha = alpha
    self.start = start
    self.stages = stages
    self.normalize = normalize
    self.attention = attention
    self.classes = classes
  }

  /// The groups of batch-norm statistics: SimSiam runs each view by itself, SimCLR both jointly.
  public var statisticGroups: Int { name.isSimSiamFamily ? 2 : 1 }

  /// The loss of features that carry no information: ln(2N − 1) for NT-Xent, 0 for cosines.
  public var chanceLoss: Double {
    name.isSimSiamFamily ? 0 : Double(2 * batch - 1).logarithm
  }

  /// The std of normalised z that is spread evenly over its d dimensions: 1/√d.
  public var evenStd: Double { 1 / Double(projectorOut).squareRoot() }

  /// The largest rank that z of a batch can have.
  public var largestRank: Int { min(projectorOut, batch) }
}

extension Double {
  /// The natural logarithm by the engine's own arithmetic.
  fileprivate var logarithm: Double { Exact.log(self) }
}
