import { join } from 'node:path'
import ts from 'typescript'

/**
 * Type-checks code blocks as modules at the root of the repository.
 *
 * @param {string} root
 * @param {{ compilerOptions: object }} base
 * @param {readonly { page: string, line: number, language: 'ts' | 'tsx', code: string }[]} blocks
 * @returns {string[]} one line a diagnostic, with its line in the page
 */
export function compileBlocks(root, base, blocks) {
  const { options } = ts.convertCompilerOptionsFromJson({ ...base.compilerOptions, noUnusedLocals: false }, root)
  /** @type {Map<string, (typeof blocks)[number]>} */
  const byFile = new Map()
  blocks.forEach((block, index) => {
    // Beside the example, so that the packages resolve as they do for a host.
    byFile.set(join(root, 'examples/host-app', `docs-block-${index}.${block.language}`), block)
  })
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (file) => byFile.has(file) || fileExists(file)
  host.readFile = (file) => byFile.get(file)?.code ?? readFile(file)
  host.getSourceFile = (file, ...rest) => {
    const block = byFile.get(file)
    return block === undefined
      ? getSourceFile(file, ...rest)
      : ts.createSourceFile(file, `${block.code}\nexport {}`, ts.ScriptTarget.ES2023, true)
  }
  const program = ts.createProgram([...byFile.keys()], options, host)
  /** @type {string[]} */
  const problems = []
  for (const [file, block] of byFile) {
    const source = program.getSourceFile(file)
    if (source === undefined) continue
    for (const diagnostic of [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]) {
      const line = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line
      problems.push(
        `${block.page}:${block.line + line} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`,
      )
    }
  }
  return problems
}
