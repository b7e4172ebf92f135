import { implementInlineNode } from '@tenon/core/node'
import { breakDefinition } from './definition.ts'

export const breakNode = implementInlineNode(breakDefinition, ({ result = null }) => ({ port: 'end', output: result }))
