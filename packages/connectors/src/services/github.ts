import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type Connector, defineConnector, type PollResult } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { lookupOf } from '../kit/lookups.ts'
import { limitParam, lookedUp, optionalText, partsOf, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { CallService, QueryValue, Service } from '../kit/service.ts'
import { apiOf, type TokenOrOAuthOptions, tokenOrOAuth } from '../kit/service-options.ts'
import { webhookTrigger } from '../kit/webhook-trigger.ts'

const issue = z.object({
  number: z.number().int(),
  title: z.string(),
  state: z.string(),
  html_url: z.string(),
})
const PAGE_SIZE = 100
const MOST_LOOKED_UP = 500

/**
 * GitHub, by a personal access token or that of an installation, with access to issues; or by an OAuth app or a GitHub App of
 * the host, in a window of GitHub. An OAuth app asks for the scope `repo`; pass `['public_repo']` as `scopes` if public
 * repositories suffice. The trigger receives the webhooks of a
 * repository or an organization.
 *
 * @param options - With `apiUrl`, the API of a GitHub Enterprise server.
 *
 * @example
 * ```ts
 * createWorkflowServer({ connectors: [github()] })
 * ```
 */
export function github(options: TokenOrOAuthOptions = {}): Connector {
  const { apiUrl, host } = apiOf('github', options.apiUrl ?? 'https://api.github.com')
  const origin = options.apiUrl === undefined ? 'https://github.com' : new URL(apiUrl).origin
  const webUrl = `${origin}/login/oauth`
  const service: Service = {
    ...{ id: 'github', title: 'GitHub', apiUrl },
    icon: 'M6.5 3.5v17M6.5 15.5c0-4 10-2 10-8M14 10l2.5-2.5L19 10',
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', 'user-agent': 'tenon' },
  }
  const action = actionsOf(service)
  const repository = lookedUp('Repository', 'repositories', { placeholder: 'acme/shop' })
  const issueNumber = z
    .number()
    .int()
    .min(1)
    .meta({ title: 'Issue', description: 'Number of the issue.', control: 'number' })
  return defineConnector({
    ...{ id: 'github', title: 'GitHub', allowedHosts: [host] },
    auth: tokenOrOAuth(options, {
      ...{ authorizationUrl: `${webUrl}/authorize`, tokenUrl: `${webUrl}/access_token`, scopes: ['repo'] },
    }),
    test: { url: `${apiUrl}/user` },
    // Of 5,000 requests in an hour.
    rateLimit: { perSecond: 1.2, burst: 20 },
    lookups: {
      repositories: lookupOf(service, async (call) => {
        const path = '/user/repos?sort=pushed'
        const { items } = await list(call, path, {}, repositoryItem, MOST_LOOKED_UP)
        return items.map(({ full_name: name, private: isPrivate }) => ({
          ...{ value: name, title: name },
          ...(isPrivate ? { detail: 'private' } : {}),
        }))
      }),
    },
    nodes: [
      webhookTrigger(service, {
        ...{ name: 'event', title: 'GitHub event', description: 'Begin with an event', signature: 'github' },
        secretFrom:
          'The secret that you enter for the webhook in the settings of the repository. It is stored encrypted.',
        summary: 'Starts at an event of GitHub',
        body: z.looseObject({
          action: z.string().optional(),
          repository: z.looseObject({ full_name: z.string() }).optional(),
          sender: z.looseObject({ login: z.string() }).optional(),
          issue: z.looseObject({ number: z.number().int(), title: z.string(), html_url: z.string() }).optional(),
        }),
      }),
      pollTrigger(service, {
        ...{ name: 'new-issue', title: 'New GitHub issue', description: 'Begin with an issue' },
        params: { repository: lookedUp('Repository', 'repositories', { placeholder: 'acme/shop', literal: true }) },
        item: polledIssue,
        summary: 'Starts at a new issue of {repository}',
        poll: async ({ params, cursor, call }) => newIssues(call, repositoryPath(params.repository), cursor),
      }),
      action({
        ...{ name: 'create-issue', title: 'Create GitHub issue', description: 'Open an issue', effect: 'write' },
        params: {
          repository,
          title: requiredText('Title', { placeholder: 'Order {{input.id}} failed' }, 256),
          body: optionalText('Text', { control: 'prompt', description: 'In Markdown.' }, 65_536),
          labels: optionalText('Labels', { placeholder: 'bug, urgent' }),
          assignees: optionalText('Assignees', { placeholder: 'octocat, hubot' }),
        },
        output: issue,
        summary: 'Opens {title} in {repository}',
        run: ({ params: { repository: name, title, body, labels, assignees }, call }) =>
          call({
            ...{ method: 'POST', path: `${repositoryPath(name)}/issues` },
            json: { title, body, labels: partsOf(labels), assignees: partsOf(assignees) },
          }),
      }),
      action({
        ...{ name: 'add-comment', title: 'Comment on GitHub issue', description: 'Add a comment', effect: 'write' },
        params: { repository, issue: issueNumber, body: requiredText('Text', { control: 'prompt' }, 65_536) },
        output: z.object({ id: z.number().int(), html_url: z.string() }),
        summary: 'Comments on {issue} in {repository}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'POST', path: `${repositoryPath(params.repository)}/issues/${params.issue}/comments` },
            json: { body: params.body },
          }),
      }),
      action({
        ...{ name: 'update-issue', title: 'Update GitHub issue', description: 'Close, reopen or label' },
        ...{ effect: 'write', isIdempotent: true },
        params: {
          ...{ repository, issue: issueNumber },
          state: z.enum(['open', 'closed']).optional().meta({ title: 'State', control: 'select' }),
          labels: optionalText('Labels', { description: 'They replace the present ones.', placeholder: 'Unchanged' }),
        },
        output: issue,
        summary: 'Updates {issue} in {repository}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'PATCH', path: `${repositoryPath(params.repository)}/issues/${params.issue}` },
            json: { state: params.state, labels: partsOf(params.labels) },
          }),
      }),
      action({
        ...{ name: 'list-issues', title: 'List GitHub issues', description: 'Issues of a repository', effect: 'read' },
        timeout: '5m',
        params: {
          repository,
          state: z.enum(['open', 'closed', 'all']).default('open').meta({ title: 'State', control: 'select' }),
          labels: optionalText('Labels', { placeholder: 'Any' }),
          limit: limitParam(2_000, 100),
        },
        output: z.object({ items: z.array(issue), hasMore: z.boolean() }),
        summary: 'Lists {state} issues of {repository}',
        run: async ({ params: { repository: name, state, labels, limit }, call }) => {
          const query = { state, labels: partsOf(labels)?.join(',') }
          // GitHub lists pull requests as issues.
          const isIssue = (item: { readonly pull_request?: unknown }) => item.pull_request === undefined
          return list(call, `${repositoryPath(name)}/issues`, query, listedIssue, limit, isIssue)
        },
      }),
    ],
  })
}

const polledIssue = issue.extend({ body: z.string().nullable(), created_at: z.string() })
/** GitHub may list an issue late. */
const OVERLAP_MS = 60_000
const MOST_POLLED = 400
/** Pages of a first poll: a repository may have few issues among many pull requests. */
const FIRST_PAGES = 5

/**
 * Finds issues that were created since the cursor, oldest first; without one, the last 100. The cursor is the time of the
 * newest issue or pull request, which GitHub lists together, so that the next poll reads no page of older ones.
 */
async function newIssues(call: CallService, path: string, cursor: Json): Promise<PollResult> {
  const last = typeof cursor === 'string' ? Date.parse(cursor) : null
  const listed = await listSince(call, `${path}/issues`, last === null ? null : last - OVERLAP_MS)
  const issues = listed.filter(({ pull_request }) => pull_request === undefined)
  const found = last === null ? issues.slice(-PAGE_SIZE) : issues
  if (last === null || found.length <= MOST_POLLED) return polled(found, listed.at(-1)?.created_at ?? cursor)
  // The next poll has the others: only those after the cursor count, so that it moves on.
  const later = found.filter(({ created_at }) => Date.parse(created_at) > last)
  const end = later[MOST_POLLED - 1]
  if (end === undefined) return polled(later, listed.at(-1)?.created_at ?? cursor)
  return polled(
    later.filter(({ created_at }) => Date.parse(created_at) <= Date.parse(end.created_at)),
    end.created_at,
  )
}

function polled(issues: readonly z.output<typeof listedNew>[], cursor: Json): PollResult {
  return { items: issues.map(({ pull_request: _none, ...data }) => ({ id: String(data.number), data })), cursor }
}

/**
 * Lists issues and pull requests by the time of their creation, oldest first: those since a time, or the pages of a first poll.
 * They are read from the newest one on, as GitHub cannot leave older ones out: its `since` counts changes.
 *
 * @throws if there are more than it reads: the others would be missed.
 */
async function listSince(call: CallService, path: string, from: number | null) {
  const query = { state: 'all', sort: 'created', direction: 'desc', per_page: PAGE_SIZE }
  const mostPages = from === null ? FIRST_PAGES : undefined
  const isSince = ({ created_at }: z.output<typeof listedNew>) => from === null || Date.parse(created_at) >= from
  const { items, hasMore } = await readPages(
    Number.POSITIVE_INFINITY,
    async (next) => {
      const page = Number(next ?? 1)
      const found = z.array(listedNew).parse(await call({ path, query: { ...query, page } }))
      const isLast = found.length < PAGE_SIZE || !found.every(isSince)
      return { items: found.filter(isSince), next: isLast ? null : String(page + 1) }
    },
    mostPages,
  )
  if (hasMore && from !== null) {
    throw new TenonError('HTTP_RESPONSE_INVALID', `GitHub lists more than ${items.length} issues since the last poll`, {
      remedy: 'Add the trigger again: a new one begins with the issues that are created after it.',
    })
  }
  return items.toReversed()
}

const listedNew = polledIssue.extend({ pull_request: z.unknown().optional() })
const listedIssue = issue.extend({ pull_request: z.unknown().optional() })
const repositoryItem = z.object({ full_name: z.string(), private: z.boolean() })

function list<Item>(
  call: CallService,
  path: string,
  query: Readonly<Record<string, QueryValue>>,
  schema: z.ZodType<Item>,
  limit: number,
  isWanted: (item: Item) => boolean = () => true,
) {
  return readPages(limit, async (next) => {
    const page = Number(next ?? 1)
    const items = z.array(schema).parse(await call({ path, query: { ...query, per_page: PAGE_SIZE, page } }))
    return { items: items.filter(isWanted), next: items.length < PAGE_SIZE ? null : String(page + 1) }
  })
}

/** @throws `TEMPLATE_VALUE_INVALID` unless the name has the form `owner/name`. */
function repositoryPath(name: string): string {
  const [owner = '', repository = '', ...others] = name.split('/')
  return pathOf`/repos/${owner}/${others.length === 0 ? repository : ''}`
}
