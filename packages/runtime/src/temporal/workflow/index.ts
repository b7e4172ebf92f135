// Runs in Temporal's sandbox: no clock, no randomness, no I/O, no import beyond @temporalio/workflow and types.
// Recorded histories replay against this file, so what it does to the history changes only behind `patched()`.
import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import {
  POKE_SIGNAL,
  type ShellActivities,
  type ShellCommand,
  type ShellState,
  type ShellStep,
} from '../shell-types.ts'

const HISTORY_LIMIT = 8_000
const ADVANCE_TIMEOUT_MS = 30_000
const DEFAULT_START_TO_CLOSE_MS = 24 * 3_600_000

const { advance } = proxyLocalActivities<Pick<ShellActivities, 'advance'>>({
  startToCloseTimeout: ADVANCE_TIMEOUT_MS,
  localRetryThreshold: ADVANCE_TIMEOUT_MS,
})

/**
 * Carries one run's commands out on Temporal: starts activities, sets timers, looks into the store when poked. All
 * decisions are made by `commit` in the store; the shell holds ids only and ends with the run.
 */
export async function tenonRun(start: ShellState): Promise<void> {
  const shell = new Shell(start)
  setHandler(defineSignal(POKE_SIGNAL), () => shell.poke())
  for (const { timerId, dueAt } of start.timers) shell.setTimer(timerId, dueAt)
  await shell.run()
  if (!shell.isClosed) await continueAsNew<typeof tenonRun>(shell.state())
}

class Shell {
  isClosed = false
  private cursor: number
  private isPoked = true
  private failure: unknown = null
  private readonly nodes = new Map<string, CancellationScope>()
  private readonly timers = new Map<string, { readonly dueAt: number; readonly scope: CancellationScope }>()

  constructor(private readonly start: ShellState) {
    this.cursor = start.cursor
  }

  poke(): void {
    this.isPoked = true
  }

  state(): ShellState {
    const timers = [...this.timers].map(([timerId, { dueAt }]) => ({ timerId, dueAt }))
    return { ...this.start, cursor: this.cursor, timers }
  }

  /** Until the run has ended, or the history is long and nothing is in flight. */
  async run(): Promise<void> {
    while (!this.isClosed) {
      await condition(() => this.isPoked || this.isClosed || this.failure !== null || this.shouldContinue())
      if (this.failure !== null) throw this.failure
      if (this.isPoked && !this.isClosed) {
        this.isPoked = false
        this.take(await advance({ ...this.ids(), timer: null }))
      } else if (this.shouldContinue()) {
        return
      }
    }
  }

  setTimer(timerId: string, dueAt: number): void {
    if (this.timers.has(timerId)) return
    const scope = new CancellationScope()
    this.timers.set(timerId, { dueAt, scope })
    this.detach(scope, async () => {
      await sleep(Math.max(1, dueAt - Date.now()))
      this.timers.delete(timerId)
      this.take(await CancellationScope.nonCancellable(() => advance({ ...this.ids(), timer: { timerId, dueAt } })))
    })
  }

  // Two steps may arrive out of order and overlap; the cursor and the seq of each command make them idempotent.
  private take(step: ShellStep): void {
    const known = this.cursor
    this.cursor = Math.max(this.cursor, step.cursor)
    for (const command of step.commands) if (command.seq > known) this.execute(command)
  }

  private execute(command: ShellCommand): void {
    switch (command.type) {
      case 'start_node':
        this.startNode(command)
        return
      case 'cancel_node':
        this.nodes.get(nodeKey(command))?.cancel()
        return
      case 'set_timer':
        this.setTimer(command.timerId, command.dueAt)
        return
      case 'clear_timer':
        this.timers.get(command.timerId)?.scope.cancel()
        this.timers.delete(command.timerId)
        return
      case 'close_run':
        this.isClosed = true
        for (const { scope } of this.timers.values()) scope.cancel()
        this.timers.clear()
        return
    }
  }

  private startNode(command: Extract<ShellCommand, { type: 'start_node' }>): void {
    const key = nodeKey(command)
    const scope = new CancellationScope()
    this.nodes.set(key, scope)
    const { executeNode } = proxyActivities<Pick<ShellActivities, 'executeNode'>>({
      ...(command.queue === null ? {} : { taskQueue: command.queue }),
      startToCloseTimeout: command.startToCloseMs ?? DEFAULT_START_TO_CLOSE_MS,
      heartbeatTimeout: command.heartbeatMs,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: command.summary,
      priority: { fairnessKey: this.start.fairnessKey },
      retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 },
    })
    this.detach(scope, async () => {
      const request = { ...this.ids(), nodeRunId: command.nodeRunId, pass: command.pass }
      try {
        this.take(await executeNode(request))
      } catch (error) {
        if (!isCancellation(error)) throw error
        this.take(await CancellationScope.nonCancellable(() => this.abandon(request)))
      } finally {
        this.nodes.delete(key)
      }
    })
  }

  private abandon(request: Parameters<ShellActivities['abandonNode']>[0]): Promise<ShellStep> {
    const { abandonNode } = proxyLocalActivities<Pick<ShellActivities, 'abandonNode'>>({
      startToCloseTimeout: ADVANCE_TIMEOUT_MS,
      localRetryThreshold: ADVANCE_TIMEOUT_MS,
    })
    return abandonNode({ ...request, cursor: this.cursor })
  }

  private detach(scope: CancellationScope, work: () => Promise<void>): void {
    scope.run(work).catch((error: unknown) => {
      if (!isCancellation(error)) this.failure = error
    })
  }

  private ids() {
    return { tenantId: this.start.tenantId, runId: this.start.runId, cursor: this.cursor }
  }

  private shouldContinue(): boolean {
    return workflowInfo().historyLength > HISTORY_LIMIT && this.nodes.size === 0
  }
}

function nodeKey(command: { readonly nodeRunId: string; readonly pass: number }): string {
  return `${command.nodeRunId}/${command.pass}`
}
