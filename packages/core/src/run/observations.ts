import type { NodeRunId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { LogLevel, ToolCallRecord } from '../node/implementation.ts'
import type { RunFailure, ValueRef } from './values.ts'

/** Information for people; the machine ignores it. */
export type Observation =
  | {
      readonly type: 'node_started'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly attempt: number
        readonly input: ValueRef
        readonly worker: string
        readonly queue: string | null
      }
    }
  | {
      readonly type: 'node_error'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly attempt: number
        readonly error: RunFailure
        readonly nextAt: number | null
        readonly durationMs: number
        /** True if a secret of the node could not be read yet: its body was not called, and the attempt does not count. */
        readonly isHeld?: boolean
      }
    }
  | {
      readonly type: 'attempt_lost'
      readonly nodeRunId: NodeRunId
      readonly data: { readonly pass: number; readonly attempt: number; readonly nextAt: number }
    }
  | {
      readonly type: 'tool_call'
      readonly nodeRunId: NodeRunId
      readonly data: ToolCallRecord & { readonly pass: number; readonly attempt: number }
    }
  | {
      readonly type: 'node_log'
      readonly nodeRunId: NodeRunId
      readonly data: {
        /** ISO 8601 UTC. */
        readonly timestamp: string
        readonly level: LogLevel
        readonly message: string
        readonly data?: Json
      }
    }
  | {
      /** Result of a call inside a node that later attempts do not repeat. */
      readonly type: 'node_journaled'
      readonly nodeRunId: NodeRunId
      readonly data: {
        readonly pass: number
        readonly attempt: number
        readonly key: string
        readonly value: ValueRef
      }
    }
