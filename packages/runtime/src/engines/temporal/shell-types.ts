/**
 * Messages between the shell and its activities: ids, numbers and instants, never a tenant's content. Recorded histories
 * hold them, so every change here needs `patched()` and a recorded history of the old form.
 */
import type { PassRef, RunRef } from '../../store/run-ref.ts'

/** Name under which the shell is registered. */
export const SHELL_WORKFLOW = 'tenonRun'

/** Signal without data that wakes a shell: it reads its messages in the store. Recorded histories have it by this name. */
export const WAKE_SIGNAL = 'poke'

/** One command, derived from one decision; `seq` is the decision's and makes it idempotent. */
export type ShellCommand =
  | {
      readonly seq: number
      readonly type: 'start_node'
      readonly nodeRunId: string
      readonly pass: number
      readonly queue: string | null
      /** Summary for operators: type and id of the node. */
      readonly summary: string
      readonly startToCloseMs: number
      readonly heartbeatMs: number
      /** Longest wait for a worker of `queue`; only for nodes with a queue of their own. */
      readonly queueWaitMs?: number
    }
  | { readonly seq: number; readonly type: 'cancel_node'; readonly nodeRunId: string; readonly pass: number }
  | { readonly seq: number; readonly type: 'set_timer'; readonly timerId: string; readonly dueAt: number }
  | { readonly seq: number; readonly type: 'clear_timer'; readonly timerId: string }
  | { readonly seq: number; readonly type: 'close_run' }

export type StartNodeCommand = Extract<ShellCommand, { readonly type: 'start_node' }>

/** Commands after a cursor, and the cursor after them. */
export interface CommandPage {
  readonly cursor: number
  readonly commands: readonly ShellCommand[]
}

/** State of a shell: the argument of its start, and of each continuation as new. */
export interface ShellState extends RunRef {
  /** `seq` of the last event whose commands the shell knows. */
  readonly cursor: number
  /** Timers that are set, so that a continued shell sets them again. */
  readonly timers: readonly ShellTimer[]
  /** Node runs that the shell before this one has left to start. */
  readonly held: readonly StartNodeCommand[]
  /** Shares the queues fairly between tenants. */
  readonly fairnessKey: string
  /** Events of a history after which the shell continues as new. */
  readonly maxHistoryEvents: number
}

export interface ShellTimer {
  readonly timerId: string
  readonly dueAt: number
}

export interface ExecuteNodeRequest extends PassRef {
  readonly cursor: number
}

export interface UnservedNodeRequest extends ExecuteNodeRequest {
  readonly queue: string
  readonly waitMs: number
}

export interface AdvanceRequest extends RunRef {
  readonly cursor: number
  /** Timer that is due; null to apply the messages in the store. */
  readonly timer: ShellTimer | null
  /** True if an operator has asked Temporal to cancel the shell. */
  readonly isCanceled: boolean
}

export interface ShellActivities {
  /** Executes one node run with all of its attempts; fails only for a retry. */
  executeNode(request: ExecuteNodeRequest): Promise<CommandPage>
  /** Records that a node run was canceled before any worker had it. */
  abandonNode(request: ExecuteNodeRequest): Promise<CommandPage>
  /** Records that no worker took a node run from its queue in time. */
  failUnserved(request: UnservedNodeRequest): Promise<CommandPage>
  /** Applies messages from the store and due timers to the run. */
  advance(request: AdvanceRequest): Promise<CommandPage>
}
