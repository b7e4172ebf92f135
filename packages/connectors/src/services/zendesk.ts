import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { limitParam, optionalText, partsOf, pollsFor, requiredText } from '../kit/params.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { polledTicket, pollTickets } from './zendesk-poll.ts'

const ticket = z.object({
  ...{ id: z.number().int(), url: z.string(), subject: z.string().nullable(), status: z.string() },
  priority: z.string().nullable(),
})
const answer = z.object({ ticket })
const searchPage = z.object({ results: z.array(ticket), next_page: z.string().nullable() })
const PAGE_SIZE = 100
const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const

/**
 * Zendesk, by the email of an agent with `/token` at its end (`ada@acme.example/token`) as user name, and an API token as
 * password.
 */
export function zendesk(): Connector {
  const service: Service = {
    ...{ id: 'zendesk', title: 'Zendesk', apiUrl: 'https://zendesk.com' },
    icon: 'M4 6h16v9H9l-5 4z M8 10h8',
  }
  const action = actionsOf(service)
  const subdomain = z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Write the part before .zendesk.com')
    .meta({ title: 'Subdomain', description: 'The part before .zendesk.com.', control: 'text', literal: true })
  const ticketId = z.number().int().min(1).meta({ title: 'Ticket', control: 'number' })
  const priority = z.enum(PRIORITIES).optional().meta({ title: 'Priority', control: 'select' })
  const urlOf = (name: string, path: string) => `https://${name}.zendesk.com/api/v2/${path}`
  return defineConnector({
    ...{ id: 'zendesk', title: 'Zendesk', auth: { kind: 'basic' }, allowedHosts: ['*.zendesk.com'] },
    // Of 200 in a minute, in the smallest plan.
    rateLimit: { perSecond: 3, burst: 10 },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-ticket', title: 'New Zendesk ticket', description: 'Begin with a ticket' },
        params: { subdomain, on: pollsFor('ticket') },
        item: polledTicket,
        summary: 'Starts at a new ticket of {subdomain}',
        poll: (context) => pollTickets(context, urlOf(context.params.subdomain, 'incremental/tickets/cursor.json')),
      }),
      action({
        ...{ name: 'create-ticket', title: 'Create Zendesk ticket', description: 'Open a ticket' },
        ...{ effect: 'write', isIdempotent: true },
        params: {
          ...{
            subdomain,
            subject: requiredText('Subject', {}, 400),
            body: requiredText('Text', { control: 'prompt' }),
          },
          ...{ email: optionalText('Requester', { placeholder: 'ada@acme.example' }, 400), priority },
          tags: optionalText('Tags', { placeholder: 'billing, urgent' }),
        },
        output: ticket,
        summary: 'Opens {subject}',
        run: async ({ params, call, idempotencyKey }) => {
          const { subdomain: name, subject, body, email, priority: level, tags } = params
          const requester = email === undefined ? undefined : { email, name: email }
          const created = { subject, comment: { body }, priority: level, tags: partsOf(tags), requester }
          const headers = { 'idempotency-key': idempotencyKey }
          return answer.parse(
            await call({ method: 'POST', path: urlOf(name, 'tickets.json'), json: { ticket: created }, headers }),
          ).ticket
        },
      }),
      action({
        ...{ name: 'update-ticket', title: 'Update Zendesk ticket', description: 'Answer or change', effect: 'write' },
        params: {
          ...{ subdomain, ticket: ticketId, comment: optionalText('Comment', { control: 'prompt' }) },
          isPublic: z.boolean().default(true).meta({ title: 'Comment is public', control: 'switch' }),
          status: z.enum(['open', 'pending', 'hold', 'solved']).optional().meta({ title: 'Status', control: 'select' }),
          priority,
        },
        output: ticket,
        summary: 'Changes {ticket}',
        run: async ({ params: { subdomain: name, ticket: id, comment, isPublic, status, priority: level }, call }) => {
          const said = comment === undefined ? undefined : { body: comment, public: isPublic }
          const changed = { comment: said, status, priority: level }
          return answer.parse(
            await call({ method: 'PUT', path: urlOf(name, `tickets/${id}.json`), json: { ticket: changed } }),
          ).ticket
        },
      }),
      action({
        ...{ name: 'search-tickets', title: 'Search Zendesk tickets', description: 'Find tickets', effect: 'read' },
        params: {
          ...{ subdomain, query: requiredText('Query', { placeholder: 'status:open tags:billing' }, 2_000) },
          limit: limitParam(1_000, 50),
        },
        output: z.object({ items: z.array(ticket), hasMore: z.boolean() }),
        summary: 'Finds {query}',
        run: ({ params: { subdomain: name, query, limit }, call }) =>
          readPages(limit, async (next) => {
            const first = { query: `type:ticket ${query}`, per_page: PAGE_SIZE }
            const body = await call(next === null ? { path: urlOf(name, 'search.json'), query: first } : { path: next })
            const { results, next_page: following } = searchPage.parse(body)
            return { items: results, next: following }
          }),
      }),
    ],
  })
}
