import { z } from 'zod'
import { answerWithinParam } from './answer-time.ts'
import { formParams } from './form-params.ts'
import { pollParams } from './poll-params.ts'
import { scheduleParams } from './schedule-params.ts'

/** Kinds of triggers that the server itself starts runs by. A trigger without a kind starts by hand or by the API. */
export const TRIGGER_KINDS = ['webhook', 'form', 'event', 'schedule', 'poll'] as const
/** One of {@link TRIGGER_KINDS}. */
export type TriggerKind = (typeof TRIGGER_KINDS)[number]

/** Methods that a webhook accepts; `any` accepts each of the others. */
export const WEBHOOK_METHODS = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE', 'any'] as const

/**
 * Schemes by which a webhook checks that a request comes from its sender. `hmac` is a plain HMAC-SHA-256 of the body in
 * a header; `none` accepts every request to the address.
 */
export const WEBHOOK_SIGNATURES = [
  'standard-webhooks',
  'stripe',
  'github',
  'slack',
  'twilio',
  'hmac',
  'basic',
  'bearer',
  'jwt',
  'none',
] as const
/** One of {@link WEBHOOK_SIGNATURES}. */
export type WebhookSignature = (typeof WEBHOOK_SIGNATURES)[number]

/** At most a day: keys are recognized for 7 days, and a message that is older than its key would start a second run. */
const TOLERANCE = /^([0-9]{1,7}ms|[0-9]{1,4}s|[0-9]{1,3}m|(1?[0-9]|2[0-4])h|1d)$/

/** Times at which a webhook answers: once the run is stored, or with what the run says. */
export const WEBHOOK_ANSWERS = ['at-once', 'run'] as const

const withSecret = WEBHOOK_SIGNATURES.filter((scheme) => scheme !== 'none')

/** Params of a node type with `trigger: 'webhook'`, which the server reads; a type of the host extends them. */
export const webhookParams = z.object({
  method: z.enum(WEBHOOK_METHODS).default('POST').meta({ title: 'Method', control: 'select', literal: true }),
  signature: z
    .enum(WEBHOOK_SIGNATURES)
    .default('standard-webhooks')
    .meta({
      title: 'Signature',
      description: 'How the sender proves who it is. With "none", anyone who knows the address can start runs.',
      control: 'select',
      titles: {
        'standard-webhooks': 'Standard Webhooks',
        stripe: 'Stripe',
        github: 'GitHub',
        slack: 'Slack',
        twilio: 'Twilio',
        hmac: 'HMAC-SHA-256 of the body',
        basic: 'User name and password',
        bearer: 'Bearer token',
        jwt: 'JWT',
        none: 'None',
      },
      literal: true,
    }),
  secret: z
    .string()
    .max(8_192)
    .optional()
    .meta({
      title: 'Secret',
      description: 'The signing secret, password, token or key of the sender. It is stored encrypted and never shown.',
      control: 'password',
      secret: true,
      dependsOn: { param: 'signature', in: withSecret },
    }),
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/, 'Write the name of a header, such as X-Signature')
    .default('X-Signature')
    .meta({
      title: 'Signature header',
      description: 'It has the signature in hexadecimal or Base64, also after "sha256=".',
      control: 'text',
      literal: true,
      dependsOn: { param: 'signature', in: ['hmac'] },
    }),
  user: z
    .string()
    .max(200)
    .default('')
    .meta({
      title: 'User name',
      control: 'text',
      literal: true,
      dependsOn: { param: 'signature', in: ['basic'] },
    }),
  algorithm: z
    .enum(['HS256', 'RS256', 'ES256', 'EdDSA'])
    .default('HS256')
    .meta({
      title: 'Algorithm',
      description: 'For HS256 the secret is the shared key, otherwise the public key in PEM form.',
      control: 'select',
      literal: true,
      dependsOn: { param: 'signature', in: ['jwt'] },
    }),
  issuer: z
    .string()
    .max(400)
    .optional()
    .meta({
      title: 'Issuer',
      control: 'text',
      literal: true,
      placeholder: 'Any',
      dependsOn: { param: 'signature', in: ['jwt'] },
    }),
  audience: z
    .string()
    .max(400)
    .optional()
    .meta({
      title: 'Audience',
      control: 'text',
      literal: true,
      placeholder: 'Any',
      dependsOn: { param: 'signature', in: ['jwt'] },
    }),
  tolerance: z
    .string()
    .regex(TOLERANCE, 'Write a number and ms, s, m or h, at most 1d: 5m')
    .default('5m')
    .meta({
      title: 'Oldest message',
      description: 'A signed message whose time differs by more is refused. At most a day.',
      control: 'duration',
      literal: true,
      dependsOn: { param: 'signature', in: ['standard-webhooks', 'stripe', 'slack'] },
    }),
  filter: z
    .string()
    .max(2_000)
    .optional()
    .meta({
      title: 'Only if',
      description:
        'An expression over the request, such as trigger.body.type == "invoice.paid". A message for which it is false is ' +
        'answered with 200 and starts no run.',
      control: 'text',
      literal: true,
      placeholder: 'Every message',
      expressionOver: 'trigger',
    }),
  dedupeKey: z
    .string()
    .max(2_000)
    .optional()
    .meta({
      title: 'Key of a message',
      description:
        'An expression over the request, such as trigger.body.id. A message with the key of an earlier one starts no ' +
        'run. Standard Webhooks, Stripe, GitHub, Slack and Twilio have one of their own.',
      control: 'text',
      literal: true,
      placeholder: 'The id of the message',
      expressionOver: 'trigger',
    }),
  answer: z
    .enum(WEBHOOK_ANSWERS)
    .default('at-once')
    .meta({
      title: 'Answer',
      description:
        'With the run: the sender waits, and gets what the first Respond node says, or the output of the run.',
      control: 'select',
      titles: { 'at-once': 'At once, with 202', run: 'With the run' },
      literal: true,
    }),
  answerWithin: answerWithinParam.meta({ description: 'At most two minutes. The run continues after it.' }),
  lateAnswer: z
    .enum(['accepted', 'timeout'])
    .default('accepted')
    .meta({
      title: 'Answer after it',
      description: 'After 504, senders repeat the message to get its answer. A message without a key always gets 202.',
      control: 'select',
      titles: { accepted: '202 Accepted', timeout: '504 Gateway Timeout' },
      literal: true,
      dependsOn: { param: 'answer', in: ['run'] },
    }),
})

/** Output of a node type with `trigger: 'webhook'`: the request. A type that knows the body has a schema of it. */
export const webhookOutput = z.object({
  method: z.string(),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  headers: z.record(z.string(), z.string()),
  body: z.unknown(),
  received_at: z.string(),
})

const NO_NUL = 'The type has a character that no event can have'

/** Params of a node type with `trigger: 'event'`, which the server reads; a type of the host extends them. */
export const eventParams = z.object({
  eventType: z
    .string()
    .trim()
    .regex(/\S/, 'Enter the type of the event')
    .max(200)
    .regex(/^[^\0]*$/, NO_NUL)
    .meta({
      title: 'Event',
      description: 'Each event of this type starts a run.',
      control: 'text',
      literal: true,
      placeholder: 'order.created',
    }),
  filter: z.string().max(2_000).optional().meta({
    title: 'Only if',
    description:
      'An expression over the event, such as trigger.data.total > 100. An event for which it is not true starts no run.',
    control: 'text',
    literal: true,
    placeholder: 'Every event',
    expressionOver: 'trigger',
  }),
  dedupeKey: z
    .string()
    .max(2_000)
    .optional()
    .meta({
      title: 'Key of an event',
      description:
        'An expression over the event, such as trigger.data.order_id. An event with the key of an earlier one starts no ' +
        'run for 7 days.',
      control: 'text',
      literal: true,
      placeholder: 'Its source and its id',
      expressionOver: 'trigger',
    }),
  schema: z.record(z.string(), z.unknown()).default({ type: 'object', properties: {} }).meta({
    title: 'Data of the event',
    description: 'The nodes that follow can read these fields in trigger.data.',
    control: 'json-schema',
    literal: true,
  }),
})

/** Params that the server reads, by kind of trigger. */
export const TRIGGER_PARAMS = {
  webhook: webhookParams,
  form: formParams,
  event: eventParams,
  schedule: scheduleParams,
  poll: pollParams,
} as const
