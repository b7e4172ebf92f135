import type { Json } from '@tenon/core/document'
import { implementInlineNode } from '@tenon/core/node'
import { asItems, callFunction } from '../shared/list-functions.ts'
import { batch } from './definition.ts'

export const batchNode = implementInlineNode(batch, ({ items, size }) => {
  const batches = callFunction('chunk(items, size)', { items: asItems(items), size }) as Json[][]
  return { port: 'success', output: { batches } }
})
