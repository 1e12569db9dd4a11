import CommandLanguage

extension Invocation {
  /// The value of an option: the one given (`auto` is nil), or what was in force.
  func value<V>(of key: Key<V?>, or old: V?) -> V? { isGiven(key) ? self[key] : old }
}
