import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { limitParam, optionalText, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type ServiceOptions } from '../kit/service-options.ts'
import { webhookTrigger } from '../kit/webhook-trigger.ts'

const PAGE_SIZE = 100
const customer = z.object({ id: z.string(), email: z.string().nullable(), name: z.string().nullable() })
const payment = z.object({ id: z.string(), amount: z.number(), currency: z.string(), status: z.string() })
const amountParam = z.number().int().min(1).optional().meta({
  title: 'Amount',
  description: 'In the smallest unit of the currency, such as cents.',
  control: 'number',
  placeholder: 'All of it',
})

/** Stripe, by a secret or restricted key. Its writes send an idempotency key, so a lost response is tried again. */
export function stripe(options: ServiceOptions = {}): Connector {
  const { apiUrl, host } = apiOf('stripe', options.apiUrl ?? 'https://api.stripe.com')
  const service: Service = {
    ...{ id: 'stripe', title: 'Stripe', apiUrl, headers: { 'stripe-version': '2024-06-20' } },
    icon: 'M3.5 6h17v12h-17zM3.5 10h17M7 14.5h4',
  }
  const action = actionsOf(service)
  return defineConnector({
    ...{ id: 'stripe', title: 'Stripe', auth: { kind: 'bearer' }, allowedHosts: [host] },
    test: { url: `${apiUrl}/v1/balance` },
    // Of 100 in a second.
    rateLimit: { perSecond: 50, burst: 25 },
    nodes: [
      webhookTrigger(service, {
        ...{ name: 'event', title: 'Stripe event', description: 'Begin with an event', signature: 'stripe' },
        secretFrom: 'The signing secret (whsec_…) of the endpoint in the dashboard of Stripe. It is stored encrypted.',
        summary: 'Starts at an event of Stripe',
        body: z.looseObject({
          ...{ id: z.string(), type: z.string(), created: z.number() },
          data: z.looseObject({ object: z.looseObject({ id: z.string().optional(), object: z.string() }) }),
        }),
      }),
      action({
        ...{ name: 'create-customer', title: 'Create Stripe customer', description: 'Add a customer' },
        ...{ effect: 'write', isIdempotent: true },
        params: { email: requiredText('Email', {}, 512), name: optionalText('Name', {}, 256) },
        output: customer,
        summary: 'Adds {email}',
        run: ({ params: { email, name }, call, idempotencyKey }) =>
          call({
            ...{ method: 'POST', path: '/v1/customers', form: { email, name } },
            headers: { 'idempotency-key': idempotencyKey },
          }),
      }),
      action({
        ...{ name: 'find-customers', title: 'Find Stripe customers', description: 'Find by email', effect: 'read' },
        params: { email: requiredText('Email', {}, 512), limit: limitParam(1_000, 10) },
        output: z.object({ items: z.array(customer), hasMore: z.boolean() }),
        summary: 'Finds {email}',
        run: ({ params: { email, limit }, call }) =>
          readPages(limit, async (next) => {
            const query = { email, limit: Math.min(limit, PAGE_SIZE), starting_after: next }
            const body = listOf(customer).parse(await call({ path: '/v1/customers', query }))
            return { items: body.data, next: body.has_more ? (body.data.at(-1)?.id ?? null) : null }
          }),
      }),
      action({
        ...{ name: 'get-payment', title: 'Get Stripe payment', description: 'State of a payment', effect: 'read' },
        params: { payment: requiredText('Payment', { placeholder: 'pi_…' }, 255) },
        output: payment,
        summary: 'Reads {payment}',
        run: ({ params, call }) => call({ path: pathOf`/v1/payment_intents/${params.payment}` }),
      }),
      action({
        ...{ name: 'refund', title: 'Refund Stripe payment', description: 'Return the money' },
        ...{ effect: 'write', isIdempotent: true },
        params: {
          ...{ payment: requiredText('Payment', { placeholder: 'pi_…' }, 255), amount: amountParam },
          reason: z
            .enum(['requested_by_customer', 'duplicate', 'fraudulent'])
            .default('requested_by_customer')
            .meta({ title: 'Reason', control: 'select' }),
        },
        output: payment,
        summary: 'Refunds {payment}',
        run: ({ params, call, idempotencyKey }) =>
          call({
            ...{ method: 'POST', path: '/v1/refunds' },
            form: { payment_intent: params.payment, amount: params.amount, reason: params.reason },
            headers: { 'idempotency-key': idempotencyKey },
          }),
      }),
    ],
  })
}

function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), has_more: z.boolean() })
}
