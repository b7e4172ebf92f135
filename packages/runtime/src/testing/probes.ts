/** One recorded call of a probe's body. */
export interface ProbeCall {
  /** Run of the node. */
  readonly runId: string
  /** Node run that called the probe. */
  readonly nodeRunId: string
  /** Number of the attempt, from 1. */
  readonly attempt: number
  /** Key that is the same on every attempt of the node run. */
  readonly idempotencyKey: string
  /** Params with templates resolved. */
  readonly params: Readonly<Record<string, unknown>>
}

/** Recorded calls of the test nodes, and gates with which a test decides in which order bodies end. */
export interface Probes {
  /** Calls of all probes, oldest first. */
  readonly calls: readonly ProbeCall[]
  /** Returns the calls of one node of one run. */
  callsOf(runId: string, nodeRunId: string): readonly ProbeCall[]
  /** Opens the gate of a node, for a waiting body or a later one. */
  open(runId: string, nodeRunId: string): void
  /** Resolves when the body of a node waits at its gate, or has passed it. */
  reached(runId: string, nodeRunId: string): Promise<void>
  /** Aborted bodies, in order: `runId/nodeRunId`. */
  readonly aborted: readonly string[]
}

/** Probes with the methods that the nodes call. */
export interface ProbeRecorder extends Probes {
  record(call: ProbeCall): void
  recordAbort(runId: string, nodeRunId: string): void
  pass(runId: string, nodeRunId: string, abortSignal: AbortSignal): Promise<void>
}

interface Gate {
  readonly opened: Promise<void>
  readonly open: () => void
  readonly arrived: Promise<void>
  readonly arrive: () => void
}

export function createProbes(): ProbeRecorder {
  const calls: ProbeCall[] = []
  const aborted: string[] = []
  const gates = new Map<string, Gate>()
  const gateOf = (runId: string, nodeRunId: string): Gate => {
    const key = `${runId}/${nodeRunId}`
    const gate = gates.get(key) ?? createGate()
    gates.set(key, gate)
    return gate
  }
  return {
    calls,
    aborted,
    callsOf: (runId, nodeRunId) => calls.filter((call) => call.runId === runId && call.nodeRunId === nodeRunId),
    open: (runId, nodeRunId) => gateOf(runId, nodeRunId).open(),
    reached: (runId, nodeRunId) => gateOf(runId, nodeRunId).arrived,
    record: (call) => void calls.push(call),
    recordAbort: (runId, nodeRunId) => void aborted.push(`${runId}/${nodeRunId}`),
    pass: async (runId, nodeRunId, abortSignal) => {
      const gate = gateOf(runId, nodeRunId)
      gate.arrive()
      await new Promise<void>((resolve, reject) => {
        abortSignal.addEventListener('abort', () => reject(abortSignal.reason), { once: true })
        void gate.opened.then(resolve)
      })
    },
  }
}

function createGate(): Gate {
  let open = (): void => undefined
  let arrive = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  return { opened, open, arrived, arrive }
}
