import { TenonError } from '@tenon/core/errors'
import { implementInlineNode } from '@tenon/core/node'
import { fail } from './definition.ts'

export const failNode = implementInlineNode(fail, ({ message, reason }) => {
  throw new TenonError('FAILED_ON_PURPOSE', message, reason === undefined ? {} : { details: { reason } })
})
