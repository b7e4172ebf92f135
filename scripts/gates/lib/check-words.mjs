import ts from 'typescript'

/** Words that DESIGN keeps out of names, with the word to use. `context` words are fine inside longer names listed. */
const BANNED_IN_NAMES = [
  { word: 'Execution', use: 'run' },
  { word: 'Job', use: 'run' },
  { word: 'WorkflowStep', use: 'node' },
  { word: 'Cancelled', use: 'canceled' },
]

const BANNED_IN_TEXT = [
  { pattern: /\bcancell(ed|ing)\b/i, use: 'canceled' },
  { pattern: /\bworkflow (step|task)s?\b/i, use: 'node' },
]

/**
 * Finds exported names and texts that use another word for one of our ideas.
 *
 * @param {string} path
 * @param {string} text
 * @returns {string[]} one line a violation
 */
export function checkWords(path, text) {
  /** @type {string[]} */
  const violations = []
  text.split('\n').forEach((line, index) => {
    for (const { pattern, use } of BANNED_IN_TEXT) {
      if (pattern.test(line)) violations.push(`${path}:${index + 1} "${pattern.exec(line)?.[0]}": say "${use}"`)
    }
  })
  if (!/\.tsx?$/.test(path)) return violations
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  for (const statement of source.statements) {
    for (const { name, line } of exportedNames(source, statement)) {
      for (const { word, use } of BANNED_IN_NAMES) {
        if (name.toLowerCase().includes(word.toLowerCase())) violations.push(`${path}:${line} ${name}: say "${use}"`)
      }
    }
  }
  return violations
}

/**
 * @param {ts.SourceFile} source
 * @param {ts.Statement} statement
 * @returns {{ name: string, line: number }[]}
 */
function exportedNames(source, statement) {
  const line = source.getLineAndCharacterOfPosition(statement.getStart()).line + 1
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  if (!modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) return []
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => ({ name: declaration.name.getText(), line }))
  }
  const { name } = /** @type {ts.DeclarationStatement} */ (statement)
  return name === undefined ? [] : [{ name: name.getText(), line }]
}
