import { implementInlineNode } from '@tenon/core/node'
import { event } from './definition.ts'

/** The driver replaces this output by the event that has started the run. */
export const eventNode = implementInlineNode(event, ({ eventType }) => ({
  port: 'success',
  output: { id: '', source: '', type: eventType, time: '', subject: null, data: {} },
}))
