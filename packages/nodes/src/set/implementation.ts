import { implementInlineNode } from '@tenon/core/node'
import { set } from './definition.ts'

export const setNode = implementInlineNode(set, ({ fields }) => ({ port: 'success', output: fields }))
