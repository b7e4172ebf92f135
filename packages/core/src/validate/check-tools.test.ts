import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { applyOperations } from '../document/apply-operations.ts'
import type { Json, JsonObject } from '../json.ts'
import { defineNode } from '../node/define-node.ts'
import { toManifest } from '../node/manifest.ts'
import { toolsParam } from '../node/tools.ts'
import { node, workflow } from '../testing/document-builder.ts'
import { validateWorkflow } from './validate-workflow.ts'

const common = {
  description: 'For a test',
  icon: 'M4 12h16',
  category: 'action',
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({}) },
  effect: 'read',
} as const

const agent = defineNode({
  ...common,
  type: 'acme/agent',
  version: 1,
  title: 'Agent',
  summary: 'Works',
  callsFrom: 'tools',
  params: z.object({ prompt: z.string().default(''), tools: toolsParam }),
})

const search = (version: number) =>
  defineNode({
    ...common,
    type: 'acme/search',
    version,
    title: 'Search',
    summary: '{query}',
    tool: { name: 'search', description: 'Searches' },
    params: z.object({
      kind: z.enum(['orders', 'people']).default('orders').meta({ title: 'Kind', literal: true }),
      query: z.string().min(1).meta({ title: 'Query', sink: 'json' }),
      headers: z.record(z.string(), z.string().meta({ sink: 'header' })).default({}),
      limit: z.number().int().max(50).default(10).meta({ title: 'Limit' }),
      key: z.string().optional().meta({ title: 'Key', control: 'password', secret: true }),
    }),
    lint: [
      { code: 'ODD', severity: 'warning', when: 'params.limit == 13', message: 'That is odd' },
      { code: 'TOO_MANY', severity: 'warning', when: 'params.limit > 40', message: 'That is a lot', field: 'limit' },
    ],
  })

const plain = defineNode({
  ...common,
  type: 'acme/plain',
  version: 1,
  title: 'Plain',
  summary: '{text}',
  params: z.object({ text: z.string().default('') }),
})

const manifest = toManifest([agent, search(1), search(2), plain])
const tool = (fields: JsonObject = {}): JsonObject => ({
  ...{ name: 'search', nodeType: 'acme/search', typeVersion: 2 },
  ...{ params: { query: '"x"' }, open: {}, approval: 'never' },
  ...fields,
})

function documentOf(tools: Json) {
  return workflow([node('agent', 'acme/agent', { tools })], [])
}

function issuesOf(tools: Json) {
  const other = new Set(['TRIGGER_MISSING', 'END_MISSING', 'NODE_UNREACHABLE', 'PORT_UNCONNECTED', 'DEAD_END'])
  return validateWorkflow(documentOf(tools), manifest).filter(({ code }) => !other.has(code))
}

const found = (tools: Json) => issuesOf(tools).map(({ code, field }) => [code, field])

describe('checkTools', () => {
  test('accepts a tool whose params are fixed or left to the model', () => {
    expect(found([tool(), tool({ name: 'b', params: {}, open: { query: { description: 'Words' } } })])).toEqual([])
    expect(found([])).toEqual([])
  })

  test('refuses tools that an expression names', () => {
    expect(found('{{input.tools}}')).toContainEqual(['TOOLS_INVALID', 'params.tools'])
  })

  test('leaves entries that name no node type to the schema of the param', () => {
    expect(found([7, { name: 'x' }]).every(([code]) => code === 'PARAM_INVALID' || code === 'PARAM_REQUIRED')).toBe(
      true,
    )
  })

  test('refuses unknown types, and offers the latest version of known ones', () => {
    expect(found([tool({ nodeType: 'acme/none' })])).toEqual([['TOOL_TYPE_UNKNOWN', 'params.tools.0.nodeType']])
    const old = issuesOf([tool({ typeVersion: 9 })])
    expect(
      issuesOf([tool({ typeVersion: 9, name: '' })])
        .map(({ message }) => message)
        .join(),
    ).toContain('tool "1"')
    expect(old).toMatchObject([
      { code: 'TOOL_TYPE_UNKNOWN', field: 'params.tools.0.typeVersion', values: { latest: 2 } },
    ])
    const repaired = applyOperations(documentOf([tool({ typeVersion: 9 })]), old[0]?.fix?.operations ?? [])
    expect(repaired.nodes[0]?.params.tools).toEqual([tool()])
  })

  test('refuses types that cannot be tools', () => {
    const types = [{ nodeType: 'acme/plain' }, { nodeType: 'acme/agent' }].map((type) =>
      tool({ ...type, typeVersion: 1 }),
    )
    expect(issuesOf(types.slice(0, 1))).toMatchObject([
      { code: 'TOOL_TYPE_INVALID', message: expect.stringContaining('it is not meant for models') },
    ])
    expect(found(types.slice(1))).toEqual([['TOOL_TYPE_INVALID', 'params.tools.0.nodeType']])
  })

  test('refuses a name that is used twice, and offers a free one', () => {
    const tools = [tool(), tool(), tool({ name: 'search_2' })]
    const issues = issuesOf(tools)
    expect(issues).toMatchObject([{ code: 'TOOL_NAME_DUPLICATE', field: 'params.tools.1.name' }])
    const [first] = issues
    const repaired = applyOperations(documentOf(tools), first?.fix?.operations ?? [])
    expect(repaired.nodes[0]?.params.tools).toMatchObject([{}, { name: 'search_3' }, {}])
  })

  test('reports params that are missing, invalid, unknown or written as an expression where none is evaluated', () => {
    expect(found([tool({ params: {} })])).toEqual([['PARAM_REQUIRED', 'params.tools.0.params.query']])
    expect(found([tool({ params: { query: '"x"', limit: 41 } })])).toEqual([
      ['TOO_MANY', 'params.tools.0.params.limit'],
    ])
    expect(found([tool({ params: { query: '"x"', limit: 13 } })])).toEqual([['ODD', 'params.tools.0']])
    expect(found([tool({ params: { query: '{' } })])).toEqual([['TEMPLATE_INVALID', 'params.tools.0.params.query']])
    expect(found([tool({ params: { query: '"x"', kind: '{{run.id}}' } })])).toContainEqual([
      'PARAM_LITERAL',
      'params.tools.0.params.kind',
    ])
    expect(found([tool({ params: { query: '"x"', headers: { host: 'x' } } })])).toEqual([
      ['HEADER_RESERVED', 'params.tools.0.params.headers.host'],
    ])
    const tools = [tool(), tool({ name: 'b', params: { query: '"x"', limit: 90, lmit: 1 } })]
    const issues = issuesOf(tools)
    expect(issues.map(({ code }) => code).sort()).toEqual(['PARAM_INVALID', 'PARAM_UNKNOWN', 'TOO_MANY'])
    const fixes = issues.flatMap(({ fix }) => fix?.operations ?? [])
    expect(applyOperations(documentOf(tools), fixes).nodes[0]?.params.tools).toMatchObject([
      { params: { query: '"x"' } },
      { params: { query: '"x"', limit: 50 } },
    ])
  })

  test('refuses to leave to the model what only an author can set, and secrets', () => {
    const open = { kind: {}, key: {}, none: {}, query: {} }
    expect(found([tool({ open })])).toEqual([
      ['TOOL_PARAM_INVALID', 'params.tools.0.open.kind'],
      ['TOOL_PARAM_INVALID', 'params.tools.0.open.key'],
      ['TOOL_PARAM_INVALID', 'params.tools.0.open.none'],
      ['TOOL_PARAM_INVALID', 'params.tools.0.open.query'],
    ])
    expect(found([tool({ params: { query: '"x"', key: 'abc' } })])).toEqual([
      ['TOOL_PARAM_INVALID', 'params.tools.0.params.key'],
    ])
  })

  test('refuses a condition of an approval that cannot be read', () => {
    const when = (approvalWhen: Json) => found([tool({ approval: 'when', approvalWhen })])
    expect(when('args.query == "x"')).toEqual([])
    expect(when('args.')).toEqual([['TOOL_APPROVAL_INVALID', 'params.tools.0.approvalWhen']])
    expect(when(' ')).toEqual([['TOOL_APPROVAL_INVALID', 'params.tools.0.approvalWhen']])
    expect(found([tool({ approval: 'when' })])).toEqual([['TOOL_APPROVAL_INVALID', 'params.tools.0.approvalWhen']])
  })
})
