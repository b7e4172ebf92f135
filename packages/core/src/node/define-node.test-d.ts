import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import { greet, route } from '../../test/node-definitions.ts'
import { checkParams } from './check-params.ts'
import { defineNode } from './define-node.ts'
import type { NodeParams, NodeResult } from './definition.ts'
import { implementInlineNode, implementNode } from './implement-node.ts'
import type { AnyNodeImplementation } from './implementation.ts'
import type { ModelUsage } from './language-model.ts'

const common = {
  type: 'acme/x',
  version: 1,
  title: 'X',
  description: 'X',
  icon: 'M0 0',
  category: 'data',
  summary: '',
  effect: 'none',
} as const

// Params and results follow from the schemas alone.
expectTypeOf<NodeParams<typeof greet>>().toEqualTypeOf<{ name: string; times: number }>()
expectTypeOf<NodeResult<typeof greet>>().toEqualTypeOf<{
  readonly port: 'success'
  readonly output: { greeting: string }
  readonly usage?: ModelUsage
}>()
expectTypeOf(checkParams(greet, {})).toEqualTypeOf<{ name: string; times: number }>()
expectTypeOf<NodeResult<typeof route>['port']>().toEqualTypeOf<string>()

// An implementation fits wherever any implementation is asked for.
expectTypeOf(
  implementNode(greet, async ({ params }) => {
    expectTypeOf(params.times).toEqualTypeOf<number>()
    return { port: 'success', output: { greeting: params.name } }
  }),
).toExtend<AnyNodeImplementation>()
expectTypeOf(
  implementInlineNode(route, (params) => ({ port: params.cases[0]?.id ?? 'default', output: { taken: 'a' } })),
).toExtend<AnyNodeImplementation>()
implementNode(greet, async () => ({ suspend: { kind: 'time', dueAt: 1 } }))

// Literal ports survive several returns and a parameter that takes any implementation.
const twoWays = defineNode({
  ...common,
  params: z.object({ n: z.number() }),
  ports: [
    { name: 'found', title: '' },
    { name: 'unknown', title: '' },
  ],
  outputs: { found: z.object({ a: z.string() }), unknown: z.object({}) },
})
const asAny: readonly AnyNodeImplementation[] = [
  implementNode(twoWays, async ({ params }) => {
    if (params.n > 1) return { port: 'found', output: { a: 'x' } }
    return { port: 'unknown', output: {} }
  }),
]
expectTypeOf(asAny).toEqualTypeOf<readonly AnyNodeImplementation[]>()
// @ts-expect-error: a wrong port does not pass there either
const wrong: AnyNodeImplementation = implementNode(twoWays, async () => ({ port: 'lost', output: {} }))
expectTypeOf(wrong).toEqualTypeOf<AnyNodeImplementation>()

// @ts-expect-error: greet has no port "ok"
implementNode(greet, async () => ({ port: 'ok', output: { greeting: '' } }))
// @ts-expect-error: the reserved port cannot be returned
implementNode(greet, async () => ({ port: 'error', output: { greeting: '' } }))
// @ts-expect-error: greeting is a text
implementNode(greet, async () => ({ port: 'success', output: { greeting: 1 } }))
// @ts-expect-error: greeting is missing
implementNode(greet, async () => ({ port: 'success', output: {} }))
// @ts-expect-error: greet has no param "surname"
implementNode(greet, async ({ params }) => ({ port: 'success', output: { greeting: params.surname } }))
// @ts-expect-error: an inline node answers at once
implementInlineNode(route, async () => ({ port: 'default', output: {} }))

defineNode({
  ...common,
  params: z.object({}),
  // @ts-expect-error: the port has no output schema
  ports: [{ name: 'done', title: 'Done' }],
  outputs: { success: z.object({}) },
})
defineNode({
  ...common,
  params: z.object({}),
  ports: [{ name: 'success', title: 'Done' }],
  // @ts-expect-error: "error" is reserved
  outputs: { success: z.object({}), error: z.object({}) },
})
// @ts-expect-error: params is an object schema
defineNode({ ...common, params: z.string(), ports: [], outputs: {} })

// Outputs without fields, and with optional fields alone, take an empty object.
const loose = defineNode({
  ...common,
  params: z.object({}),
  ports: [
    { name: 'empty', title: '' },
    { name: 'optional', title: '' },
  ],
  outputs: { empty: z.object({}), optional: z.object({ a: z.string().optional(), b: z.number().default(1) }) },
})
implementNode(loose, async () => ({ port: 'empty', output: {} }))
implementNode(loose, async () => ({ port: 'optional', output: {} }))
implementNode(loose, async () => ({ port: 'optional', output: { a: 'x' } }))
implementNode(loose, async () =>
  Math.random() > 1 ? { port: 'empty', output: {} } : { port: 'optional', output: { b: 2 } },
)
// @ts-expect-error: a is a text
implementNode(loose, async () => ({ port: 'optional', output: { a: 1 } }))

defineNode({
  ...common,
  // @ts-expect-error: JSON has no dates
  params: z.object({ at: z.date() }),
  ports: [],
  outputs: {},
})
