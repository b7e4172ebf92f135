import type { Span } from '../ast.ts'
import type { ValueKind } from '../functions/signature.ts'
import { describeKinds, kindsOf, listKinds, type StaticType } from '../types/static-type.ts'
import type { Checking } from './problem.ts'

/**
 * Reports a value that is never, or not always, of one of the accepted kinds.
 *
 * @param user - Operator or function that takes the value, or `key`.
 */
export function checkKinds(
  { report }: Checking,
  type: StaticType,
  wanted: readonly ValueKind[],
  user: string,
  { start, end }: Span,
): void {
  const kinds = kindsOf(type)
  if (kinds === null) return
  const others = kinds.filter((kind) => !wanted.includes(kind))
  if (others.length === 0) return
  const takes = `${user === 'key' ? 'A key' : user} takes ${describeKinds(wanted)}`
  const values = { user, wanted: listKinds(wanted), given: listKinds(others) }
  const code = 'EXPRESSION_TYPE'
  if (others.length === kinds.length) {
    const message = `${takes}, not ${describeKinds(others)}`
    report({ code, severity: 'error', message, values: { reason: 'never', ...values }, start, end })
  } else {
    const message = `${takes}, but this may be ${describeKinds(others)}`
    report({ code, severity: 'warning', message, values: { reason: 'not_always', ...values }, start, end })
  }
}
