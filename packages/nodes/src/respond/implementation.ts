import { TenonError } from '@tenon/core/errors'
import { implementInlineNode } from '@tenon/core/node'
import { toRunAnswer } from '@tenon/core/run'
import { parseJson } from '@tenon/core/text'
import { respond } from './definition.ts'

export const respondNode = implementInlineNode(respond, ({ body, ...params }) => {
  const isJsonText = params.format === 'json' && typeof body === 'string'
  return { port: 'success', output: { response: toRunAnswer({ ...params, body: isJsonText ? jsonOf(body) : body }) } }
})

/** A body that was written as JSON with expressions arrives as a text. Numbers keep all of their digits. */
function jsonOf(text: string): unknown {
  if (text.trim() === '') return null
  const reading = parseJson(text, { onLoss: 'keep' })
  if (reading.ok) return reading.value
  throw new TenonError('RUN_ANSWER_INVALID', 'The body is not JSON; put texts in double quotes')
}
