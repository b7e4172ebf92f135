import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { requiredText } from '../shared/params.ts'
import { connectionParam } from '../shared/sql-params.ts'

const MAX_BODY = 1_000_000
const addresses = z.union([z.string(), z.array(z.string())])

/** Sends an email through a mail server. */
export const sendEmail = defineNode({
  type: 'send-email',
  version: 1,
  title: 'Send email',
  description: 'Send mail by SMTP',
  icon: 'M4 6h16v12H4zM4 7l8 6 8-6',
  category: 'action',
  params: z.object({
    connection: connectionParam('smtp', 'A connection to a mail server.'),
    from: requiredText(320).meta({ title: 'From', control: 'text', placeholder: 'Acme <no-reply@acme.example>' }),
    to: addresses.meta({
      title: 'To',
      description: 'One address, several with commas between them, or a list. A text of an expression is one address.',
      control: 'text',
      placeholder: '{{input.customer.email}}',
      sink: 'addresses',
    }),
    cc: addresses.default('').meta({ title: 'Cc', control: 'text', sink: 'addresses' }),
    bcc: addresses.default('').meta({ title: 'Bcc', control: 'text', sink: 'addresses' }),
    replyTo: z
      .string()
      .trim()
      .max(320)
      .default('')
      .meta({ title: 'Reply to', control: 'text', placeholder: 'The sender' }),
    subject: requiredText(900).meta({ title: 'Subject', control: 'text' }),
    text: z.string().max(MAX_BODY).default('').meta({ title: 'Text', control: 'prompt' }),
    html: z.string().max(MAX_BODY).default('').meta({
      title: 'HTML',
      description: 'Values of expressions are shown as text: they add no tags.',
      control: 'code',
      sink: 'html',
    }),
    failIfRefused: z.boolean().default(true).meta({
      title: 'Fail if a recipient is refused',
      description: 'The others have received the email then. If off, the node fails only if all are refused.',
      control: 'switch',
      literal: true,
    }),
    repeatIfUnknown: z.boolean().default(false).meta({
      title: 'Send again if the result is unknown',
      description:
        'If the answer of the server was lost, the email may be sent twice, with the same Message-ID. If off, the node fails.',
      control: 'switch',
      literal: true,
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      messageId: z.string(),
      accepted: z.array(z.string()),
      rejected: z.array(z.string()),
      refusals: z.array(z.object({ address: z.string(), status: z.number(), answer: z.string() })),
    }),
  },
  summary: 'To {to}: {subject}',
  effect: 'write',
  idempotentWhen: 'params.repeatIfUnknown == true',
  policy: {
    timeout: '1m',
    retry: { initialInterval: '30s', backoffCoefficient: 2, maximumInterval: '15m', maximumAttempts: 5 },
  },
  lint: [
    {
      code: 'EMAIL_EMPTY',
      severity: 'error',
      when: '(params?.text ?? "") == "" && (params?.html ?? "") == ""',
      message: 'Write a text or HTML',
      field: 'text',
    },
  ],
  tool: { name: 'send_email', description: 'Sends an email' },
})
