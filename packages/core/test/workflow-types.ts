import { z } from 'zod'
import { defineNode } from '../src/node/define-node.ts'
import type { NodeDefinition, NodeManifest } from '../src/node/definition.ts'
import { toManifest } from '../src/node/manifest.ts'

const base = { version: 1, description: 'For tests', icon: 'M4 12h16', summary: 'For tests', effect: 'none' } as const
const done = [{ name: 'success', title: 'Done' }] as const
const anySchema = z.record(z.string(), z.unknown())

const start = defineNode({
  ...base,
  type: 'start',
  title: 'Start',
  category: 'trigger',
  control: 'trigger',
  inline: true,
  params: z.object({
    inputSchema: anySchema.default({ type: 'object', properties: {} }).meta({ control: 'json-schema', literal: true }),
  }),
  ports: [...done],
  outputs: { success: { fromParam: 'inputSchema' } },
})

const end = defineNode({
  ...base,
  type: 'end',
  title: 'End',
  category: 'flow',
  control: 'end',
  inline: true,
  params: z.object({ output: z.unknown().default('{{input}}').meta({ control: 'expression' }) }),
  ports: [],
  outputs: { end: z.unknown() },
})

const set = defineNode({
  ...base,
  type: 'set',
  title: 'Set',
  category: 'data',
  inline: true,
  params: z.object({
    fields: anySchema.default({}).meta({ control: 'key-value' }),
    only: z.string().optional().meta({ title: 'Only if', literal: true, expressionOver: 'trigger' }),
    sql: z.string().optional().meta({ title: 'SQL', literal: true, valuesIn: 'fields' }),
    query: z.string().optional().meta({ title: 'Query', literal: true, valuesIn: 'values' }),
    values: anySchema.optional().meta({ title: 'Values', control: 'key-value' }),
  }),
  ports: [...done],
  outputs: { success: { fromParam: 'fields', as: 'values' } },
})

const compared = z.object({ condition: z.boolean() })

const ifElse = defineNode({
  ...base,
  type: 'if-else',
  title: 'If',
  category: 'flow',
  inline: true,
  params: z.object({
    left: z.unknown().meta({ title: 'Value' }),
    operator: z.enum(['==', '!=', '>', '<', '>=', '<=', 'contains', 'exists']).default('==').meta({ literal: true }),
    right: z
      .unknown()
      .optional()
      .meta({ title: 'Compared with', comparesWith: { param: 'left', operator: 'operator' } }),
  }),
  ports: [
    { name: 'true', title: 'Yes' },
    { name: 'false', title: 'No' },
  ],
  outputs: { true: compared, false: compared },
})

const fork = defineNode({
  ...base,
  type: 'fork',
  title: 'Fork',
  category: 'flow',
  control: 'fork',
  inline: true,
  params: z.object({
    branches: z.array(z.object({ id: z.string(), title: z.string().default('') })).default([
      { id: 'a', title: 'A' },
      { id: 'b', title: 'B' },
    ]),
  }),
  ports: [{ each: 'params.branches', id: 'id', title: 'title' }],
  outputs: { '*': z.object({}) },
})

const join = defineNode({
  ...base,
  type: 'join',
  title: 'Join',
  category: 'flow',
  control: 'join',
  inline: true,
  params: z.object({}),
  ports: [...done],
  outputs: { success: z.object({}) },
})

const each = defineNode({
  ...base,
  type: 'each',
  title: 'Each',
  category: 'flow',
  control: 'loop',
  inline: true,
  params: z.object({
    items: z.array(z.unknown()).default([]).meta({ title: 'Items' }),
    onFailure: z.enum(['fail', 'collect']).default('fail').meta({ literal: true }),
  }),
  ports: [...done],
  outputs: { success: z.object({ results: z.array(z.unknown()), failures: z.array(z.object({ index: z.int() })) }) },
})

/** Runs the nodes inside it once, and has a port for their failure. */
const attempt = defineNode({
  ...base,
  type: 'attempt',
  title: 'Attempt',
  category: 'flow',
  control: 'scope',
  inline: true,
  params: z.object({}),
  ports: [
    { name: 'success', title: 'done' },
    { name: 'failed', title: 'failed' },
  ],
  outputs: { success: z.object({ result: z.unknown() }), failed: z.object({ code: z.string() }) },
})

const again = defineNode({
  ...base,
  type: 'again',
  title: 'Again',
  category: 'flow',
  control: 'loop',
  inline: true,
  params: z.object({
    after: z.boolean().default(false).meta({ literal: true }),
    condition: z
      .boolean()
      .optional()
      .meta({ title: 'Condition', late: { param: 'after', in: [true] } }),
  }),
  ports: [...done],
  outputs: { success: z.object({ rounds: z.int(), last: z.unknown() }) },
})

const leaving = (['break', 'continue'] as const).map((control) =>
  defineNode({
    ...base,
    type: control,
    title: control,
    category: 'flow',
    control,
    inline: true,
    params: z.object({ result: z.unknown().optional().meta({ title: 'Result' }) }),
    ports: [],
    outputs: { end: z.unknown() },
  }),
)

const decided = z.object({ decision: z.string(), comment: z.string().nullable() })

const approval = defineNode({
  ...base,
  type: 'approval',
  title: 'Approval',
  category: 'people',
  control: 'approval',
  inline: true,
  params: z.object({
    title: z.string().min(1).max(40).meta({ title: 'Question', control: 'text' }),
    required: z.number().int().min(1).default(1).meta({ title: 'Votes needed' }),
  }),
  ports: [
    { name: 'approve', title: 'approve' },
    { name: 'reject', title: 'reject' },
  ],
  outputs: { approve: decided, reject: decided },
})

const call = defineNode({
  ...base,
  type: 'acme/call',
  title: 'Call',
  category: 'action',
  effect: 'write',
  params: z.object({
    url: z.string().min(1).meta({ title: 'Address', control: 'text' }),
    method: z.enum(['GET', 'POST']).default('GET').meta({ literal: true }),
    mixed: z.union([z.string(), z.object({ n: z.number() })]).optional(),
    headers: z.record(z.string(), z.union([z.string(), z.number()]).meta({ sink: 'header' })).default({}),
    lines: z
      .array(z.object({ sku: z.string().regex(/^[A-Z]+$/), count: z.number().int().min(1) }))
      .max(3)
      .default([]),
  }),
  ports: [...done],
  outputs: { success: z.looseObject({ status: z.number(), body: z.unknown().optional() }) },
})

const ask = defineNode({
  ...base,
  type: 'acme/ask',
  title: 'Ask',
  category: 'ai',
  effect: 'read',
  params: z.object({
    prompt: z.string().min(1).meta({ title: 'Prompt', control: 'prompt' }),
    schema: anySchema.default({ type: 'object' }).meta({ control: 'json-schema', literal: true }),
  }),
  ports: [...done],
  outputs: { success: { fromParam: 'schema' } },
  policy: { onError: 'route' },
})

const single = defineNode({
  ...base,
  type: 'acme/single',
  title: 'Single',
  category: 'data',
  params: z.object({
    wait: z.string().optional(),
    mode: z.enum(['now', 'later']).default('now').meta({ literal: true }),
  }),
  inputs: [{ name: 'in', title: 'Only', maxEdges: 1 }, { name: 'other' }],
  ports: [...done],
  outputs: { success: z.object({ status: z.string(), at: z.object({ hour: z.number() }) }) },
  lint: [
    {
      code: 'WAIT_MISSING',
      severity: 'error',
      when: 'params.mode == "later" && (params?.wait ?? "") == ""',
      message: 'Say how long to wait',
      field: 'wait',
    },
    { code: 'WAIT_LONG', severity: 'warning', when: 'length(params.wait) > 5', message: 'That is long' },
  ],
})

const WORKFLOW_TYPES: readonly NodeDefinition[] = [
  start,
  end,
  set,
  ifElse,
  fork,
  join,
  each,
  again,
  ...leaving,
  attempt,
  approval,
  call,
  ask,
  single,
  { ...single, version: 2 },
]

/** A manifest with control nodes and some of everything else, for tests of the validator. */
export const workflowManifest = (): NodeManifest => toManifest(WORKFLOW_TYPES)
