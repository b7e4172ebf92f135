import type { WebhookSignature } from '@tenon/core/node'
import {
  type AnyNodeImplementation,
  defineNode,
  implementInlineNode,
  webhookOutput,
  webhookParams,
} from '@tenon/core/node'
import { z } from 'zod'
import type { Service } from './service.ts'

/** A trigger of a service that sends messages to an address of each workflow. */
export interface WebhookTrigger {
  /** Second part of the node type: `event` of `slack/event`. */
  readonly name: string
  /** Name in the palette, 1 to 60 characters. */
  readonly title: string
  /** Four words for the palette. */
  readonly description: string
  /** Scheme by which the service signs its messages. */
  readonly signature: WebhookSignature
  /** Sentence that says where the service shows the secret that it signs with. */
  readonly secretFrom: string
  /** Body of a message, for the expressions of the nodes that follow. Messages are not checked against it. */
  readonly body: z.ZodType
  /** One sentence for the card. */
  readonly summary: string
}

/** Params that the server fills in: the signature of the service is known. */
const HIDDEN = { param: 'signature', in: [] }

/**
 * Defines a webhook trigger of a service: its messages are verified by the signature of the service, so that a person
 * enters its secret only. A message that is sent again starts no second run.
 */
export function webhookTrigger(service: Service, trigger: WebhookTrigger): AnyNodeImplementation {
  const { name, title, description, signature, secretFrom, body, summary } = trigger
  const { method, secret } = webhookParams.shape
  const definition = defineNode({
    ...{ type: `${service.id}/${name}`, version: 1, title, description, icon: service.icon },
    ...{ category: 'trigger', control: 'trigger', trigger: 'webhook', inline: true, effect: 'none', summary },
    params: webhookParams.extend({
      method: method.meta({ ...method.meta(), dependsOn: HIDDEN }),
      signature: z.enum([signature]).default(signature).meta({ title: 'Signature', literal: true, dependsOn: HIDDEN }),
      secret: secret.meta({ title: 'Signing secret', description: secretFrom, control: 'password', secret: true }),
    }),
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: webhookOutput.extend({ body }) },
    lint: [
      {
        code: 'WEBHOOK_SECRET_MISSING',
        severity: 'error',
        when: 'params?.secret == null',
        message: `Enter the signing secret of ${service.title}`,
        field: 'secret',
      },
    ],
  } as Parameters<typeof defineNode>[0])
  // The driver replaces this output by the message that has started the run.
  const example = { method: 'POST', query: {}, headers: {}, body: null, received_at: '' }
  return implementInlineNode(definition, () => ({ port: 'success', output: example }))
}
