import { implementInlineNode } from '@tenon/core/node'
import { join } from './definition.ts'

/** Returns an empty output: the additions of the branches are in the input of later nodes already. */
export const joinNode = implementInlineNode(join, () => ({ port: 'success', output: {} }))
