import type { Span } from '../ast.ts'
import type { ValueKind } from '../functions/signature.ts'
import { describeKinds, kindsOf, type StaticType } from '../types/static-type.ts'
import type { Checking } from './problem.ts'

/** Reports a value that is never, or not always, of one of the accepted kinds. */
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
  const takes = `${user} takes ${describeKinds(wanted)}`
  if (others.length === kinds.length) {
    const message = `${takes}, not ${describeKinds(others)}`
    report({ code: 'EXPRESSION_TYPE', severity: 'error', message, start, end })
  } else {
    const message = `${takes}, but this may be ${describeKinds(others)}`
    report({ code: 'EXPRESSION_TYPE', severity: 'warning', message, start, end })
  }
}
