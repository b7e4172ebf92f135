import { TenonError } from '@tenon/core/errors'
import { z } from 'zod'

const date = z.strictObject({ date: z.iso.date() })
const dateTime = z.strictObject({ datetime: z.iso.datetime({ offset: true }) })
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null(), date, dateTime])
const bindings = z.record(z.string(), z.union([scalar, z.array(scalar).min(1)]))
type Scalar = z.output<typeof scalar>

/** Texts in quotes, and names to bind: `:email`. A colon within a text is none. */
const PART = /'(?:\\[\s\S]|[^'\\])*'|:([A-Za-z_]\w*)/g

/**
 * Puts values into a SOQL query, each as a literal that cannot end: `WHERE Email = :email`. A list gives the values of `IN`, and
 * `{"date": "2026-12-01"}` or `{"datetime": "2026-12-01T12:00:00Z"}` a time.
 *
 * @throws {@link TenonError} `NODE_PARAMS_INVALID` for a name without a value, or a value that SOQL does not have.
 */
export function bindSoql(soql: string, values: unknown): string {
  const read = bindings.safeParse(values ?? {}, { jitless: true })
  if (!read.success)
    throw invalid('values', 'Use texts, numbers, true, false, null, {"date": …}, {"datetime": …} and lists of them')
  // The quote of a value would end it, and the value would be part of the query.
  if (soql.replaceAll(PART, '').includes("'")) throw invalid('soql', 'A text in the query has no end')
  return soql.replaceAll(PART, (text: string, name: string | undefined) => {
    if (name === undefined) return text
    const value = Object.hasOwn(read.data, name) ? read.data[name] : undefined
    if (value === undefined) throw invalid('values', `The query names :${name}, which has no value`)
    return Array.isArray(value) ? `(${value.map(literalOf).join(', ')})` : literalOf(value)
  })
}

/** Returns a text as a literal of SOQL. */
export function quoteSoql(text: string): string {
  return `'${text
    .replaceAll(/[\\'"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')}'`
}

function literalOf(value: Scalar): string {
  if (typeof value === 'string') return quoteSoql(value)
  if (typeof value !== 'object' || value === null) return String(value)
  return 'date' in value ? value.date : value.datetime
}

function invalid(param: string, message: string): TenonError {
  return new TenonError('NODE_PARAMS_INVALID', `The param "${param}" is invalid`, {
    details: { issues: [{ path: [param], code: 'invalid', message }] },
  })
}
