import { implementInlineNode } from '@tenon/core/node'
import { compare } from '../shared/compare.ts'
import { switchDefinition } from './definition.ts'

export const switchNode = implementInlineNode(switchDefinition, ({ value, cases }) => {
  const found = cases.find((item) => compare(value, item.operator, item.value).condition)
  const port = found?.id ?? 'default'
  return { port, output: { case: port, case_value: value } }
})
