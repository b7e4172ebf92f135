import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { limitParam, literalText, optionalText, partsOf, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type OAuthOptions } from '../kit/service-options.ts'
import { polledMessage, pollMessages } from './microsoft-mail-poll.ts'

const address = z.object({ emailAddress: z.object({ address: z.string().optional(), name: z.string().optional() }) })
const message = z.object({
  ...{ id: z.string(), subject: z.string().nullable(), bodyPreview: z.string(), receivedDateTime: z.string() },
  ...{ isRead: z.boolean(), from: address.nullish() },
})
const messagesPage = z.object({ value: z.array(message), '@odata.nextLink': z.string().optional() })
const FIELDS = 'id,subject,bodyPreview,receivedDateTime,isRead,from'
const PAGE_SIZE = 50
const LOGIN = 'https://login.microsoftonline.com/common/oauth2/v2.0'
const done = z.object({})

/** Mail of Microsoft 365, by an application of the host with the permissions `Mail.Send` and `Mail.ReadWrite`. */
export function microsoftMail(options: OAuthOptions): Connector {
  const { clientId, clientSecret, scopes = ['offline_access', 'Mail.Send', 'Mail.ReadWrite'] } = options
  const { apiUrl, host } = apiOf('microsoft-mail', options.apiUrl ?? 'https://graph.microsoft.com')
  const service: Service = {
    ...{ id: 'microsoft-mail', title: 'Microsoft 365 mail', apiUrl: `${apiUrl}/v1.0/me` },
    icon: 'M3.5 6h17v12h-17zM3.5 7l8.5 6.5L20.5 7M8 18v-4',
  }
  const action = actionsOf(service)
  const body = requiredText('Text', { control: 'prompt' }, 500_000)
  const messageId = requiredText('Message', { description: 'Its id.' }, 400)
  return defineConnector({
    ...{ id: 'microsoft-mail', title: 'Microsoft 365 mail', allowedHosts: [host] },
    auth: {
      ...{ kind: 'oauth2', authorizationUrl: `${LOGIN}/authorize`, tokenUrl: `${LOGIN}/token` },
      ...{ clientId, clientSecret, scopes },
    },
    test: { url: `${apiUrl}/v1.0/me/messages?$top=1&$select=id` },
    rateLimit: { perSecond: 4, burst: 4 },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-email', title: 'New email (Microsoft 365)', description: 'Begin with an email' },
        params: {
          folder: literalText('Folder', 'inbox', 'Name or id of the folder.'),
        },
        item: polledMessage,
        summary: 'Starts at a new email in {folder}',
        poll: pollMessages,
      }),
      action({
        ...{ name: 'send-email', title: 'Send email (Microsoft 365)', description: 'Send as the account' },
        effect: 'write',
        params: {
          to: requiredText('To', { placeholder: 'ada@acme.example, bo@acme.example' }, 4_000),
          ...{ cc: optionalText('Cc', {}, 4_000), subject: requiredText('Subject', {}, 900), body },
        },
        output: done,
        summary: 'Sends {subject} to {to}',
        run: ({ params: { to, cc, subject, body: content }, call }) => {
          const mail = { subject, body: { contentType: 'Text', content }, toRecipients: recipients(to) }
          const json = { message: { ...mail, ccRecipients: recipients(cc) }, saveToSentItems: true }
          return call({ method: 'POST', path: '/sendMail', json })
        },
      }),
      action({
        ...{ name: 'reply', title: 'Reply to email (Microsoft 365)', description: 'Answer a message', effect: 'write' },
        params: { message: messageId, body },
        output: done,
        summary: 'Replies to {message}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'POST', path: pathOf`/messages/${params.message}/reply` },
            json: { comment: params.body },
          }),
      }),
      action({
        ...{ name: 'list-emails', title: 'List emails (Microsoft 365)', description: 'Newest first', effect: 'read' },
        params: {
          filter: optionalText('Filter', { placeholder: 'isRead eq false' }, 2_000),
          limit: limitParam(1_000, 25),
        },
        output: z.object({ items: z.array(message), hasMore: z.boolean() }),
        summary: 'Lists at most {limit} messages',
        run: ({ params, call }) =>
          readPages(params.limit, async (next) => {
            const query = { $top: Math.min(params.limit, PAGE_SIZE), $select: FIELDS, $filter: params.filter }
            const read = messagesPage.parse(await call(next === null ? { path: '/messages', query } : { path: next }))
            return { items: read.value, next: read['@odata.nextLink'] ?? null }
          }),
      }),
      action({
        ...{ name: 'mark-read', title: 'Mark email as read (Microsoft 365)', description: 'Change a message' },
        ...{ effect: 'write', isIdempotent: true },
        params: { message: messageId },
        output: message,
        summary: 'Marks {message} as read',
        run: ({ params, call }) =>
          call({ method: 'PATCH', path: pathOf`/messages/${params.message}`, json: { isRead: true } }),
      }),
    ],
  })
}

function recipients(text: string | undefined) {
  return partsOf(text)?.map((each) => ({ emailAddress: { address: each } }))
}
