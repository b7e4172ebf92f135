import type { JsonObject } from '@tenon/core/document'
import { type Connector, defineConnector } from '@tenon/core/node'
import { z } from 'zod'
import { actionsOf } from '../kit/define-action.ts'
import { limitParam, optionalText, partsOf, pollsFor, requiredText } from '../kit/params.ts'
import { pathOf } from '../kit/path-of.ts'
import { pollByTime } from '../kit/poll-by-time.ts'
import { pollTrigger } from '../kit/poll-trigger.ts'
import { readPages } from '../kit/read-pages.ts'
import type { Service } from '../kit/service.ts'

const created = z.object({ id: z.string(), key: z.string(), self: z.string() })
const found = z.object({
  ...{ id: z.string(), key: z.string() },
  fields: z.looseObject({
    summary: z.string().nullish(),
    status: z.looseObject({ name: z.string() }).nullish(),
  }),
})
const searchPage = z.object({ issues: z.array(found), nextPageToken: z.string().optional() })
const polledIssue = found.extend({ fields: found.shape.fields.extend({ created: z.string(), updated: z.string() }) })
const polledIssues = z.object({ issues: z.array(polledIssue), nextPageToken: z.string().optional() })
const POLLED_FIELDS = 'summary,status,created,updated,issuetype,priority,assignee,reporter,labels,project'
const PAGE_SIZE = 100
/** JQL knows minutes only. */
const PRECISION_MS = 180_000

/** Jira Cloud, by the email of a person as user name and an API token as password. */
export function jira(): Connector {
  const service: Service = {
    ...{ id: 'jira', title: 'Jira', apiUrl: 'https://atlassian.net' },
    icon: 'M12 3.5 20.5 12 12 20.5 3.5 12zM12 8.5 15.5 12 12 15.5 8.5 12z',
  }
  const action = actionsOf(service)
  const site = z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Write the part before .atlassian.net')
    .meta({ title: 'Site', description: 'The part before .atlassian.net.', control: 'text', literal: true })
  const issue = requiredText('Issue', { placeholder: 'SHOP-7' }, 255)
  const urlOf = (name: string, path: string) => `https://${name}.atlassian.net/rest/api/3${path}`
  return defineConnector({
    ...{ id: 'jira', title: 'Jira', auth: { kind: 'basic' }, allowedHosts: ['*.atlassian.net'] },
    rateLimit: { perSecond: 5, burst: 10 },
    nodes: [
      pollTrigger(service, {
        ...{ name: 'new-issue', title: 'New Jira issue', description: 'Begin with an issue' },
        params: {
          ...{ site, on: pollsFor('issue') },
          jql: z
            .string()
            .max(4_000)
            .regex(/^(?![\s\S]*\b[oO][rR][dD][eE][rR]\s+[bB][yY]\b)/, 'Leave out ORDER BY: the trigger sorts by time')
            .optional()
            .meta({ title: 'Filter', control: 'text', placeholder: 'project = SHOP', literal: true }),
        },
        item: polledIssue,
        summary: 'Starts at a new issue of {site}',
        poll: ({ params: { site: name, on, jql }, cursor, begin, call }) =>
          pollByTime({
            ...{ cursor, begin, overlapMs: 300_000, precisionMs: PRECISION_MS, expiredStatus: 400 },
            readPage: async (from, token) => {
              // A token belongs to its query, so that it is kept with the minutes.
              const [minutes = '', ...tokens] = (token ?? minutesSince(from)).split(' ')
              const path = urlOf(name, '/search/jql')
              const query = { jql: polledJql(jql, on, minutes), fields: POLLED_FIELDS, maxResults: PAGE_SIZE }
              const body = polledIssues.parse(await call({ path, query: { ...query, nextPageToken: tokens[0] } }))
              const items = body.issues.map((data) => {
                const time = data.fields[on]
                return {
                  id: on === 'created' ? data.id : `${data.id} ${time}`,
                  data: data as JsonObject,
                  at: Date.parse(time),
                }
              })
              return { items, next: body.nextPageToken === undefined ? null : `${minutes} ${body.nextPageToken}` }
            },
          }),
      }),
      action({
        ...{ name: 'create-issue', title: 'Create Jira issue', description: 'Open an issue', effect: 'write' },
        params: {
          ...{ site, project: requiredText('Project', { placeholder: 'SHOP' }, 255) },
          type: requiredText('Type', { placeholder: 'Task' }, 255),
          summary: requiredText('Summary', {}, 255),
          ...{ description: optionalText('Text', { control: 'prompt' }), labels: optionalText('Labels') },
        },
        output: created,
        summary: 'Opens {summary} in {project}',
        run: ({ params: { site: name, project, type, summary, description, labels }, call }) => {
          const text = description === undefined ? undefined : documentOf(description)
          const fields = { project: { key: project }, issuetype: { name: type }, summary, description: text }
          return call({
            ...{ method: 'POST', path: urlOf(name, '/issue') },
            json: { fields: { ...fields, labels: partsOf(labels) } },
          })
        },
      }),
      action({
        ...{ name: 'add-comment', title: 'Comment on Jira issue', description: 'Add a comment', effect: 'write' },
        params: { site, issue, body: requiredText('Text', { control: 'prompt' }, 32_000) },
        output: z.object({ id: z.string(), self: z.string() }),
        summary: 'Comments on {issue}',
        run: ({ params, call }) =>
          call({
            ...{ method: 'POST', path: urlOf(params.site, pathOf`/issue/${params.issue}/comment`) },
            json: { body: documentOf(params.body) },
          }),
      }),
      action({
        ...{ name: 'transition-issue', title: 'Move Jira issue', description: 'Change its status', effect: 'write' },
        params: {
          site,
          issue,
          transition: requiredText('Transition', { description: 'Its name, such as Done.' }, 255),
        },
        output: z.object({ transition: z.string() }),
        summary: 'Moves {issue} by {transition}',
        run: async ({ params, call }) => {
          const path = urlOf(params.site, pathOf`/issue/${params.issue}/transitions`)
          const { transitions } = z
            .object({ transitions: z.array(z.object({ id: z.string(), name: z.string() })) })
            .parse(await call({ path }))
          const wanted = params.transition.toLowerCase()
          const chosen = transitions.find(({ id, name }) => id === params.transition || name.toLowerCase() === wanted)
          // An id that Jira does not know is refused with its own words.
          const id = chosen?.id ?? params.transition
          await call({ method: 'POST', path, json: { transition: { id } } })
          return { transition: chosen?.name ?? id }
        },
      }),
      action({
        ...{ name: 'search-issues', title: 'Search Jira issues', description: 'Find by JQL', effect: 'read' },
        params: {
          ...{ site, jql: requiredText('JQL', { placeholder: 'project = SHOP AND status = Open' }, 4_000) },
          limit: limitParam(1_000, 50),
        },
        output: z.object({ items: z.array(found), hasMore: z.boolean() }),
        summary: 'Finds {jql}',
        run: ({ params, call }) =>
          readPages(params.limit, async (next) => {
            const query = { jql: params.jql, fields: 'summary,status', maxResults: Math.min(params.limit, PAGE_SIZE) }
            const path = urlOf(params.site, '/search/jql')
            const body = searchPage.parse(await call({ path, query: { ...query, nextPageToken: next } }))
            return { items: body.issues, next: body.nextPageToken ?? null }
          }),
      }),
    ],
  })
}

/**
 * Returns the minutes since a time, rounded up. JQL reads a date in the time zone of the account, but a number of minutes alike
 * for all.
 */
function minutesSince(from: number): string {
  return String(Math.max(Math.ceil((Date.now() - from) / 60_000), 0) + 1)
}

function polledJql(jql: string | undefined, on: 'created' | 'updated', minutes: string): string {
  const filter = jql === undefined || jql.trim() === '' ? '' : `(${jql}) AND `
  return `${filter}${on} >= "-${minutes}m" ORDER BY ${on} ASC, key ASC`
}

/** Converts a text to the format of Jira: a paragraph for each line. */
function documentOf(text: string) {
  const paragraphs = text.split('\n').map((line) => ({
    type: 'paragraph',
    content: line === '' ? [] : [{ type: 'text', text: line }],
  }))
  return { type: 'doc', version: 1, content: paragraphs }
}
