import { implementInlineNode } from '@tenon/core/node'
import { tryDefinition } from './definition.ts'

export const tryNode = implementInlineNode(tryDefinition, (_params, { iterations }) => {
  const only = iterations?.at(-1)
  if (only === undefined) {
    const once = { items: null, count: 1, concurrency: 1, onFailure: 'collect', keep: 'last' } as const
    return { suspend: { kind: 'iterations', ...once } }
  }
  const { output, error } = only
  if (error === null) return { port: 'success', output: { result: output } }
  return { port: 'failed', output: { code: error.code, message: error.message } }
})
