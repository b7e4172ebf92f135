import ts from 'typescript'
import { proseOf } from './prose.mjs'

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

/** Adapters of protocols that call a run a task, and write `cancelled` on the wire. */
const PROTOCOLS = /^packages\/server\/src\/(mcp|a2a)\//

const BANNED_IN_TEXT = [
  { pattern: /\bcancell(ed|ing)\b/i, use: 'canceled' },
  { pattern: /\bworkflow (step|task)s?\b/i, use: 'node' },
  { pattern: new RegExp('// '.repeat(2)), use: '//' },
  // Editors do not show them. Tests write them as escapes.
  { pattern: /(?!\t)\p{Cc}/u, use: 'the text without control characters' },
]

/** Files whose texts, docstrings and comments are in plain English, by path; the tests themselves are free. */
const PLAIN_ENGLISH = [
  /^packages\/\w+\/(src|test)\/(?!.*\.test\.)/,
  /^(docs|packages|examples|bench|\.changeset)\/.*\.md$/,
  /^[A-Z]+\.md$/,
  /^(bench|examples|stories|e2e\/fixtures)\/(?!.*\.test\.).*\.tsx?$/,
  /^scripts\/(?!.*\.test\.).*\.mjs$/,
]

/** Files in which names of variables, functions and tests are checked as well; `words.test.mjs` contains the words. */
const PLAIN_NAMES = [
  /^packages\/\w+\/(src|test|scripts)\//,
  /^(bench|e2e|examples|stories)\/.*\.tsx?$/,
  /^scripts\/(?!gates\/words\.test\.).*\.mjs$/,
  /^\w+\.config\.ts$/,
]

/** Files that are named after the verb of a factory instead of its result: `redactor.ts` has `createRedactor`. */
const FACTORY_FILE = /^packages\/\w+\/src\/(?:.*\/)?((?:create|build|make)-[^/]+\.tsx?)$/

/** Files in which "place" must not mean a path, a position or a span. SQL of migrations has it; examples have towns. */
const WITHOUT_PLACES = [
  /^packages\/\w+\/(src|test|scripts)\/(?!postgres\/migrations\/|tables\/append-draft-function\.).*\.(tsx?|mjs)$/,
  /^(bench|e2e|stories)\/.*\.tsx?$/,
  /^scripts\/(?!gates\/(words\.test|lib\/check-words)\.).*\.mjs$/,
]

/** Names with "place"; `in place (of)` and the operation `place_node` are fine. */
const BANNED_PLACES = [
  {
    pattern:
      /(?<!\bin )\b[pP]lace[sd]?\b(?!-|_node)|[a-z0-9](?<!In)Places?\b|\bplace(?!holder|ment|Nodes?\b)[a-z]*[A-Z]\w*|(?:\b|_)PLACES?(?:\b|_)/,
    use: 'path, field, position, span, …',
  },
]

/** Words and sentences of a private dialect, with plain ones. */
const BANNED_IN_PLAIN_ENGLISH = [
  { pattern: /\b(nobody|somebody|anybody|everybody|whoever)\b/i, use: 'no user, another user, every member, …' },
  // Recorded histories of Temporal have the signal by its old name.
  { pattern: /(?<!WAKE_SIGNAL = ')\b(pokes?|poked)\b/i, use: 'wake' },
  { pattern: /\b(tend|tends|tended) (a|the|its|to a)\b/i, use: 'drive, renew' },
  { pattern: /\b(tells?|told)\b/i, use: 'send, return, report, notify' },
  { pattern: /\b(settles?|settled)\b/i, use: 'decide, end, store' },
  {
    pattern: /\b(letGo|lets? go of|carr(y|ies|ied) (\w+ ){0,3}out|goes? on from|going down)\b/i,
    use: 'release, execute, continue',
  },
  { pattern: /\binterface \w+Ports\b/, use: 'Deps: a port belongs to a node' },
]

/** Words of the same dialect that are fine in names: of `next`, `stand` and `place` there are other meanings. */
const BANNED_IN_PROSE = [
  { pattern: /\b(stands?|stood)\b(?!-)/i, use: 'is, is stored, has the state, represents' },
  { pattern: /\b(goes|go|went) on\b/i, use: 'continue' },
  { pattern: /\b(looks?|looked) after\b/i, use: 'manage, watch' },
  {
    pattern: /\b(passed over|as it stands|comes? about|what is left|let go|under way)\b/i,
    use: 'skipped, in progress, …',
  },
  { pattern: /\b(hands?|handed) over\b/i, use: 'deliver, pass' },
  { pattern: /\b(at|to|from|of) (the|its|their|that|this|one|each|every|a) places?\b/i, use: 'position, path' },
  { pattern: /\bhal(f|ves) of (a|an|the) surrogate\b/i, use: 'lone surrogate' },
]

/** A comment or the text of a tag that opens with a question; one opens with a verb or a noun. */
const QUESTION_FIRST = /(?:\/\*\*\s*(?:\*\s*)?|\/\/ |@returns? |\* {8,}- )(What|Whether|How|Who|Where|Why|Which)\b/g

/**
 * Finds names of files, exported names and texts that use another word for one of our ideas.
 *
 * @param {string} path
 * @param {string} text
 * @returns {string[]} one line a violation
 */
export function checkWords(path, text) {
  /** @type {string[]} */
  const violations = []
  /** @type {(checked: string, banned: readonly { readonly pattern: RegExp, readonly use: string }[]) => void} */
  const check = (checked, banned) => {
    checked.split('\n').forEach((line, index) => {
      for (const { pattern, use } of banned) {
        const found = pattern.exec(line)
        if (found !== null) violations.push(`${path}:${index + 1} "${found[0]}": say "${use}"`)
      }
    })
  }
  const factoryFile = FACTORY_FILE.exec(path)?.[1]
  if (factoryFile !== undefined) violations.push(`${path} "${factoryFile}": say "the noun that the factory makes"`)
  const isProtocol = PROTOCOLS.test(path)
  check(text, isProtocol ? BANNED_IN_TEXT.filter(({ use }) => use !== 'canceled') : BANNED_IN_TEXT)
  if (PLAIN_NAMES.some((pattern) => pattern.test(path))) check(text, BANNED_IN_PLAIN_ENGLISH)
  if (WITHOUT_PLACES.some((pattern) => pattern.test(path))) check(text, BANNED_PLACES)
  if (PLAIN_ENGLISH.some((pattern) => pattern.test(path))) {
    const prose = proseOf(path, text)
    if (!PLAIN_NAMES.some((pattern) => pattern.test(path))) check(prose, BANNED_IN_PLAIN_ENGLISH)
    check(prose, BANNED_IN_PROSE)
    for (const { index, 1: word } of prose.matchAll(QUESTION_FIRST)) {
      const line = prose.slice(0, index).split('\n').length
      violations.push(`${path}:${line} "${word}": open with a verb or a noun first`)
    }
  }
  if (!/\.tsx?$/.test(path)) return violations
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  for (const statement of source.statements) {
    for (const { name, line } of exportedNames(source, statement)) {
      if (isProtocol && /task/i.test(name)) continue
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
