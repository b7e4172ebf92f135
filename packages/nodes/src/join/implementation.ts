import { implementInlineNode } from '@tenon/core/node'
import { join } from './definition.ts'

/** Nothing is merged here: what the branches added is in the input of every later node already. */
export const joinNode = implementInlineNode(join, () => ({ port: 'success', output: {} }))
