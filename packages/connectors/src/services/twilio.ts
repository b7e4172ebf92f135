import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { type ActionContext, actionsOf } from '../kit/define-action.ts'
import { limitParam, optionalText, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type ServiceOptions } from '../kit/service-options.ts'
import { webhookTrigger } from '../kit/webhook-trigger.ts'

const message = z.object({
  ...{ sid: z.string(), status: z.string(), to: z.string(), from: z.string().nullable(), body: z.string() },
  error_code: z.number().nullable(),
})
const messagesPage = z.object({ messages: z.array(message), next_page_uri: z.string().nullable() })
const PAGE_SIZE = 100
const E164 = { placeholder: '+4791234567' }

/** Twilio, by the SID of an account as user name and its auth token as password. */
export function twilio(options: ServiceOptions = {}): Connector {
  const { apiUrl, host } = apiOf('twilio', options.apiUrl ?? 'https://api.twilio.com')
  const service: Service = {
    ...{ id: 'twilio', title: 'Twilio', apiUrl },
    icon: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM9.5 9.5h.01M14.5 9.5h.01M9.5 14.5h.01M14.5 14.5h.01',
  }
  const action = actionsOf(service)
  return defineConnector({
    ...{ id: 'twilio', title: 'Twilio', auth: { kind: 'basic' }, allowedHosts: [host] },
    test: { url: `${apiUrl}/2010-04-01/Accounts.json?PageSize=1` },
    rateLimit: { perSecond: 10, burst: 10 },
    nodes: [
      webhookTrigger(service, {
        ...{ name: 'message', title: 'Twilio message', description: 'Begin with a message', signature: 'twilio' },
        secretFrom: 'The auth token of the account. It is stored encrypted.',
        summary: 'Starts at a message of Twilio',
        body: z.looseObject({
          ...{ MessageSid: z.string(), From: z.string().optional(), To: z.string().optional() },
          ...{ Body: z.string().optional(), NumMedia: z.string().optional(), MessageStatus: z.string().optional() },
        }),
      }),
      action({
        ...{ name: 'send-sms', title: 'Send SMS (Twilio)', description: 'Send a text message', effect: 'write' },
        params: {
          to: requiredText('To', E164, 60),
          from: requiredText('From', { ...E164, description: 'A number or a messaging service of the account.' }, 60),
          body: requiredText('Text', { control: 'prompt' }, 1_600),
        },
        output: message,
        summary: 'Sends {body} to {to}',
        run: ({ params: { to, from, body }, call, account }) =>
          call({
            ...{ method: 'POST', path: `${messagesOf(account)}.json` },
            form: { To: to, Body: body, ...(/^MG/.test(from) ? { MessagingServiceSid: from } : { From: from }) },
          }),
      }),
      action({
        ...{ name: 'get-message', title: 'Get message (Twilio)', description: 'State of a message', effect: 'read' },
        params: { message: requiredText('Message', { placeholder: 'SM…' }, 60) },
        output: message,
        summary: 'Reads {message}',
        run: ({ params, call, account }) => call({ path: `${messagesOf(account)}${pathOf`/${params.message}`}.json` }),
      }),
      action({
        ...{ name: 'list-messages', title: 'List messages (Twilio)', description: 'Sent and received', effect: 'read' },
        params: { to: optionalText('To', { ...E164, placeholder: 'Any' }, 60), limit: limitParam(1_000, 50) },
        output: z.object({ items: z.array(message), hasMore: z.boolean() }),
        summary: 'Lists at most {limit} messages',
        run: ({ params, call, account }) =>
          readPages(params.limit, async (next) => {
            const first = { path: `${messagesOf(account)}.json`, query: { To: params.to, PageSize: PAGE_SIZE } }
            const body = messagesPage.parse(await call(next === null ? first : { path: next }))
            return { items: body.messages, next: body.next_page_uri }
          }),
      }),
    ],
  })
}

/** The user name of the connection is the SID of the account. */
function messagesOf({ username }: ActionContext<unknown>['account']): string {
  return pathOf`/2010-04-01/Accounts/${String(username ?? '')}/Messages`
}
