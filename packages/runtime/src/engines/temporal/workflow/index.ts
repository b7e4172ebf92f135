// Runs in Temporal's sandbox: no clock, no randomness, no I/O, no import beyond @temporalio/workflow and types.
// Recorded histories replay against this file, so changes that affect the history need `patched()`.
import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow'
import {
  type CommandPage,
  type ShellActivities,
  type ShellCommand,
  type ShellState,
  type ShellTimer,
  type StartNodeCommand,
  WAKE_SIGNAL,
} from '../shell-types.ts'

const LOCAL_TIMEOUT_MS = 30_000

const { advance, abandonNode, failUnserved } = proxyLocalActivities<
  Pick<ShellActivities, 'advance' | 'abandonNode' | 'failUnserved'>
>({
  startToCloseTimeout: LOCAL_TIMEOUT_MS,
  localRetryThreshold: LOCAL_TIMEOUT_MS,
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 30_000 },
})

/**
 * Executes the commands of one run on Temporal: starts activities, sets timers, reads the store when woken. All
 * decisions are made by `commit` in the store; the shell holds ids only and ends with the run.
 */
export async function tenonRun(start: ShellState): Promise<void> {
  const shell = new Shell(start)
  setHandler(defineSignal(WAKE_SIGNAL), () => shell.wake())
  // The store also decides cancelations: the shell asks it, and continues until the run has ended.
  CancellationScope.current().cancelRequested.catch(() => shell.askToCancel())
  await CancellationScope.nonCancellable(() => shell.run())
  if (!shell.isClosed) await continueAsNew<typeof tenonRun>(shell.state())
}

class Shell {
  isClosed = false
  private cursor: number
  private isWoken = true
  private isCanceled = false
  private failure: { readonly error: unknown } | null = null
  /** Activities and local activities in flight. */
  private inFlight = 0
  private readonly nodes = new Map<string, CancellationScope>()
  /** Node runs that the next shell starts, since this one's history is full. */
  private readonly held = new Map<string, StartNodeCommand>()
  private readonly timers = new Map<string, { readonly dueAt: number; readonly scope: CancellationScope }>()

  private root = CancellationScope.current()

  constructor(private readonly start: ShellState) {
    this.cursor = start.cursor
  }

  wake(): void {
    this.isWoken = true
  }

  askToCancel(): void {
    this.isCanceled = true
    this.isWoken = true
  }

  state(): ShellState {
    const timers = [...this.timers].map(([timerId, { dueAt }]) => ({ timerId, dueAt }))
    return { ...this.start, cursor: this.cursor, timers, held: [...this.held.values()] }
  }

  /** Runs until the run has ended, or the history is long and no activity is in flight. */
  async run(): Promise<void> {
    this.root = CancellationScope.current()
    for (const timer of this.start.timers) this.setTimer(timer)
    for (const command of this.start.held) this.startNode(command)
    while (!this.isClosed) {
      await condition(() => this.isWoken || this.isClosed || this.failure !== null || this.shouldContinue())
      if (this.failure !== null) throw this.failure.error
      if (this.isClosed || !this.isWoken) return
      this.isWoken = false
      await this.advance(null)
    }
  }

  private setTimer({ timerId, dueAt }: ShellTimer): void {
    if (this.timers.has(timerId)) return
    const scope = this.newScope()
    this.timers.set(timerId, { dueAt, scope })
    this.detach(scope, async () => {
      await sleep(Math.max(1, dueAt - Date.now()))
      this.timers.delete(timerId)
      await CancellationScope.nonCancellable(() => this.advance({ timerId, dueAt }))
    })
  }

  private clearTimer(timerId: string): void {
    this.timers.get(timerId)?.scope.cancel()
    this.timers.delete(timerId)
  }

  private async advance(timer: ShellTimer | null): Promise<void> {
    await this.follow(() => advance({ ...this.ids(), timer, isCanceled: this.isCanceled }))
  }

  // Pages may arrive out of order and overlap; the cursor and the seq of each command make them idempotent.
  private async follow(ask: () => Promise<CommandPage>): Promise<void> {
    this.inFlight += 1
    try {
      const page = await ask()
      const known = this.cursor
      this.cursor = Math.max(known, page.cursor)
      for (const command of page.commands) if (command.seq > known) this.execute(command)
    } finally {
      this.inFlight -= 1
    }
  }

  private execute(command: ShellCommand): void {
    switch (command.type) {
      case 'start_node':
        this.startNode(command)
        return
      case 'cancel_node':
        this.cancelNode(command)
        return
      case 'set_timer':
        this.setTimer(command)
        return
      case 'clear_timer':
        this.clearTimer(command.timerId)
        return
      case 'close_run':
        this.isClosed = true
        for (const timerId of [...this.timers.keys()]) this.clearTimer(timerId)
        return
    }
  }

  private startNode(command: StartNodeCommand): void {
    const { nodeRunId, pass, queue, queueWaitMs } = command
    const key = nodeKey(command)
    if (this.isFull()) {
      this.held.set(key, command)
      return
    }
    const scope = this.newScope()
    this.nodes.set(key, scope)
    const { executeNode } = proxyActivities<Pick<ShellActivities, 'executeNode'>>({
      ...(queue === null ? {} : { taskQueue: queue }),
      // A replay does not compare the timeouts of an activity.
      ...(queueWaitMs === undefined ? {} : { scheduleToStartTimeout: queueWaitMs }),
      startToCloseTimeout: command.startToCloseMs,
      heartbeatTimeout: command.heartbeatMs,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: command.summary,
      priority: { fairnessKey: this.start.fairnessKey },
      retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000 },
    })
    this.detach(scope, async () => {
      try {
        await this.follow(() => executeNode({ ...this.ids(), nodeRunId, pass }))
      } catch (error) {
        if (queue !== null && queueWaitMs !== undefined && isUnserved(error)) {
          const request = { ...this.ids(), nodeRunId, pass, queue, waitMs: queueWaitMs }
          await CancellationScope.nonCancellable(() => this.follow(() => failUnserved(request)))
          return
        }
        // Canceled between two attempts, or its worker died while it was asked to stop: no worker runs it any more.
        if (!scope.consideredCancelled) throw error
        await CancellationScope.nonCancellable(() => this.abandon(command))
      } finally {
        this.nodes.delete(key)
      }
    })
  }

  private cancelNode(command: Pick<StartNodeCommand, 'nodeRunId' | 'pass'>): void {
    const key = nodeKey(command)
    if (this.held.delete(key)) this.detach(this.newScope(), () => this.abandon(command))
    else this.nodes.get(key)?.cancel()
  }

  private async abandon({ nodeRunId, pass }: Pick<StartNodeCommand, 'nodeRunId' | 'pass'>): Promise<void> {
    await this.follow(() => abandonNode({ ...this.ids(), nodeRunId, pass }))
  }

  // Not below the scope of the command that it follows from: what undoes a canceled node is not canceled with it.
  private newScope(): CancellationScope {
    const current = CancellationScope.current()
    // Shells before this patch canceled what follows, and asked the store to abandon it.
    const isBelow = current.consideredCancelled && !patched('scopes-of-the-run')
    return new CancellationScope({ cancellable: true, parent: isBelow ? current : this.root })
  }

  private detach(scope: CancellationScope, work: () => Promise<void>): void {
    scope.run(work).catch((error: unknown) => {
      if (!isCancellation(error)) this.failure = { error }
    })
  }

  private ids() {
    return { tenantId: this.start.tenantId, runId: this.start.runId, cursor: this.cursor }
  }

  private shouldContinue(): boolean {
    return this.inFlight === 0 && this.isFull()
  }

  private isFull(): boolean {
    return workflowInfo().historyLength > this.start.maxHistoryEvents
  }
}

function nodeKey(command: Pick<StartNodeCommand, 'nodeRunId' | 'pass'>): string {
  return `${command.nodeRunId}/${command.pass}`
}

/** Checks whether no worker has taken an activity from its queue in time; Temporal does not retry it. */
function isUnserved(error: unknown): boolean {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof TimeoutFailure)) return false
  return error.cause.timeoutType === 'SCHEDULE_TO_START'
}
