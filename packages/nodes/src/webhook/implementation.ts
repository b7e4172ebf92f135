import { implementInlineNode } from '@tenon/core/node'
import { webhook } from './definition.ts'

/** The driver replaces this output by the message that has started the run. */
export const webhookNode = implementInlineNode(webhook, () => ({
  port: 'success',
  output: { method: 'POST', query: {}, headers: {}, body: null, received_at: '' },
}))
