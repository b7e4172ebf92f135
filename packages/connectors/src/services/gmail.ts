import { TenonError } from '@tenon/core/errors'
import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { limitParam, literalText, optionalText, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'
import { apiOf, type OAuthOptions } from '../kit/service-options.ts'
import { pollEmails, polledEmail } from './gmail-poll.ts'
import { googleAuth } from './google-auth.ts'

const sent = z.object({ id: z.string(), threadId: z.string() })
const listed = z.object({ messages: z.array(sent).default([]), nextPageToken: z.string().optional() })
const header = z.object({ name: z.string(), value: z.string() })
const message = z.object({
  ...{ id: z.string(), threadId: z.string(), snippet: z.string().default('') },
  payload: z.object({ headers: z.array(header).default([]) }).default({ headers: [] }),
})
const PAGE_SIZE = 100

/** Gmail, by an OAuth client of the host with the scopes `gmail.send`, `gmail.readonly` and `gmail.modify`. */
export function gmail(options: OAuthOptions): Connector {
  const { apiUrl, host } = apiOf('gmail', options.apiUrl ?? 'https://gmail.googleapis.com')
  const service: Service = {
    ...{ id: 'gmail', title: 'Gmail', apiUrl: `${apiUrl}/gmail/v1/users/me` },
    icon: 'M3.5 6h17v12h-17zM3.5 7l8.5 6.5L20.5 7',
  }
  const action = actionsOf(service)
  const messageId = requiredText('Message', { description: 'Its id.' }, 200)
  const scope = (name: string) => `https://www.googleapis.com/auth/gmail.${name}`
  return defineConnector({
    ...{ id: 'gmail', title: 'Gmail', allowedHosts: [host] },
    auth: googleAuth(options, ['send', 'readonly', 'modify'].map(scope)),
    test: { url: `${apiUrl}/gmail/v1/users/me/profile` },
    rateLimit: { perSecond: 2, burst: 5 },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-email', title: 'New email (Gmail)', description: 'Begin with an email' },
        params: {
          label: literalText('Label', 'INBOX', 'Id of the label.'),
        },
        item: polledEmail,
        summary: 'Starts at a new email in {label}',
        poll: pollEmails,
      }),
      action({
        ...{ name: 'send-email', title: 'Send email (Gmail)', description: 'Send as the account', effect: 'write' },
        params: {
          to: requiredText('To', { placeholder: 'ada@acme.example, bo@acme.example' }, 4_000),
          ...{ cc: optionalText('Cc', {}, 4_000), subject: requiredText('Subject', {}, 900) },
          body: requiredText('Text', { control: 'prompt' }, 500_000),
          threadId: optionalText('Thread', { description: 'Id of the conversation to reply to.' }, 200),
        },
        output: sent,
        summary: 'Sends {subject} to {to}',
        run: ({ params: { threadId, ...mail }, call }) =>
          call({ method: 'POST', path: '/messages/send', json: { raw: rawMessage(mail), threadId } }),
      }),
      action({
        ...{ name: 'search-emails', title: 'Search emails (Gmail)', description: 'Find messages', effect: 'read' },
        params: {
          query: requiredText('Query', { placeholder: 'from:ada@acme.example is:unread' }, 2_000),
          limit: limitParam(1_000, 25),
        },
        output: z.object({ items: z.array(sent), hasMore: z.boolean() }),
        summary: 'Finds {query}',
        run: ({ params, call }) =>
          readPages(params.limit, async (next) => {
            const query = { q: params.query, maxResults: Math.min(params.limit, PAGE_SIZE), pageToken: next }
            const body = listed.parse((await call({ path: '/messages', query })) ?? {})
            return { items: body.messages, next: body.nextPageToken ?? null }
          }),
      }),
      action({
        ...{ name: 'get-email', title: 'Get email (Gmail)', description: 'Sender, subject, beginning', effect: 'read' },
        params: { message: messageId },
        output: z.object({
          ...{ id: z.string(), threadId: z.string(), snippet: z.string() },
          ...{ from: z.string(), to: z.string(), subject: z.string(), date: z.string() },
        }),
        summary: 'Reads {message}',
        run: async ({ params, call }) => {
          const query = { format: 'metadata', metadataHeaders: ['From', 'To', 'Subject', 'Date'] }
          const { payload, ...read } = message.parse(await call({ path: pathOf`/messages/${params.message}`, query }))
          const of = (name: string) => payload.headers.find((each) => each.name.toLowerCase() === name)?.value ?? ''
          return { ...read, from: of('from'), to: of('to'), subject: of('subject'), date: of('date') }
        },
      }),
      action({
        ...{ name: 'mark-read', title: 'Mark email as read (Gmail)', description: 'Remove "unread"' },
        ...{ effect: 'write', isIdempotent: true },
        params: { message: messageId },
        output: sent,
        summary: 'Marks {message} as read',
        run: ({ params, call }) =>
          call({
            ...{ method: 'POST', path: pathOf`/messages/${params.message}/modify` },
            json: { removeLabelIds: ['UNREAD'] },
          }),
      }),
    ],
  })
}

interface Mail {
  readonly to: string
  readonly cc?: string | undefined
  readonly subject: string
  readonly body: string
}

/**
 * Builds a message (RFC 5322) in Base64 for URLs.
 *
 * @throws {@link TenonError} `NODE_PARAMS_INVALID` for an address with a line break, which would begin another header.
 */
function rawMessage({ to, cc, subject, body }: Mail): string {
  const address = (name: 'to' | 'cc', value: string): string => {
    if (/^[\x20-\x7e]+$/.test(value)) return value
    throw new TenonError('NODE_PARAMS_INVALID', `The param "${name}" is invalid`, {
      details: {
        issues: [{ path: [name], code: 'invalid', message: 'Write addresses in ASCII, without line breaks' }],
      },
    })
  }
  const lines = [
    `To: ${address('to', to)}`,
    ...(cc === undefined || cc === '' ? [] : [`Cc: ${address('cc', cc)}`]),
    `Subject: ${encodedWords(subject)}`,
    ...['MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', ''],
    base64(body).replaceAll(/.{76}/g, '$&\r\n'),
  ]
  return base64(lines.join('\r\n')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Encodes a text for a header (RFC 2047), in short words. */
function encodedWords(text: string): string {
  const words: string[] = []
  let word = ''
  for (const character of text) {
    // 39 bytes are 52 characters in Base64, so that a line has at most 76.
    if (new TextEncoder().encode(word + character).byteLength > 39) {
      words.push(word)
      word = ''
    }
    word += character
  }
  return [...words, word].map((each) => `=?UTF-8?B?${base64(each)}?=`).join('\r\n ')
}

function base64(text: string): string {
  const bytes = new TextEncoder().encode(text)
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
