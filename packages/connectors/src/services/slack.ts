import { type Connector, defineConnector, type LookupChoice } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { lookupOf } from '../kit/lookups.ts'
import { limitParam, lookedUp, optionalText, requiredText } from '../kit/params.ts'
import { type Page, readPages } from '../kit/read-pages.ts'
import type { CallService, Service } from '../kit/service.ts'
import { apiOf, type TokenOrOAuthOptions, tokenOrOAuth } from '../kit/service-options.ts'
import { webhookTrigger } from '../kit/webhook-trigger.ts'

const failure = z.object({ ok: z.literal(false), error: z.string().default('unknown') })
const cursor = z.object({ response_metadata: z.object({ next_cursor: z.string().optional() }).optional() })
const channelsPage = cursor.extend({
  channels: z.array(z.object({ id: z.string(), name: z.string(), is_private: z.boolean().default(false) })),
})
const user = z.object({
  id: z.string(),
  name: z.string(),
  deleted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  profile: z.object({ real_name: z.string().default(''), email: z.string().optional() }).default({ real_name: '' }),
})
const usersPage = cursor.extend({ members: z.array(user) })

/** Scopes of a bot that the actions and lists need. */
const SCOPES = ['chat:write', 'channels:read', 'groups:read', 'users:read', 'users:read.email']
/** Items that Slack recommends for a page. */
const PAGE_SIZE = 200
const MOST_LOOKED_UP = 1_000

/**
 * Slack, by a bot token (`xoxb-…`) with the scopes `chat:write`, `channels:read`, `groups:read`, `users:read` and
 * `users:read.email`. With an OAuth client of the host, people connect their workspaces in a window of Slack, with these scopes.
 * The trigger receives the Events API.
 *
 * @example
 * ```ts
 * createWorkflowServer({ connectors: [slack()] })
 * ```
 */
export function slack(options: TokenOrOAuthOptions = {}): Connector {
  const { apiUrl, host } = apiOf('slack', options.apiUrl ?? 'https://slack.com/api')
  const service: Service = {
    ...{ id: 'slack', title: 'Slack', apiUrl },
    icon: 'M9 4 7 20M17 4l-2 16M4 9h16M3.5 15h16',
    reasonIn: reasonOf,
  }
  const action = actionsOf(service)
  const channel = lookedUp('Channel', 'channels', {
    description: 'Id of a channel or a person. The app must be a member of a channel.',
    placeholder: 'C024BE91L',
  })
  const text = requiredText('Text', { control: 'prompt', placeholder: 'New order {{input.id}}' }, 40_000)
  const threadTs = optionalText('Thread', {
    description: 'The ts of the message to reply to.',
    placeholder: 'No thread',
  })
  const message = z.object({ channel: z.string(), ts: z.string() })
  return defineConnector({
    ...{ id: 'slack', title: 'Slack', allowedHosts: [host] },
    auth: tokenOrOAuth(options, {
      ...{ authorizationUrl: 'https://slack.com/oauth/v2/authorize', tokenUrl: `${apiUrl}/oauth.v2.access` },
      ...{ scopes: SCOPES, scopeSeparator: ',' },
    }),
    test: { url: `${apiUrl}/auth.test`, method: 'POST', readBody: readTest },
    // Slack allows about one message a second in a channel, and bursts.
    rateLimit: { perSecond: 1, burst: 5 },
    lookups: {
      channels: lookupOf(service, async (call) => (await listChannels(call, MOST_LOOKED_UP)).items.map(channelChoice)),
      users: lookupOf(service, async (call) => (await listUsers(call, MOST_LOOKED_UP)).items.map(userChoice)),
    },
    nodes: [
      webhookTrigger(service, {
        ...{ name: 'event', title: 'Slack event', description: 'Begin with an event', signature: 'slack' },
        secretFrom: 'The signing secret of your Slack app, under Basic Information. It is stored encrypted.',
        summary: 'Starts at an event of Slack',
        body: z.looseObject({
          team_id: z.string(),
          event_id: z.string(),
          event: z.looseObject({
            ...{ type: z.string(), user: z.string().optional(), channel: z.string().optional() },
            ...{ text: z.string().optional(), ts: z.string().optional() },
          }),
        }),
      }),
      action({
        ...{ name: 'send-message', title: 'Send Slack message', description: 'Post to a channel', effect: 'write' },
        params: { channel, text, threadTs },
        output: message,
        summary: 'Posts {text} to {channel}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'POST', path: '/chat.postMessage' },
            json: { channel: params.channel, text: params.text, thread_ts: params.threadTs },
          }),
      }),
      action({
        ...{ name: 'update-message', title: 'Update Slack message', description: 'Change a posted message' },
        // The same text again changes nothing.
        ...{ effect: 'write', isIdempotent: true },
        params: { channel, ts: requiredText('Message', { description: 'The ts of the message.' }), text },
        output: message,
        summary: 'Changes {ts} in {channel}',
        run: ({ params: { channel: id, ts, text: changed }, call }) =>
          call({ method: 'POST', path: '/chat.update', json: { channel: id, ts, text: changed } }),
      }),
      action({
        ...{ name: 'list-channels', title: 'List Slack channels', description: 'Channels of the app', effect: 'read' },
        timeout: '5m',
        params: { limit: limitParam(5_000, 200) },
        output: z.object({
          items: z.array(z.object({ id: z.string(), name: z.string(), is_private: z.boolean() })),
          hasMore: z.boolean(),
        }),
        summary: 'Lists at most {limit} channels',
        run: ({ params, call }) => listChannels(call, params.limit),
      }),
      action({
        ...{ name: 'find-user', title: 'Find Slack user', description: 'Find by email address', effect: 'read' },
        params: { email: requiredText('Email', { placeholder: '{{input.email}}' }, 400) },
        output: z.object({ id: z.string(), name: z.string(), real_name: z.string() }),
        summary: 'Finds {email}',
        run: async ({ params, call }) => {
          const body = await call({ path: '/users.lookupByEmail', query: { email: params.email } })
          const { id, name, profile } = z.object({ user }).parse(body).user
          return { id, name, real_name: profile.real_name }
        },
      }),
    ],
  })
}

/** Codes by which Slack says that a token is not valid; others are faults of the request or of Slack. */
const BAD_TOKENS = ['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired']

function readTest(body: unknown): 'accepted' | 'refused' | 'failed' {
  const reason = reasonOf(body)
  if (reason === null) return 'accepted'
  return BAD_TOKENS.includes(reason) ? 'refused' : 'failed'
}

function reasonOf(body: unknown): string | null {
  const read = failure.safeParse(body)
  return read.success ? read.data.error : null
}

function listChannels(call: CallService, limit: number) {
  return readPages(limit, async (next) => {
    const query = { types: 'public_channel,private_channel', exclude_archived: true, limit: PAGE_SIZE, cursor: next }
    const body = channelsPage.parse(await call({ path: '/conversations.list', query }))
    return { items: body.channels, next: nextOf(body) } satisfies Page<unknown>
  })
}

function listUsers(call: CallService, limit: number) {
  return readPages(limit, async (next) => {
    const body = usersPage.parse(await call({ path: '/users.list', query: { limit: PAGE_SIZE, cursor: next } }))
    return { items: body.members.filter((member) => !member.deleted && !member.is_bot), next: nextOf(body) }
  })
}

function nextOf({ response_metadata: metadata }: z.output<typeof cursor>): string | null {
  return metadata?.next_cursor || null
}

function channelChoice({
  id,
  name,
  is_private: isPrivate,
}: z.output<typeof channelsPage>['channels'][number]): LookupChoice {
  return { value: id, title: `#${name}`, ...(isPrivate ? { detail: 'private' } : {}) }
}

function userChoice({ id, name, profile }: z.output<typeof user>): LookupChoice {
  return { value: id, title: profile.real_name || name, detail: profile.email ?? `@${name}` }
}
