import { z } from 'zod'
import { DURATION_PATTERN } from '../duration.ts'

/** Kinds of triggers that the server itself starts runs by. A trigger without a kind starts by hand or by the API. */
export const TRIGGER_KINDS = ['webhook', 'schedule'] as const
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
  'hmac',
  'basic',
  'bearer',
  'jwt',
  'none',
] as const
/** One of {@link WEBHOOK_SIGNATURES}. */
export type WebhookSignature = (typeof WEBHOOK_SIGNATURES)[number]

const withSecret = WEBHOOK_SIGNATURES.filter((scheme) => scheme !== 'none')

/** Params of a node type with `trigger: 'webhook'`, which the server reads; a type of the host extends them. */
export const webhookParams = z.object({
  method: z.enum(WEBHOOK_METHODS).default('POST').meta({ title: 'Method', control: 'select', literal: true }),
  signature: z.enum(WEBHOOK_SIGNATURES).default('standard-webhooks').meta({
    title: 'Signature',
    description: 'How the sender proves who it is. With "none", anyone who knows the address can start runs.',
    control: 'select',
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
    .regex(new RegExp(DURATION_PATTERN), 'Write a number and ms, s, m, h or d: 5m')
    .default('5m')
    .meta({
      title: 'Oldest message',
      description: 'A signed message whose time differs by more is refused.',
      control: 'duration',
      literal: true,
      dependsOn: { param: 'signature', in: ['standard-webhooks', 'stripe', 'slack'] },
    }),
  dedupeKey: z
    .string()
    .max(2_000)
    .optional()
    .meta({
      title: 'Key of a message',
      description:
        'An expression over the request, such as trigger.body.id. A message with the key of an earlier one starts no ' +
        'run. Standard Webhooks, Stripe, GitHub and Slack have one of their own.',
      control: 'text',
      literal: true,
      placeholder: 'The id of the message',
    }),
})

/** Overlap of runs of a schedule: what happens at a due time while a run of an earlier one is in progress. */
export const SCHEDULE_OVERLAPS = ['skip', 'queue-one', 'allow', 'cancel'] as const
/** One of {@link SCHEDULE_OVERLAPS}. */
export type ScheduleOverlap = (typeof SCHEDULE_OVERLAPS)[number]

/** Params of a node type with `trigger: 'schedule'`, which the server reads; a type of the host extends them. */
export const scheduleParams = z.object({
  every: z.enum(['cron', 'interval']).default('cron').meta({ title: 'Repeats by', control: 'select', literal: true }),
  cron: z
    .string()
    .trim()
    .max(200)
    .default('0 9 * * *')
    .meta({
      title: 'Cron',
      description: 'Minute, hour, day of the month, month, day of the week.',
      control: 'text',
      literal: true,
      dependsOn: { param: 'every', in: ['cron'] },
    }),
  timeZone: z
    .string()
    .trim()
    .max(100)
    .default('UTC')
    .meta({
      title: 'Time zone',
      control: 'text',
      literal: true,
      placeholder: 'Europe/Berlin',
      dependsOn: { param: 'every', in: ['cron'] },
    }),
  interval: z
    .string()
    .regex(new RegExp(DURATION_PATTERN), 'Write a number and s, m, h or d: 15m')
    .default('1h')
    .meta({
      title: 'Interval',
      description: 'Counted from the epoch, so that it does not change when the workflow is published again.',
      control: 'duration',
      literal: true,
      dependsOn: { param: 'every', in: ['interval'] },
    }),
  overlap: z.enum(SCHEDULE_OVERLAPS).default('skip').meta({
    title: 'If a run is in progress',
    control: 'select',
    literal: true,
  }),
  catchUp: z.string().regex(new RegExp(DURATION_PATTERN), 'Write a number and s, m, h or d: 1h').default('1h').meta({
    title: 'Catch up for',
    description: 'Due times that were missed, such as during an outage, still start runs if they are not older.',
    control: 'duration',
    literal: true,
  }),
})

/** Params that the server reads, by kind of trigger. */
export const TRIGGER_PARAMS = { webhook: webhookParams, schedule: scheduleParams } as const
