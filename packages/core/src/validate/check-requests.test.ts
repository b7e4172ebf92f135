import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { around, call, fixed, issueIn, manifest, only, set, validate } from '../../test/validation.ts'
import { MISSING_SECRET, withoutSecrets } from '../document/secret-marker.ts'
import type { JsonObject } from '../json.ts'
import { defineNode, toManifest } from '../node/index.ts'
import { node } from '../testing/index.ts'
import { validateWorkflow } from './index.ts'

const withHeader = (name: string, value = 'x') => around(call('a', { headers: { [name]: value } }))

describe('headers', () => {
  test.each(['a b', 'X-A\r\nX-B', 'x:', ''])('HEADER_NAME_INVALID: %j', (name) => {
    const document = withHeader(name)
    const issue = issueIn(document, 'HEADER_NAME_INVALID')
    expect(issue).toMatchObject({ severity: 'error', nodeId: 'a', path: ['params', 'headers', name] })
    fixed(document, issue)
  })

  test.each(['Host', 'transfer-encoding', 'Content-Length', 'Connection'])('HEADER_RESERVED: %s', (name) => {
    const document = withHeader(name)
    const issue = issueIn(document, 'HEADER_RESERVED')
    expect(issue).toMatchObject({
      severity: 'error',
      message: `a: the header "${name}" is set by the connection and cannot be changed`,
      field: `params.headers.${name}`,
      fix: { title: `Remove the header "${name}"` },
    })
    fixed(document, issue)
  })

  test('others are for the author to set, and other objects are no headers', () => {
    expect(validate(withHeader('X-Api-Version'))).toEqual([])
    expect(only(validate(around(set('a', { Host: 'a', 'a b': 1 }))), 'HEADER_RESERVED')).toEqual([])
  })
})

describe('SECRET_HOST_OPEN', () => {
  const marker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }
  const common = {
    version: 1,
    title: 'Signed call',
    description: 'Calls with a key',
    icon: 'M4 12h16',
    category: 'action',
    ports: [{ name: 'success', title: 'Done' }],
    outputs: { success: z.object({}) },
    summary: '',
    effect: 'write',
  } as const
  const signed = defineNode({
    ...common,
    type: 'acme/signed',
    params: z.object({
      url: z.string().meta({ title: 'URL', sink: 'url' }),
      fixed: z.string().optional().meta({ sink: 'url', literal: true }),
      note: z.string().optional(),
      apiKey: z.string().optional().meta({ title: 'API key', secret: true }),
    }),
    summary: '{url}',
  })
  const nodes = [...manifest.nodes, ...toManifest([signed]).nodes]
  const issuesOf = (params: JsonObject) => {
    const document = {
      ...around(node('a', 'acme/signed', params)),
      variables: [{ name: 'desk', value: 'https://d.test' }],
    }
    return only(validateWorkflow(document, { nodes }), 'SECRET_HOST_OPEN')
  }

  test('refuses a URL whose host the data of a run names, once the secret is set', () => {
    expect(issuesOf({ url: '{{input.url}}', apiKey: marker })).toEqual([
      {
        code: 'SECRET_HOST_OPEN',
        severity: 'error',
        nodeId: 'a',
        path: ['params', 'url'],
        field: 'params.url',
        values: { param: 'URL', secret: 'API key' },
        message: 'a: "URL" must begin with a fixed host, since "API key" is sent to it',
      },
    ])
  })

  test.each<[string, JsonObject]>([
    ['without the secret', { url: '{{input.url}}' }],
    ['of a host that is written', { url: 'https://x.test/{{input.path}}', apiKey: marker }],
    ['of a variable', { url: '{{vars.desk}}', apiKey: marker }],
    ['beside a marker that is in no secret param', { url: '{{input.url}}', note: marker }],
    ['that cannot be read', { url: '{{input.', apiKey: marker }],
    ['beside other texts', { url: 'https://x.test', note: '{{input.a}}', fixed: '{{input.b}}', apiKey: marker }],
  ])('takes one %s', (_title, params) => {
    expect(issuesOf(params)).toEqual([])
  })

  test('SECRET_MISSING: a copy without its secrets names each one that has to be set again', () => {
    const strict = defineNode({
      ...common,
      type: 'acme/strict',
      params: z.object({ url: z.string(), token: z.string().meta({ title: 'Token', secret: true }) }),
    })
    const apiKey = z.string().optional().meta({ title: 'API key', secret: true })
    const loose = defineNode({ ...common, type: 'acme/loose', params: z.object({ apiKey }) })
    const all = { nodes: [...nodes, ...toManifest([strict, loose]).nodes] }
    const url = 'https://x.test'
    const missing = { ...MISSING_SECRET }
    const copied = (type: string, params: JsonObject) =>
      only(validateWorkflow(around(node('a', type, params)), all), 'SECRET_MISSING')
    const at = { code: 'SECRET_MISSING', severity: 'error', nodeId: 'a' }
    const params = withoutSecrets({ url, apiKey: marker })
    const [issue] = copied('acme/signed', params)
    expect(issue).toMatchObject({
      ...at,
      message: 'a: set "API key" again, since secrets are not copied',
      path: ['params', 'apiKey'],
      fix: {
        title: 'Leave "API key" empty',
        operations: [{ op: 'unset_param', nodeId: 'a', path: ['apiKey'] }],
      },
    })
    expect(copied('acme/loose', { apiKey: missing })[0]).toHaveProperty('fix')
    // A fix that leads to another error is no fix.
    const [strictIssue] = copied('acme/strict', { url, token: missing })
    expect(strictIssue).toMatchObject({ ...at, path: ['params', 'token'] })
    expect(strictIssue).not.toHaveProperty('fix')
    expect(copied('acme/signed', { url, apiKey: marker, note: missing })).toEqual([])
    expect(copied('acme/unknown', { apiKey: missing })).toEqual([])
  })

  test('names the secret param of the node in the warning about a token in a text', () => {
    const url = `https://x.test/?api_key=${'a1b2'}`
    const document = around(node('a', 'acme/signed', { url }))
    const [issue] = only(validateWorkflow(document, { nodes }), 'SECRET_IN_TEXT')
    expect(issue?.message).toContain('Set it in "API key" instead')
    expect(issue?.fix).toBeUndefined()
  })

  test('names for a token in a header only the secret of the same name, and removes the header', () => {
    const caller = defineNode({
      ...common,
      type: 'acme/call',
      params: z.object({
        headers: z.record(z.string(), z.string().meta({ sink: 'header' })).optional(),
        apiKey: z.string().optional().meta({ title: 'API key', secret: true }),
        authorization: z.string().optional().meta({ title: 'Authorization', secret: true }),
      }),
    })
    const issueOf = (header: string) => {
      const document = around(node('a', 'acme/call', { headers: { [header]: `Bearer ${'a1b2'.repeat(5)}` } }))
      const all = { nodes: [...manifest.nodes, ...toManifest([caller]).nodes] }
      return only(validateWorkflow(document, all), 'SECRET_IN_TEXT')[0]
    }
    expect(issueOf('authorization')?.values).toMatchObject({ secret: 'Authorization' })
    expect(issueOf('X-Api-Key')?.values).toMatchObject({ secret: '' })
    expect(issueOf('X-Api-Key')?.fix).toMatchObject({
      code: 'REMOVE_HEADER',
      operations: [{ op: 'unset_param', nodeId: 'a', path: ['headers', 'X-Api-Key'] }],
    })
  })
})

describe('SECRET_IN_TEXT', () => {
  // Put together here, so that scanners of repositories do not take them for real ones.
  test.each([
    ['Bearer', `Bearer ${'a1b2'.repeat(5)}`],
    ['Basic', `Basic ${'dXNlcjpwYXNz'}`],
    ['sk-', `sk-${'a1B2'.repeat(6)}`],
    ['ghp_', `ghp_${'a1B2'.repeat(9)}`],
    ['xoxb', `xoxb-${'1234567890'}-abc`],
    ['AKIA', `AKIA${'ABCD'.repeat(4)}`],
    ['Digest', `Digest ${'a1b2'.repeat(5)}`],
    ['sk_live', `sk_live_${'a1B2'.repeat(6)}`],
    ['glpat', `glpat-${'a1B2'.repeat(5)}`],
    ['ASIA', `ASIA${'ABCD'.repeat(4)}`],
    ['SendGrid', `SG.${'a1B2'.repeat(5)}.${'a1B2'.repeat(5)}`],
    ['JWT', `eyJ${'a1B2'.repeat(4)}.eyJ${'a1B2'.repeat(4)}.${'a1B2'.repeat(4)}`],
    ['PEM', `-----BEGIN RSA ${'PRIVATE'} KEY-----`],
  ])('warns of a token typed into a header: %s', (_kind, token) => {
    const issue = issueIn(withHeader('Authorization', token), 'SECRET_IN_TEXT')
    expect(issue).toMatchObject({ severity: 'warning', nodeId: 'a', field: 'params.headers.Authorization' })
    expect(issue.message).toContain(
      'Use a node type with a secret field for it; if there is none, ask your administrator to add one',
    )
    expect(issue.message).not.toContain(token)
  })

  test.each([`https://user:${'a1b2'}@x.test/`, `https://x.test/?api_key=${'a1b2'}`, `https://x.test/#token=${'a1b2'}`])(
    'warns of a credential in a URL that is sent: %s',
    (url) => {
      expect(issueIn(withHeader('Referer', url), 'SECRET_IN_TEXT').field).toBe('params.headers.Referer')
      expect(only(validate(around(set('a', { url }))), 'SECRET_IN_TEXT')).toEqual([])
    },
  )

  test.each(['https://x.test/?api_key={{ vars.key }}', 'https://x.test/?page=2'])('leaves the URL %s', (url) => {
    expect(only(validate(withHeader('Referer', url)), 'SECRET_IN_TEXT')).toEqual([])
  })

  test.each(['Bearer {{ vars.token }}', 'Bearer x', 'application/json', 'sk-short'])('leaves %j', (value) => {
    expect(only(validate(withHeader('Authorization', value)), 'SECRET_IN_TEXT')).toEqual([])
  })

  test('finds tokens with a known beginning in any text, of unknown types too', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`
    expect(issueIn(around(set('a', { note: [`use ${token}`] })), 'SECRET_IN_TEXT').field).toBe('params.fields.note.0')
    expect(issueIn(around(node('a', 'gone/away', { x: token })), 'SECRET_IN_TEXT').field).toBe('params.x')
  })
})
