import type { Json, JsonObject } from '@tenon/core/document'
import { type AnyNodeImplementation, type CallResult, defineNode, implementNode } from '@tenon/core/node'
import { z } from 'zod'
import type { ProbeRecorder } from './probes.ts'
import { anything, common } from './test-node-fields.ts'

const call = z.object({
  callId: z.string(),
  nodeType: z.enum(['probe', 'caller', 'child', 'set']).default('probe'),
  params: anything.default({}),
  /** Asks for an approval, in which the params can be changed. */
  isApproved: z.boolean().default(false),
  policy: anything.optional(),
})

const caller = defineNode({
  ...common,
  type: 'caller',
  title: 'Caller',
  calls: [
    { type: 'probe', version: 1 },
    { type: 'caller', version: 1 },
    { type: 'child', version: 1 },
  ],
  params: z.object({
    /** Calls of each pass but the last. */
    rounds: z.array(z.object({ calls: z.array(call), mode: z.enum(['all', 'any']).default('all') })),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: z.object({ results: z.array(z.unknown()) }) },
})

/** Creates the node that calls others in rounds, and puts out the results of all rounds. */
export function callerNode(probes: ProbeRecorder): AnyNodeImplementation {
  return implementNode(caller, async ({ params, resume, runId, nodeRunId, attempt, idempotencyKey }) => {
    probes.record({ runId, nodeRunId, attempt, idempotencyKey, params })
    const earlier = resume?.kind === 'calls' ? (resume.state?.value as readonly Json[]) : []
    const results = resume?.kind === 'calls' ? [...earlier, resume.results.map(shortResult)] : []
    const next = params.rounds[results.length]
    if (next === undefined) return { port: 'success', output: { results } }
    const calls = next.calls.map(({ callId, nodeType, params: given, isApproved, policy }) => ({
      ...{ callId, nodeType, typeVersion: 1, title: `Call ${callId}` },
      params: given as JsonObject,
      ...(isApproved ? { approval: { isEditable: true } } : {}),
      ...(policy === undefined ? {} : { policy }),
    }))
    return { suspend: { kind: 'calls', mode: next.mode, calls, state: { version: 1, value: results } } }
  })
}

/** Shortens the result of a call for an output. */
export function shortResult(result: CallResult): Json {
  const { callId, status, editedParams } = result
  const edited = editedParams === null ? {} : { editedParams }
  if (result.status !== 'completed') return { callId, status, code: result.error.code, ...edited }
  return { callId, status, output: result.output, ...edited }
}
