import { TenonError } from '@tenon/core/errors'
import { implementInlineNode } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { fail, MESSAGE_LENGTH, REASON_LENGTH } from './definition.ts'

export const failNode = implementInlineNode(fail, ({ message, reason = '' }) => {
  const text = message.trim() === '' ? 'The workflow ends here with an error' : message
  const details = reason === '' ? {} : { details: { reason: cutText(reason, REASON_LENGTH) } }
  throw new TenonError('FAILED_ON_PURPOSE', cutText(text, MESSAGE_LENGTH), details)
})
