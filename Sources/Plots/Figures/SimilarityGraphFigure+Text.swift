extension SimilarityGraphFigure {
  /// The numbers that describe the graph.
  struct Facts: Equatable {
    var nodes: Int
    var edges: Int
    /// Connected parts, isolated nodes included.
    var components: Int
    var isolated: Int
    /// Edges between two views of one image.
    var positive: Int
    /// The share of edges between nodes of one class, among edges with both classes known;
    /// positive pairs are always of one class and not counted.
    var sameClass: Double?
    /// The share of all pairs of nodes, positive pairs aside, that are of one class.
    var chance: Double?
  }

  /// Counts the graph; every given edge counts, drawn or not.
  func facts(_ edges: [Edge]) -> Facts {
    let components = GraphComponents(count: labels.count, edges: edges.map { ($0.a, $0.b) })
    let known = edges.filter { !$0.isPositive && labels[$0.a] != nil && labels[$0.b] != nil }
    let same = known.filter { labels[$0.a] == labels[$0.b] }
    var counts: [Int: Int] = [:]
    for case let label? in labels { counts[label, default: 0] += 1 }
    let total = counts.values.reduce(0, +)
    let positivePairs = total == labels.count ? 2 * Double(self.positivePairs) : 0
    let pairs = Double(total) * Double(total - 1) - positivePairs
    let alike = counts.values.reduce(0.0) { $0 + Double($1) * Double($1 - 1) } - positivePairs
    return Facts(
      nodes: labels.count, edges: edges.count, components: components.parts.count,
      isolated: components.parts.count { $0.count == 1 },
      positive: edges.count { $0.isPositive },
      sameClass: known.isEmpty ? nil : Double(same.count) / Double(known.count),
      chance: pairs > 0 ? alike / pairs : nil)
  }

  func caption(_ valid: [Edge], _ drawn: [Edge]) -> String {
    let facts = facts(valid)
    var text = "Similarity graph"
    text += subject.isEmpty ? ". " : ": \(subject). "
    text += "Edges: \(rule.sentence)"
    let weights = EdgeWeights(valid)
    if !valid.isEmpty {
      text +=
        weights.low == weights.high
        ? " (\(NumberFormat.short(weights.low)))"
        : " (\(NumberFormat.short(weights.low)) to \(NumberFormat.short(weights.high)); "
          + "wider and darker is more similar)"
    }
    func plural(_ n: Int, _ word: String) -> String {
      "\(NumberFormat.count(n)) \(word)\(n == 1 ? "" : "s")"
    }
    text +=
      ". n = \(NumberFormat.count(facts.nodes)), \(plural(facts.edges, "edge")), "
      + "\(plural(facts.components, "component")) (\(facts.isolated) isolated)"
    if positivePairs > 0 {
      text += "; \(facts.positive) of \(plural(positivePairs, "positive pair")) joined"
    }
    if let same = facts.sameClass {
      let among = positivePairs > 0 ? "other edges" : "edges"
      text += "; \(NumberFormat.fixed(same * 100, decimals: 0)) % of \(among) join one class"
      if let chance = facts.chance {
        text += " (\(NumberFormat.fixed(chance * 100, decimals: 0)) % by chance)"
      }
    }
    text += "."
    if drawn.count < valid.count {
      text +=
        " Drawn: the \(NumberFormat.count(drawn.count)) strongest edges, at most "
        + "\(maximumDegree) at a node."
    }
    if edges.count > valid.count {
      text += " \(plural(edges.count - valid.count, "edge")) without a finite weight left out."
    }
    if positions == nil, !valid.isEmpty {
      text += " Layout: spectral start, springs (seed \(seed)); distances are not to scale."
    }
    return text
  }

  func altText(_ valid: [Edge]) -> String {
    let facts = facts(valid)
    var text =
      "A graph of \(facts.nodes) images joined by \(facts.edges) edges into "
      + "\(facts.components) components, \(facts.isolated) of them single images."
    if let same = facts.sameClass {
      text +=
        " \(NumberFormat.fixed(same * 100, decimals: 0)) percent of the edges join images "
        + "of the same class."
    }
    return text
  }

  /// The nodes with their places, then the edges that are drawn.
  func csv(_ drawn: [Edge], _ points: [Point]) -> String {
    var text = "record,id,to,class,kind,weight,x_pt,y_pt\n"
    func id(_ i: Int) -> Int { ids.indices.contains(i) ? ids[i] : i }
    for (i, p) in points.enumerated() {
      let label = labels[i].map { label in
        classNames.indices.contains(label) ? NumberFormat.csv(classNames[label]) : "\(label)"
      }
      text += "node,\(id(i)),,\(label ?? ""),,,\(p.x),\(p.y)\n"
    }
    for e in drawn {
      text += "edge,\(id(e.a)),\(id(e.b)),,\(kind(e).rawValue),\(NumberFormat.csv(e.weight)),,\n"
    }
    return text
  }
}
