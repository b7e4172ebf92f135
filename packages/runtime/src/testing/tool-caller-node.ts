import type { JsonObject } from '@tenon/core/document'
import { type AnyNodeImplementation, defineNode, implementNode, toolsParam } from '@tenon/core/node'
import { z } from 'zod'
import { shortResult } from './caller-node.ts'
import { anything, common } from './test-node-fields.ts'

const toolCaller = defineNode({
  ...common,
  type: 'tool-caller',
  title: 'Tool caller',
  callsFrom: 'tools',
  params: z.object({
    tools: toolsParam,
    /** Params of each call by the name of its tool, as a model would give them. */
    args: z.record(z.string(), anything).default({}).meta({ literal: true }),
    isApproved: z.boolean().default(false),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({ results: z.array(z.unknown()), schemas: z.array(z.unknown()) }) },
})

/** Node that calls each of its tools once, with whatever params it is asked to. */
export const toolCallerNode: AnyNodeImplementation = implementNode(
  toolCaller,
  async ({ params, resume, describeType }) => {
    if (resume?.kind === 'calls') {
      const types = params.tools.map(({ nodeType, typeVersion }) => describeType(nodeType, typeVersion)?.title ?? null)
      return { port: 'success', output: { results: resume.results.map(shortResult), schemas: types } }
    }
    const calls = params.tools.map(({ name, nodeType, typeVersion, params: fixed }) => ({
      ...{ callId: name, nodeType, typeVersion, title: name },
      params: { ...(fixed as JsonObject), ...(params.args[name] as JsonObject | undefined) },
      policy: { retry: { maximumAttempts: 1 } },
      ...(params.isApproved ? { approval: { isEditable: true } } : {}),
    }))
    return { suspend: { kind: 'calls', mode: 'all', calls } }
  },
)
