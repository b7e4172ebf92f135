import { implementInlineNode } from '@tenon/core/node'
import { end } from './definition.ts'

export const endNode = implementInlineNode(end, ({ output }) => ({ port: 'end', output }))
