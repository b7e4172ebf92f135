import type { z } from 'zod'
import type { ProblemIssue } from '../errors/index.ts'

type Issue = z.core.$ZodIssue
type Path = ProblemIssue['path']

/** Names of zod types in the expression language. */
const NAMES: Readonly<Record<string, string>> = Object.freeze({
  string: 'text',
  array: 'list',
  tuple: 'list',
  record: 'object',
  int: 'whole number',
})

const nameOf = (type: string): string => (Object.hasOwn(NAMES, type) ? (NAMES[type] as string) : type)

function typeAt(input: unknown, path: Path): string {
  // All but the last key of an issue's path exist.
  const at = path.reduce((value, key) => (value as Readonly<Record<string | number, unknown>>)[key], input)
  if (at === null) return 'null'
  if (at === undefined) return 'nothing'
  return Array.isArray(at) ? 'list' : nameOf(typeof at)
}

const plainPath = (path: Issue['path']): Path => path.map((key) => (typeof key === 'number' ? key : String(key)))

/** Returns the types that a union accepts, by its branches; empty if another rule is broken. */
function typesOf(issue: Issue): readonly string[] {
  if (issue.path.length > 0) return []
  if (issue.code === 'invalid_type') return [nameOf(issue.expected)]
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(typesOf) : []
}

/** Explains an issue of a union by those of its branches; the union itself only reports `Invalid input`. */
function explain(issue: Issue, input: unknown, before: Path): readonly ProblemIssue[] {
  const path = [...before, ...plainPath(issue.path)]
  const { code } = issue
  if (code !== 'invalid_union') return [{ path, code, message: issue.message }]
  // The intended branch is the one whose outer type matches and whose fault is inside.
  const inner = issue.errors.find((branch) => branch.length > 0 && branch.every((each) => each.path.length > 0))
  if (inner !== undefined) return inner.flatMap((each) => explain(each, input, path))
  const types = [...new Set(issue.errors.flat().flatMap(typesOf))]
  if (types.length === 0) return [{ path, code, message: issue.message }]
  const expected = types.length === 1 ? types[0] : `${types.slice(0, -1).join(', ')} or ${types.at(-1)}`
  return [{ path, code, message: `Expected ${expected}, not ${typeAt(input, path)}` }]
}

/**
 * Converts the faults of zod to the issues of Tenon.
 *
 * @param input - The checked value: messages name its types, never its values.
 */
export function toIssues(error: z.ZodError, input: unknown): readonly ProblemIssue[] {
  return error.issues.flatMap((issue) => explain(issue, input, []))
}
