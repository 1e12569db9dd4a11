/// Help for a word that is no command: where commands take it, or speak of it.
public enum HelpSearch {
  /// The most places that are listed.
  static let most = 16

  /// Lists the options and values of that name or, when there are none, what mentions the word.
  ///
  /// - Returns: Lines for people; nil when no command knows the word.
  public static func text(
    _ word: String, in registry: Registry, columns: Int = HelpText.widest
  ) -> String? {
    let named = rows(registry) { form, parameter in
      parameter.name == word ? (parameter.help, parameter) : nil
    }
    let chosen = rows(registry) { form, parameter in
      guard case .choice(let names) = parameter.type, names.contains(word) else { return nil }
      return (parameter.help + options(of: word, form, parameter), parameter)
    }
    if !(named + chosen).isEmpty { return list(named + chosen, columns) }
    let wanted = word.lowercased()
    guard wanted.count >= 3 else { return nil }
    let mentioned = rows(registry) { _, parameter in
      parameter.help.lowercased().contains(wanted) ? (parameter.help, parameter) : nil
    }
    let commands = registry.specs.filter { spec in
      ([spec.summary, spec.details] + spec.subcommands.map(\.summary)).contains {
        $0.lowercased().contains(wanted)
      }
    }.map { Row(name: $0.name, text: $0.summary) }
    let found = commands + mentioned
    return found.isEmpty ? nil : list(found, columns)
  }

  private struct Row {
    var name: String
    var text: String
  }

  /// The places of the parameters that something is said about.
  private static func rows(
    _ registry: Registry, _ about: (CommandForm, Parameter) -> (text: String, Parameter)?
  ) -> [Row] {
    registry.specs.flatMap { spec in
      spec.forms.flatMap { form in
        let head = spec.name + (form.name.isEmpty ? "" : " " + form.name)
        let arguments = form.arguments.compactMap { parameter in
          about(form, parameter).map {
            Row(name: "\(head) \(parameter.type.placeholder)", text: $0.text)
          }
        }
        let options = form.options.compactMap { parameter in
          about(form, parameter).map {
            let base = parameter.isRequired ? "" : " [\(parameter.defaultText)]"
            return Row(
              name: "\(head) \(parameter.name)=\(parameter.type.placeholder)", text: $0.text + base)
          }
        }
        return arguments + options
      }
    }
  }

  /// The options that a value of the first argument has.
  private static func options(
    of choice: String, _ form: CommandForm, _ parameter: Parameter
  ) -> String {
    guard form.arguments.first?.name == parameter.name else { return "" }
    let names = form.options.filter { $0.belongs(to: choice) }.map { $0.name + "=" }
    return names.isEmpty ? "" : "; it takes " + names.joined(separator: " ")
  }

  private static func list(_ rows: [Row], _ columns: Int) -> String {
    let width = min(32, rows.map(\.name.count).max() ?? 0)
    var lines = rows.prefix(most).flatMap {
      HelpText.row($0.name, $0.text, nameWidth: width, columns: columns)
    }
    if rows.count > most { lines.append("  and \(rows.count - most) more places") }
    return (lines + ["help COMMAND shows all of one"]).joined(separator: "\n")
  }
}
