import ts from 'typescript'

/** Words that stay out of exported names, with the word to use. */
const BANNED_IN_NAMES = new Map([
  ['execution', 'run'],
  ['job', 'run'],
  ['flow', 'workflow'],
  ['step', 'node'],
  ['task', 'node'],
  ['block', 'node'],
  ['integration', 'node'],
  ['cancelled', 'canceled'],
])

/**
 * Pairs of words that belong to others or to another idea: Temporal's task queues, React Flow's nodes and edges, data
 * flow analysis, the code blocks of Markdown, and what an expression spends while it is evaluated.
 */
const FOREIGN_WORDS = ['task queue', 'flow node', 'flow edge', 'flow element', 'data flow', 'code block', 'spend steps']

const BANNED_IN_TEXT = [
  { pattern: /\bcancell(ed|ing)\b/i, use: 'canceled' },
  { pattern: /\bworkflow (step|task)s?\b/i, use: 'node' },
]

/** Packages whose texts and comments are in plain English, by path; tests are free. */
const PLAIN_ENGLISH = [/^packages\/server\/src\/(?!.*\.test\.)/]

/** Words and sentences of a private dialect, with plain ones. */
const BANNED_IN_PLAIN_ENGLISH = [
  { pattern: /\b(nobody|somebody|anybody|everybody|whoever)\b/i, use: 'no user, another user, every member, …' },
  { pattern: /\b(pokes?|poked)\b/i, use: 'wake' },
  { pattern: /\b(tend|tends|tended) (a|the|its|to a)\b/i, use: 'drive, renew' },
  { pattern: /\b(tells?|told)\b/i, use: 'send, return, report, notify' },
  { pattern: /\b(settles?|settled)\b/i, use: 'decide, end, store' },
  { pattern: /\b(stands? (in|at|for|where)|how .* stands?)\b/i, use: 'is, is stored, has the state' },
  {
    pattern: /\b(letGo|lets? go of|carries? .*out|goes? on from|going down)\b/i,
    use: 'release, execute, continue, shut down',
  },
  { pattern: /\binterface \w+Ports\b/, use: 'Deps: a port belongs to a node' },
  { pattern: /^\s*(\/\*\*|\*) (What|Whether|How|Who|Where|Why) /, use: 'a verb or a noun first' },
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
  const isPlain = PLAIN_ENGLISH.some((pattern) => pattern.test(path))
  const banned = isPlain ? [...BANNED_IN_TEXT, ...BANNED_IN_PLAIN_ENGLISH] : BANNED_IN_TEXT
  text.split('\n').forEach((line, index) => {
    for (const { pattern, use } of banned) {
      if (pattern.test(line)) violations.push(`${path}:${index + 1} "${pattern.exec(line)?.[0]}": say "${use}"`)
    }
  })
  if (!/\.tsx?$/.test(path)) return violations
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  for (const statement of source.statements) {
    for (const { name, line } of exportedNames(source, statement)) {
      for (const use of bannedIn(name)) violations.push(`${path}:${line} ${name}: say "${use}"`)
    }
  }
  return violations
}

/**
 * @param {string} name
 * @returns {string[]} the words to use instead
 */
function bannedIn(name) {
  let words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  for (const foreign of FOREIGN_WORDS) words = words.replaceAll(foreign, ' ')
  return words
    .split(' ')
    .flatMap((word) => BANNED_IN_NAMES.get(word) ?? BANNED_IN_NAMES.get(word.replace(/s$/, '')) ?? [])
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
