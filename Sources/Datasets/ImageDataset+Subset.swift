extension ImageDataset {
  /// Returns some of the images, in file order.
  ///
  /// `classes` keeps the named classes and numbers them in the order given. `n` takes n images
  /// balanced over the classes (the first classes one more when n is no multiple), the first of
  /// each class; without labels the first n images. `perClass` takes the first so many of each.
  /// Throws: `DatasetError` when a class is unknown or has too few images.
  public func subset(n: Int? = nil, perClass: Int? = nil, classes: [String]? = nil) throws
    -> ImageDataset
  {
    var result = self
    if let classes { result = try result.keeping(classes) }
    guard n != nil || perClass != nil else { return result }
    if n != nil, perClass != nil {
      throw DatasetError("expected n= or per_class=, found both", about: "per_class")
    }
    if let n, n > result.count || n < 1 {
      throw DatasetError(
        "n=\(n): expected 1 to \(result.count), the number of \(split) images of '\(name)'",
        about: "n")
    }
    if let perClass, perClass < 1 {
      throw DatasetError("per_class=\(perClass): expected at least 1", about: "per_class")
    }
    guard let labels = result.labels else {
      guard let n else {
        throw DatasetError(
          "per_class=: expected labels, found none in '\(name)'", about: "per_class")
      }
      return result.selecting(Array(0..<n), labels: nil, classNames: [])
    }
    let quotas = try result.quotas(n: n, perClass: perClass)
    var taken = [Int](repeating: 0, count: quotas.count)
    let places = labels.indices.filter { i in
      guard taken[labels[i]] < quotas[labels[i]] else { return false }
      taken[labels[i]] += 1
      return true
    }
    return result.selecting(
      places, labels: places.map { labels[$0] }, classNames: result.classNames)
  }

  /// Returns how many images each class gives.
  private func quotas(n: Int?, perClass: Int?) throws -> [Int] {
    let counts = classCounts
    let quotas = counts.indices.map { label in
      perClass ?? ((n ?? 0) / counts.count + (label < (n ?? 0) % counts.count ? 1 : 0))
    }
    for (label, quota) in quotas.enumerated() where counts[label] < quota {
      let option = perClass.map { "per_class=\($0)" } ?? "n=\(n ?? 0)"
      throw DatasetError(
        "\(option): expected \(quota) \(split) images of class '\(classNames[label])', "
          + "found \(counts[label])", about: n == nil ? "per_class" : "n")
    }
    return quotas
  }

  /// Returns the images of some classes, which are numbered in the order given.
  private func keeping(_ classes: [String]) throws -> ImageDataset {
    guard let labels else {
      throw DatasetError(
        "classes=: expected labels, found none in '\(name)'", about: "classes")
    }
    guard !classes.isEmpty else {
      throw DatasetError("classes=: expected at least one class", about: "classes")
    }
    var number = [Int?](repeating: nil, count: classCount)
    for (new, text) in classes.enumerated() {
      guard let old = classNames.firstIndex(of: text) ?? Int(text), old >= 0, old < classCount
      else {
        throw DatasetError(
          "unknown class '\(text)' in '\(name)': expected a name or 0…\(classCount - 1)",
          suggestion: NameSuggestion.nearest(to: text, in: classNames), about: "classes", part: text
        )
      }
      guard number[old] == nil else {
        throw DatasetError("class '\(text)' is given twice", about: "classes", part: text)
      }
      number[old] = new
    }
    let places = labels.indices.filter { number[labels[$0]] != nil }
    guard !places.isEmpty else {
      throw DatasetError(
        "'\(name)': expected \(split) images of these classes, found none", about: "classes")
    }
    let names = number.indices.compactMap { old in number[old].map { ($0, classNames[old]) } }
    return selecting(
      places, labels: places.compactMap { number[labels[$0]] },
      classNames: names.sorted { $0.0 < $1.0 }.map(\.1))
  }

  /// Returns the images without their labels.
  func withoutLabels() -> ImageDataset {
    ImageDataset(
      name: name, split: split, classNames: [], labels: nil, count: count, height: height,
      width: width, channels: channels, pixels: pixels, mean: mean, std: std)
  }
}
