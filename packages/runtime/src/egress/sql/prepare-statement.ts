import { createHash } from 'node:crypto'
import { canonicalJson, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { SqlStatement } from '@tenon/core/node'

const MAX_SQL_LENGTH = 100_000
const HASH_VERSION = 1

/** Effect of a statement, by which a connection allows it. */
export type StatementKind = 'read' | 'insert' | 'write'

/** Value of a parameter. */
export interface NamedValue {
  readonly name: string
  readonly value: Json
}

/** A statement in the form that Postgres takes. */
export interface PreparedSql {
  readonly kind: StatementKind
  /** Text with `$1`, `$2` … in place of the names. */
  readonly text: string
  /** Values of the parameters, that of `$1` first. */
  readonly values: readonly NamedValue[]
  /** Hash of the text and its values, after the version of the way of hashing. */
  readonly hash: string
  /** Returns line and column, from 1, of a character of `text`, as the author of the statement counts them. */
  locate(position: number): { readonly line: number; readonly column: number }
}

/** Statements that may run; of those within a statement, such as in a `with`, the one that changes most counts. */
const KINDS: Readonly<Record<string, StatementKind>> = {
  SelectStmt: 'read',
  InsertStmt: 'insert',
  UpdateStmt: 'write',
  DeleteStmt: 'write',
  MergeStmt: 'write',
}
const RANK: Readonly<Record<StatementKind, number>> = { read: 0, insert: 1, write: 2 }

/**
 * Replaces the names in a statement by parameters, and checks with the parser of Postgres that it is one statement of a kind
 * that nodes may run.
 *
 * @throws {@link TenonError} `SQL_INVALID` (details: `line`, `column` for a syntax error).
 */
export async function prepareStatement({ sql, values }: SqlStatement): Promise<PreparedSql> {
  if (sql.length > MAX_SQL_LENGTH) throw invalid(`The statement is longer than ${MAX_SQL_LENGTH} characters`)
  if (sql.trim() === '') throw invalid('The statement is empty')
  // A megabyte of WebAssembly, which only nodes with a database need.
  const parser = await import('libpg-query')
  await parser.loadModule()
  const named = withParameters(sql, values, readTokens(sql, parser))
  const tree = parsed(named.text, parser, named.locate)
  const [statement] = tree
  if (statement === undefined || tree.length > 1) {
    throw invalid(`The node runs one statement, and there are ${tree.length}`)
  }
  const [name = ''] = Object.keys(statement)
  const kind = KINDS[name]
  if (kind === undefined) {
    throw invalid(`${name.replace(/Stmt$/, '')} is no statement of a node`, {
      remedy: 'Use select, insert, update, delete or merge.',
    })
  }
  const found = inspect(statement)
  if (found.isSelectInto) throw invalid('select … into creates a table', { remedy: 'Use insert … select.' })
  const parameters = named.names.map((name) => ({ name, value: values[name] ?? null }))
  const hashed = [named.text, parameters.map(({ value }) => canonicalJson(value))]
  const hash = `${HASH_VERSION}:${createHash('sha256').update(JSON.stringify(hashed)).digest('hex')}`
  return { kind: found.kind, text: named.text, values: parameters, hash, locate: named.locate }
}

function invalid(message: string, options: { readonly remedy?: string; readonly details?: JsonObject } = {}) {
  return new TenonError('SQL_INVALID', message, options)
}

type Parser = typeof import('libpg-query')

interface Token {
  /** Offsets in bytes. */
  readonly start: number
  readonly end: number
  readonly tokenName: string
}

function readTokens(sql: string, { scanSync }: Parser): readonly Token[] {
  try {
    return scanSync(sql).tokens
  } catch (error) {
    throw invalid(messageOf(error))
  }
}

function parsed(text: string, { parseSync, hasSqlDetails }: Parser, locate: PreparedSql['locate']): readonly object[] {
  try {
    return (parseSync(text).stmts ?? []).flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]))
  } catch (error) {
    const at = hasSqlDetails(error) ? locate((error.sqlDetails?.cursorPosition ?? 0) + 1) : null
    throw invalid(at === null ? messageOf(error) : `Line ${at.line}: ${messageOf(error)}`, {
      ...(at === null ? {} : { details: { line: at.line, column: at.column } }),
    })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The statement cannot be read'
}

interface NamedText {
  readonly text: string
  /** Names of the parameters, that of `$1` first. */
  readonly names: readonly string[]
  readonly locate: PreparedSql['locate']
}

/** Replaces each `:name`; in texts, comments and casts there is none for the scanner of Postgres. */
function withParameters(sql: string, values: SqlStatement['values'], tokens: readonly Token[]): NamedText {
  const bytes = Buffer.from(sql)
  const textOf = ({ start, end }: Token) => bytes.toString('utf8', start, end)
  const names: string[] = []
  const cuts: { readonly at: number; readonly grown: number }[] = []
  let text = ''
  let last = 0
  for (const [index, token] of tokens.entries()) {
    if (token.tokenName === 'PARAM') {
      throw invalid(`${textOf(token)} is no value`, { remedy: 'Write :name, and give the value with this name.' })
    }
    const next = tokens[index + 1]
    if (textOf(token) !== ':' || next === undefined || next.start !== token.end) continue
    const name = textOf(next)
    if (!/^[A-Za-z_]\w*$/.test(name)) continue
    if (!Object.hasOwn(values, name)) {
      throw invalid(`The statement reads :${name}, and the node has no value with this name`, {
        remedy: `Add the value "${name}", or write a space after the colon of an array slice.`,
      })
    }
    if (!names.includes(name)) names.push(name)
    text += bytes.toString('utf8', last, token.start)
    // "lo:b" is a slice without its spaces; "lo$1" would be a name.
    const parameter = `${/[\w$\u0080-\uffff]$/.test(text) ? ' ' : ''}$${names.indexOf(name) + 1}`
    text += parameter
    cuts.push({ at: text.length, grown: parameter.length - (name.length + 1) })
    last = next.end
  }
  const unused = Object.keys(values).find((name) => !names.includes(name))
  if (unused !== undefined) {
    throw invalid(`The statement does not read the value "${unused}"`, { remedy: `Write :${unused}, or remove it.` })
  }
  text += bytes.toString('utf8', last)
  return { text, names, locate: (position) => locateIn(sql, position, cuts) }
}

function locateIn(sql: string, position: number, cuts: readonly { readonly at: number; readonly grown: number }[]) {
  const grown = cuts.filter(({ at }) => at < position).reduce((sum, cut) => sum + cut.grown, 0)
  const before = sql.slice(0, Math.max(0, position - 1 - grown)).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

interface Inspected {
  kind: StatementKind
  isSelectInto: boolean
}

/** Walks over the syntax tree, without recursion: it may be deep. */
function inspect(statement: object): Inspected {
  const found: Inspected = { kind: 'read', isSelectInto: false }
  const left: unknown[] = [statement]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (typeof node !== 'object' || node === null) continue
    for (const [name, value] of Object.entries(node)) {
      const kind = KINDS[name]
      if (kind !== undefined && RANK[kind] > RANK[found.kind]) found.kind = kind
      if (name === 'intoClause') found.isSelectInto = true
      if (name === 'onConflictClause' && (value as OnConflict).action === 'ONCONFLICT_UPDATE') found.kind = 'write'
      left.push(value)
    }
  }
  return found
}

interface OnConflict {
  readonly action?: string
}
