import type { Json } from '@tenon/core/document'
import { implementInlineNode } from '@tenon/core/node'
import { asItems, createListFunctions } from '../shared/list-functions.ts'
import { batch } from './definition.ts'

export const batchNode = implementInlineNode(batch, ({ items, size }) => {
  const batches = createListFunctions().call('chunk(items, size)', { items: asItems(items), size }) as Json[][]
  return { port: 'success', output: { batches } }
})
