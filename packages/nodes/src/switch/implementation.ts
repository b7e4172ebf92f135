import { implementInlineNode } from '@tenon/core/node'
import { alignRight, compare } from '../shared/compare.ts'
import { switchDefinition } from './definition.ts'

export const switchNode = implementInlineNode(switchDefinition, ({ value, cases }) => {
  const found = cases.find((item) => compare(value, item.operator, alignRight(value, item.value ?? null)))
  const port = found?.id ?? 'default'
  return { port, output: { case: port, case_value: value } }
})
