import { isLosslessNumber, LosslessNumber, parse, splitNumber } from 'lossless-json'
import type { ProblemIssue } from '../errors/index.ts'
import type { Json } from '../json.ts'
import { cutText } from './cut-text.ts'
import { MAX_JSON_DEPTH } from './json-depth.ts'
import { scanJson } from './scan-json.ts'
import { isWellFormed, toWellFormed } from './well-formed.ts'

type Path = readonly (string | number)[]

/** Handling of JSON values that JavaScript cannot represent. */
export interface ParseJsonOptions {
  /**
   * `keep`, for responses of services and models: an integer beyond ±(2^53 − 1) and a number beyond the doubles become
   * texts with the digits as written, a lone surrogate becomes U+FFFD, and `kept` lists their paths. `refuse`, for
   * requests of people and programs: each such value is an issue.
   */
  readonly onLoss: 'keep' | 'refuse'
  /** Most levels of objects and lists; the outermost is the first. @defaultValue 128 */
  readonly maxDepth?: number
}

/** A value that {@link parseJson} converted so that it could be kept. */
export interface KeptValue {
  /** Path to the value from the root. */
  readonly path: Path
  /** `number`: a number that became a text with its digits. `text`: a text or key with a replaced lone surrogate. */
  readonly what: 'number' | 'text'
}

/** Result of {@link parseJson}: the value, or at most 100 issues with their paths. */
export type JsonReading =
  | { readonly ok: true; readonly value: Json; readonly kept: readonly KeptValue[] }
  | {
      readonly ok: false
      /** `syntax` and `depth`: the text as a whole. `content`: the paths in `issues`. */
      readonly fault: 'syntax' | 'depth' | 'content'
      /** Codes: `json_syntax`, `json_depth`, `forbidden_key`, `number_inexact`, `text_malformed`. */
      readonly issues: readonly ProblemIssue[]
    }

const MOST_ISSUES = 100
const MOST_DIGITS_SHOWN = 40
const SUSPICIOUS_KEY = /__proto__|\\u005f/i
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/

/** Checks that a number is not rounded: whole numbers must be exact, decimals may be the nearest double. */
function isExact(source: string): boolean {
  const value = Number(source)
  if (!Number.isFinite(value)) return false
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return true
  return /[.eE]/.test(source) && splitNumber(source).digits === splitNumber(String(value)).digits
}

const parseNumber = (source: string): unknown => (isExact(source) ? Number(source) : new LosslessNumber(source))

function failure(fault: 'syntax' | 'depth', message: string): JsonReading {
  return { ok: false, fault, issues: [{ path: [], code: `json_${fault}`, message }] }
}

interface Findings {
  readonly kept: KeptValue[]
  readonly issues: ProblemIssue[]
  readonly onLoss: ParseJsonOptions['onLoss']
}

function addIssue({ issues }: Findings, path: Path, code: string, message: string): void {
  if (issues.length < MOST_ISSUES) issues.push({ path, code, message })
}

function checkedNumber(source: string, path: Path, findings: Findings): Json {
  const shown = cutText(source, MOST_DIGITS_SHOWN, '…')
  if (findings.onLoss === 'keep') findings.kept.push({ path, what: 'number' })
  else addIssue(findings, path, 'number_inexact', `The number ${shown} would be rounded. Send it as text, in quotes.`)
  return source
}

function checkedText(text: string, path: Path, findings: Findings): string {
  if (isWellFormed(text)) return text
  if (findings.onLoss === 'keep') findings.kept.push({ path, what: 'text' })
  else addIssue(findings, path, 'text_malformed', 'The text has a lone surrogate')
  return toWellFormed(text)
}

/** Checks a parsed value at every depth and returns it without the marks of the parser. */
function checked(value: unknown, path: Path, findings: Findings): Json {
  if (typeof value === 'string') return checkedText(value, path, findings)
  if (typeof value !== 'object' || value === null) return value as Json
  if (isLosslessNumber(value)) return checkedNumber(value.value, path, findings)
  if (Array.isArray(value)) return value.map((item, index) => checked(item, [...path, index], findings))
  const members: [string, Json][] = []
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, key]
    if (key === '__proto__') addIssue(findings, at, 'forbidden_key', 'The key "__proto__" is not allowed')
    members.push([checkedText(key, at, findings), checked(member, at, findings)])
  }
  return Object.fromEntries(members)
}

/**
 * Parses JSON from outside: responses of services and models, requests of callers, input of people. All code that
 * parses such text uses it, so that no number is rounded, no text has a lone surrogate, and no key reaches a prototype.
 *
 * An integer written without a fraction or exponent is exact up to ±(2^53 − 1). Decimals become the nearest double, as
 * in every JSON parser. Of two members with the same key the last one wins. O(n); a text without long numbers is read
 * by `JSON.parse`.
 *
 * @returns Never throws: a text that is not JSON, nests too deep or has a rejected value is `ok: false`.
 * @see docs/adr/0007-numbers-from-outside.md
 *
 * @example
 * ```ts
 * parseJson('{"id":7615917337495251231}', { onLoss: 'keep' }) // { ok: true, value: { id: '7615917337495251231' }, … }
 * ```
 */
export function parseJson(text: string, options: ParseJsonOptions): JsonReading {
  const { onLoss, maxDepth = MAX_JSON_DEPTH } = options
  const { nestsTooDeep, hasLongNumber } = scanJson(text, maxDepth)
  if (nestsTooDeep) return failure('depth', `The JSON nests deeper than ${maxDepth} levels`)
  let value: unknown
  try {
    value = hasLongNumber
      ? parse(text, null, { parseNumber, onDuplicateKey: ({ newValue }) => newValue })
      : JSON.parse(text)
  } catch {
    return failure('syntax', 'The text is not valid JSON')
  }
  const isPlain = !hasLongNumber && !SUSPICIOUS_KEY.test(text) && !SURROGATE_ESCAPE.test(text) && isWellFormed(text)
  if (isPlain) return { ok: true, value: value as Json, kept: [] }
  const findings: Findings = { kept: [], issues: [], onLoss }
  const read = checked(value, [], findings)
  const { kept, issues } = findings
  return issues.length > 0 ? { ok: false, fault: 'content', issues } : { ok: true, value: read, kept }
}
