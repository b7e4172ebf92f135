import { join } from 'node:path'
import { type Connector, type NodeManifestEntry, pollParams, toManifest } from '@tenon/core/node'
import { expect, test } from 'vitest'
import {
  airtable,
  github,
  gmail,
  googleSheets,
  hubspot,
  jira,
  microsoftMail,
  notion,
  salesforce,
  slack,
  stripe,
  twilio,
  zendesk,
} from './index.ts'

const PAGE = join(import.meta.dirname, '../../../docs/connectors.md')
const client = { clientId: 'host', clientSecret: 'secret' }
const CONNECTORS = [
  ...[airtable(), github(), gmail(client), googleSheets(client), hubspot(), jira(), microsoftMail(client)],
  ...[notion(), salesforce(client), slack(), stripe(), twilio(), zendesk()],
]
const ACCOUNTS = {
  ...{
    apiKey: 'an API key',
    aws: 'an access key of AWS',
    basic: 'a user name and a password',
    bearer: 'a token',
    oauth2: 'OAuth 2',
  },
  ...{ postgres: 'a database login', smtp: 'a login' },
}
const INTRO = `# Connectors and their nodes

Made from the definitions of \`@tenon/connectors\`. How to use and write them: [Connectors](guides/connectors.md).

Each is tested against a simulator that accepts what the documentation of the service describes, and refuses anything else. None was tried with a real account yet.
`

/** Returns a table in Markdown, with columns of equal width. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}

const propertiesOf = (schema: unknown): readonly string[] =>
  Object.keys((schema as { readonly properties?: object }).properties ?? {})

function rowOf({
  type,
  title,
  params,
  outputs,
  trigger,
  effect,
  idempotentWhen,
}: NodeManifestEntry): readonly string[] {
  const { required = [] } = params as { readonly required?: readonly string[] }
  const named = propertiesOf(params)
    .filter((name) => name !== 'connection' && !(trigger === 'poll' && Object.hasOwn(pollParams.shape, name)))
    .map((name) => (required.includes(name) ? name : `${name}?`))
  const kind = effect === 'read' ? 'reads' : idempotentWhen === undefined ? 'writes' : 'writes, repeated safely'
  const given = trigger === 'webhook' ? 'signing secret' : named.join(', ')
  return [
    `\`${type}\``,
    title,
    trigger === undefined ? kind : trigger === 'poll' ? 'trigger, polls' : 'trigger',
    given,
    propertiesOf(outputs.success).join(', '),
  ]
}

function sectionOf({ title, auth, allowedHosts, rateLimit, lookups = {}, nodes = [] }: Connector): string {
  const entries = toManifest(nodes.map(({ definition }) => definition)).nodes
  const rate =
    rateLimit === undefined ? 'no limit' : `${rateLimit.perSecond} requests a second, ${rateLimit.burst} at once`
  const lists = Object.keys(lookups).join(', ') || 'none'
  return [
    `## ${title}\n`,
    `Account: ${ACCOUNTS[auth.kind]}. Hosts: ${allowedHosts.map((host) => `\`${host}\``).join(', ')}. Rate of a connection: ${rate}. Lists to choose from: ${lists}.\n`,
    `${table([['node', 'title', 'effect', 'params', 'output'], ...entries.map(rowOf)])}\n`,
  ].join('\n')
}

test('docs/connectors.md describes the connectors as they are; vitest -u writes it', async () => {
  await expect([INTRO, ...CONNECTORS.map(sectionOf)].join('\n')).toMatchFileSnapshot(PAGE)
})

test.each(CONNECTORS.map((connector) => [connector.id, connector] as const))(
  '%s has at least three actions whose titles and descriptions fit into the palette',
  (_, { nodes = [] }) => {
    const definitions = nodes.map(({ definition }) => definition)
    expect(definitions.filter(({ trigger }) => trigger === undefined).length).toBeGreaterThanOrEqual(3)
    expect(definitions.filter(({ description }) => description.split(' ').length > 4)).toEqual([])
  },
)
