import type { JsonObject } from '@tenon/core/document'
import type { MailMessage, SentMail } from '@tenon/core/node'
import { createNodeTestHarness } from '@tenon/core/testing'
import { expect, test } from 'vitest'
import { sendEmailNode } from './implementation.ts'

const refusal = { address: 'b@example.com', status: 451, answer: '451 Greylisted' }

async function send(params: JsonObject, answer: Partial<SentMail> = {}) {
  const sent: MailMessage[] = []
  const mail = {
    send: async (message: MailMessage): Promise<SentMail> => {
      sent.push(message)
      return { messageId: '<1@acme.example>', accepted: ['a@example.com'], rejected: [], refusals: [], ...answer }
    },
  }
  const harness = createNodeTestHarness(sendEmailNode, { mail })
  const run = harness.run({ connection: 'c', from: 'desk@acme.example', subject: 'Hi', text: 'Hello', ...params })
  return { output: (await run).output, sent, logs: harness.logs }
}

test('separates the addresses of a literal text, and keeps those of a list', async () => {
  const { sent } = await send({ to: '"Lovelace, Ada" <a@example.com>, b@example.com,', cc: ['c@example.com, d@x'] })
  expect(sent).toMatchObject([
    { to: ['"Lovelace, Ada" <a@example.com>', 'b@example.com'], cc: ['c@example.com, d@x'], bcc: [] },
  ])
})

test('fails if some recipients are refused, or returns them', async () => {
  const answer = { rejected: ['b@example.com'], refusals: [refusal] }
  const to = ['a@example.com', 'b@example.com']
  await expect(send({ to }, answer)).rejects.toMatchObject({
    ...{ code: 'MAIL_REFUSED', retryable: false, details: { accepted: ['a@example.com'], refusals: [refusal] } },
  })
  const { output, logs } = await send({ to, failIfRefused: false }, answer)
  expect(output).toMatchObject({ accepted: ['a@example.com'], ...answer })
  expect(logs).toMatchObject([{ level: 'warn' }])
})
