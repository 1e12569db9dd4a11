import CommandLanguage
import Commands
import Foundation
import Sessions
let bench = Workbench(threads: 2)
let context = CommandContext(workbench: bench)
let interpreter = Interpreter(context)
SessionRecorder.attach(to: interpreter)
do {
  let source = try Interpreter.readScript(CommandLine.arguments[1])
  let error = interpreter.runScript(source) { reply in
    switch reply.result {
    case .success(let o): print(o.text)
    case .failure(let e): print(e.text)
    }
  }
  exit(error == nil ? 0 : 1)
} catch { print(error); exit(1) }
