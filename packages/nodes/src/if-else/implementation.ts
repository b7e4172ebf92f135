import { implementInlineNode } from '@tenon/core/node'
import { compare } from '../shared/compare.ts'
import { ifElse } from './definition.ts'

export const ifElseNode = implementInlineNode(ifElse, (params) => {
  const { condition, left, right } = compare(params.left, params.operator, params.right)
  const output = { condition, lhs_value: left, rhs_value: right, operator: params.operator }
  return condition ? { port: 'true', output } : { port: 'false', output }
})
