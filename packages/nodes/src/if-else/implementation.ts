import { implementInlineNode } from '@tenon/core/node'
import { alignRight, compare } from '../shared/compare.ts'
import { ifElse } from './definition.ts'

export const ifElseNode = implementInlineNode(ifElse, ({ left, operator, right }) => {
  const lhs = left ?? null
  const rhs = operator === 'exists' ? null : alignRight(lhs, right ?? null)
  const condition = compare(lhs, operator, rhs)
  const output = { condition, lhs_value: lhs, rhs_value: rhs, operator }
  return condition ? { port: 'true', output } : { port: 'false', output }
})
