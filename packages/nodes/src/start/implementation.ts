import { implementInlineNode } from '@tenon/core/node'
import { start } from './definition.ts'

/** The driver puts the checked input of the run in the place of this output. */
export const startNode = implementInlineNode(start, () => ({ port: 'success', output: {} }))
