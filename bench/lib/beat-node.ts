import type { WorkflowDocument } from '@tenon/core/document'
import { type AnyNodeImplementation, defineNode, implementNode, type LanguageModel } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { z } from 'zod'

const beat = defineNode({
  type: 'beat',
  version: 1,
  title: 'Beat',
  description: 'Only reports its calls',
  icon: 'M4 12h16',
  category: 'action',
  params: z.object({ count: z.number().optional() }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.object({ count: z.number() }) },
  summary: 'Beats',
  effect: 'write',
  tool: { name: 'beat', description: 'Only reports its calls' },
})

/** A node with a side effect whose body is empty, so that only the engine takes time; it reports its calls. */
export function beatNode(onBeat: (runId: string) => void): AnyNodeImplementation {
  return implementNode(beat, async ({ runId, params }) => {
    onBeat(runId)
    return { port: 'success', output: { count: (params.count ?? 0) + 1 } }
  })
}

/** A chain in which each node reads what the one before it gave. */
export function beatChain(length: number): WorkflowDocument {
  return chainOf(Array.from({ length }, () => 'beat'))
}

/** The same chain of `set` nodes, which run inside the engine's commit. */
export function setChain(length: number): WorkflowDocument {
  return chainOf(Array.from({ length }, () => 'set'))
}

const PARAMS = {
  beat: { count: '{{ input.count }}' },
  set: { fields: { count: '{{ input.count + 1 }}' } },
} as const

/** A chain of these types, from a start to an end. */
export function chainOf(types: readonly (keyof typeof PARAMS)[]): WorkflowDocument {
  const inner = types.map((type, index) => node(`n${index + 1}`, type, PARAMS[type]))
  const nodes = [node('start', 'start'), ...inner, node('end', 'end')]
  return workflow(
    nodes,
    nodes.slice(1).map(({ id }, index) => `${nodes[index]?.id}>${id}`),
  )
}

/** A loop over so many items, whose iterations are one beat each. */
export function beatLoop(length: number, concurrency: number): WorkflowDocument {
  const items = Array.from({ length }, (_, index) => index)
  return workflow(
    [
      node('start', 'start'),
      node('each', 'for-each', { items, concurrency }),
      node('n1', 'beat', { count: '{{ index }}' }, { parentId: 'each' }),
      node('end', 'end'),
    ],
    ['start>each', 'each>end'],
  )
}

/** An agent that calls a beat in each of so many rounds, and then answers; it needs a {@link beatModel}. */
export function beatAgent(rounds: number): WorkflowDocument {
  const tools = [{ name: 'beat', nodeType: 'beat', typeVersion: 1, open: { count: {} } }]
  return workflow(
    [
      node('start', 'start'),
      node('agent', 'agent', { prompt: String(rounds), tools, maxRounds: rounds + 1 }),
      node('end', 'end'),
    ],
    ['start>agent', 'agent>end'],
  )
}

/** A model that answers at once: it calls the tool `beat` as often as the task says, once in each round. */
export function beatModel(): LanguageModel {
  return {
    models: [{ id: 'beats' }],
    generate: async ({ messages }) => {
      const task = messages.find(({ role }) => role === 'user')
      const called = messages.filter(({ role }) => role === 'tool').length
      const common = { model: 'beats', usage: { inputTokens: 10, outputTokens: 5 } } as const
      if (called >= Number(task?.content)) return { ...common, text: 'Done' }
      const call = { id: `call_${called}`, name: 'beat', arguments: JSON.stringify({ count: called }) }
      return { ...common, text: '', toolCalls: [call], finishReason: 'tool-calls' }
    },
  }
}
