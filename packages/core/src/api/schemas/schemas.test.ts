import { describe, expect, test } from 'vitest'
import { EMPTY_DOCUMENT } from '../../document/types.ts'
import { jsonSchema, pageQuery, textSchema } from './common.ts'
import { createDataTableSchema } from './data-table.ts'
import { workflowDocumentSchema } from './document.ts'
import { cloudEventSchema } from './event.ts'
import { documentOperationSchema } from './operation.ts'
import { startRunSchema, versionNameSchema } from './run.ts'
import { createWebhookEndpointSchema } from './webhook-endpoint.ts'
import { createWorkflowSchema, updateWorkflowSchema } from './workflow.ts'

const node = { id: 'a', type: 'set', typeVersion: 1, name: 'A', params: {}, position: { x: 0, y: 0 } }

describe('textSchema', () => {
  test.each(['a\u0000b', '\ud800', 'x\udc00y', '\ud83d'])('refuses what no text column can hold: %j', (text) => {
    expect(textSchema(10).safeParse(text).success).toBe(false)
  })

  test.each(['', 'plain', '😀 ok', 'ünïcode'])('accepts %j', (text) => {
    expect(textSchema(10).safeParse(text).success).toBe(true)
  })
})

test('a data table has a name, and columns of different names that are none of every row', () => {
  const isValid = (name: string, ...columns: readonly string[]) =>
    createDataTableSchema.safeParse({
      name,
      columns: columns.map((column) => ({ name: column, type: 'text', isRequired: false })),
    }).success
  expect([isValid('A', 'a', 'b'), isValid(' ', 'a'), isValid('A', 'id'), isValid('A', 'a', 'a')]).toEqual([
    ...[true, false, false, false],
  ])
})

describe('jsonSchema', () => {
  test('accepts null but not an absent value', () => {
    expect(jsonSchema.safeParse(null).success).toBe(true)
    expect(jsonSchema.safeParse(undefined).success).toBe(false)
    expect(documentOperationSchema.safeParse({ op: 'set_param', nodeId: 'a', path: ['x'] }).success).toBe(false)
  })
})

describe('cloudEventSchema', () => {
  const event = { specversion: '1.0', id: 'e', source: '/s', type: 't', traceparent: 'an extension' }

  test.each(['2026-11-30T09:00:00Z', '2026-11-30T10:00:00.5+01:00'])('accepts the time %s', (time) => {
    expect(cloudEventSchema.parse({ ...event, time, data: [1] })).toMatchObject({ time, data: [1] })
  })

  test.each(['2026-11-30', 'now', '2026-13-30T09:00:00Z'])('refuses the time %s', (time) => {
    expect(cloudEventSchema.safeParse({ ...event, time }).error?.issues.map(({ path }) => path)).toEqual([['time']])
  })
})

describe('createWebhookEndpointSchema', () => {
  test.each(['https://example.com/events?token=t', 'http://localhost:8080'])('accepts the address %s', (url) => {
    expect(createWebhookEndpointSchema.safeParse({ url }).success).toBe(true)
  })

  test.each(['example.com', 'ftp://example.com', 'https://user:secret@example.com', 'https://example.com/#part'])(
    'refuses the address %s',
    (url) => {
      expect(createWebhookEndpointSchema.safeParse({ url }).error?.issues[0]?.path).toEqual(['url'])
    },
  )
})

describe('workflowDocumentSchema', () => {
  test('accepts a document with every optional field', () => {
    const document = {
      ...EMPTY_DOCUMENT,
      nodes: [
        {
          ...node,
          size: { width: 1, height: 2 },
          policy: { timeout: '30s', join: { count: 2 }, onError: 'route', retry: { maximumAttempts: 2 } },
          notes: 'n',
        },
      ],
      edges: [{ id: 'a:success>b:in', source: 'a', sourceHandle: 'success', target: 'b', targetHandle: 'in' }],
      settings: { timeout: '1h' },
    }
    expect(workflowDocumentSchema.parse(document)).toEqual(document)
  })

  test.each([
    ['a node id with a space', { nodes: [{ ...node, id: 'a b' }] }, ['nodes', 0, 'id']],
    ['a duration in words', { settings: { timeout: 'soon' } }, ['settings', 'timeout']],
    ['another schema version', { schemaVersion: 2 }, ['schemaVersion']],
    ['an endless position', { nodes: [{ ...node, position: { x: Infinity, y: 0 } }] }, ['nodes', 0, 'position', 'x']],
  ])('names the path of %s', (_title, part, path) => {
    const answer = workflowDocumentSchema.safeParse({ ...EMPTY_DOCUMENT, ...part })
    expect(answer.error?.issues[0]?.path).toEqual(path)
  })
})

describe('createWorkflowSchema', () => {
  test.each(['', '  ', 'Send\nmail', 'Pay\u202E now', 'a\u200Bb'])('refuses the name %j', (name) => {
    expect(createWorkflowSchema.safeParse({ name }).success).toBe(false)
    expect(updateWorkflowSchema.safeParse({ name }).success).toBe(false)
  })

  test.each(['Send mail', 'إرسال بريد', 'Émoji 👩\u200D💻'])('accepts the name %j', (name) => {
    expect(createWorkflowSchema.safeParse({ name }).success).toBe(true)
  })

  test.each([{ name: '' }, { name: '   ' }, { name: 'x'.repeat(201) }, {}, { name: 'ok', extra: 1 }])(
    'refuses %j',
    (body) => {
      expect(createWorkflowSchema.safeParse(body).success).toBe(false)
    },
  )
})

describe('startRunSchema', () => {
  test('leaves absent fields absent', () => {
    expect(startRunSchema.parse({})).toEqual({})
    expect(startRunSchema.parse({ input: null })).toEqual({ input: null })
  })

  test.each(['0', '-1', '01', 'latest', 'test:', 'test:a b', '9'.repeat(12)])('%j is no version', (version) => {
    expect(versionNameSchema.safeParse(version).success).toBe(false)
  })

  test.each(['1', '42', 'test:ab-1'])('%j is a version', (version) => {
    expect(versionNameSchema.safeParse(version).success).toBe(true)
  })
})

describe('pageQuery', () => {
  test.each(['0', '201', '1.5', 'many', ''])('a limit of %j is refused', (limit) => {
    expect(pageQuery.limit.safeParse(limit).success).toBe(false)
  })
})
