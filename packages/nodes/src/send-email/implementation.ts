import { TenonError } from '@tenon/core/errors'
import { implementNode } from '@tenon/core/node'
import { sendEmail } from './definition.ts'

export const sendEmailNode = implementNode(sendEmail, async ({ params, mail, idempotencyKey, log }) => {
  const { from, to, cc, bcc, replyTo, subject, text, html } = params
  const sent = await mail.send({
    ...{ from, to: addressesIn(to), cc: addressesIn(cc), bcc: addressesIn(bcc), subject, idempotencyKey },
    ...(replyTo === '' ? {} : { replyTo }),
    ...(text === '' ? {} : { text }),
    ...(html === '' ? {} : { html }),
  })
  const { messageId, accepted, rejected } = sent
  const refusals = sent.refusals.map((refusal) => ({ ...refusal }))
  if (rejected.length > 0) {
    if (params.failIfRefused) {
      throw new TenonError('MAIL_REFUSED', `The mail server refused ${rejected.length} of the recipients`, {
        retryable: false,
        remedy: 'The others have received the email. Send it to the addresses in details again, or correct them.',
        details: { messageId, accepted: [...accepted], refusals, sent: true },
      })
    }
    log('warn', 'The mail server refused some recipients', { refusals })
  }
  return { port: 'success', output: { messageId, accepted: [...accepted], rejected: [...rejected], refusals } }
})

/** Splits a text at the commas between addresses; one within the quotes of a name is part of it. */
function addressesIn(given: string | readonly string[]): readonly string[] {
  if (typeof given !== 'string') return given
  const parts = given.match(/(?:"[^"]*"|[^,"])+/g) ?? []
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}
