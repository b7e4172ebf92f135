import type { ToolCallRecord } from '@tenon/core/node'
import type { LogEntry } from '@tenon/core/run'

/** Facts about a node run that only the log contains. */
export interface NodeLogFacts {
  readonly toolCalls: readonly ToolCallRecord[]
  readonly queue: string | null
  readonly worker: string | null
  readonly usage: { readonly model: string; readonly inputTokens: number; readonly outputTokens: number } | null
}

/** Collects the facts from the events up to `seq`. */
export function nodeLogFacts(entries: readonly LogEntry[], seq: number, nodeRunId: string): NodeLogFacts {
  const toolCalls: ToolCallRecord[] = []
  let queue: string | null = null
  let worker: string | null = null
  let usage: NodeLogFacts['usage'] = null
  for (const entry of entries) {
    if (entry.seq > seq) break
    if (!('nodeRunId' in entry) || entry.nodeRunId !== nodeRunId) continue
    if (entry.type === 'tool_call') toolCalls.push(entry.data)
    if (entry.type === 'node_started') {
      queue = entry.data.queue
      worker = entry.data.worker
    }
    if (entry.type === 'node_completed') usage = entry.data.usage ?? null
  }
  return { toolCalls, queue, worker, usage }
}
