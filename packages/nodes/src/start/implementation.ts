import { implementInlineNode } from '@tenon/core/node'
import { start } from './definition.ts'

/** The driver replaces this output by the checked input of the run. */
export const startNode = implementInlineNode(start, () => ({ port: 'success', output: {} }))
