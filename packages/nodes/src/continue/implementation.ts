import { implementInlineNode } from '@tenon/core/node'
import { continueDefinition } from './definition.ts'

export const continueNode = implementInlineNode(continueDefinition, ({ result = null }) => ({
  port: 'end',
  output: result,
}))
