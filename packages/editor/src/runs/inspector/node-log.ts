import { isJsonObject, type Json } from '@tenon/core/document'
import type { ModelUsage, ToolCallRecord } from '@tenon/core/node'
import type { LogEntry } from '@tenon/core/run'

/** Response of a service that the node treats as a failure, as logged: credentials masked, the body truncated. */
export interface RefusedResponse {
  readonly status: number
  /** Beginning of the body; `null` if it is not text. */
  readonly body: string | null
}

/** Tool call with the attempt that has made it. */
export type LoggedToolCall = ToolCallRecord & { readonly pass: number; readonly attempt: number }

/** Facts about a node run that only the log contains. */
export interface NodeLogFacts {
  readonly toolCalls: readonly LoggedToolCall[]
  /** Tool calls of the last attempt; a part of `toolCalls`. */
  readonly lastToolCalls: readonly ToolCallRecord[]
  /** Refused response of the last attempt; `null` if there is none. */
  readonly refused: RefusedResponse | null
  readonly queue: string | null
  readonly worker: string | null
  readonly usage: ModelUsage | null
}

/** Collects the facts from the events up to `seq`. */
export function nodeLogFacts(entries: readonly LogEntry[], seq: number, nodeRunId: string): NodeLogFacts {
  const toolCalls: LoggedToolCall[] = []
  let lastAt = 0
  let refused: RefusedResponse | null = null
  let queue: string | null = null
  let worker: string | null = null
  let usage: NodeLogFacts['usage'] = null
  for (const entry of entries) {
    if (entry.seq > seq) break
    if (!('nodeRunId' in entry) || entry.nodeRunId !== nodeRunId) continue
    if (entry.type === 'tool_call') toolCalls.push(entry.data)
    if (entry.type === 'node_log' && entry.data.level === 'warn') refused = refusedIn(entry.data.data) ?? refused
    if (entry.type === 'node_scheduled' || entry.type === 'node_started') {
      lastAt = toolCalls.length
      refused = null
    }
    if (entry.type === 'node_started') {
      queue = entry.data.queue
      worker = entry.data.worker
    }
    if (entry.type === 'node_completed') usage = entry.data.usage ?? null
  }
  return { toolCalls, lastToolCalls: toolCalls.slice(lastAt), refused, queue, worker, usage }
}

function refusedIn(data: Json | undefined): RefusedResponse | null {
  if (!isJsonObject(data)) return null
  const { status, body } = data
  return typeof status === 'number' && (typeof body === 'string' || body === null) ? { status, body } : null
}
