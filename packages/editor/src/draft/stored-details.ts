import type { TenonClient, Workflow } from '@tenon/core/client'
import { canRetry, retryLater } from '../instance/retry-later.ts'
import type { WorkflowDetails } from '../session/workflow-details.ts'
import type { EditorStore } from '../store/editor-store.ts'

const FIRST_PAUSE_MS = 1_000

interface StoredDetailsDeps {
  readonly store: EditorStore
  readonly client: () => TenonClient
  readonly workflowId: string
  /** Called when a change was refused for good and is reverted. */
  readonly onRefused: (error: unknown) => void
}

/** Syncs name and description of a workflow with the server. */
export interface StoredDetails {
  /** Shows a change at once and stores it; changes made meanwhile follow in one request. */
  readonly update: (changes: Partial<WorkflowDetails>) => void
  /** Applies the details of the server; pending changes remain visible. */
  readonly accept: (stored: Workflow) => void
  /** Starts retries of failed requests. Returns a function that stops them; a request in progress is still sent. */
  readonly start: () => () => void
}

/** Creates the sync; one request at a time, so that responses cannot overtake each other. */
export function createStoredDetails({ store, client, workflowId, onRefused }: StoredDetailsDeps): StoredDetails {
  /** Details on the server. */
  let stored: WorkflowDetails | null = null
  let waiting: Partial<WorkflowDetails> = {}
  let sent: Partial<WorkflowDetails> | null = null
  let failures = 0
  let endPause = (): void => {}
  let isStarted = false

  const hasWaiting = () => Object.keys(waiting).length > 0
  const show = (workflow: Workflow | null) => {
    if (workflow === null) return
    store.setState({
      workflow: { ...workflow, ...stored, ...sent, ...waiting },
      isStoringDetails: sent !== null || hasWaiting(),
    })
  }
  const send = async () => {
    if (sent !== null || !hasWaiting()) return
    sent = waiting
    waiting = {}
    let answer: Workflow | null = null
    try {
      answer = await client().workflows.update(workflowId, sent, { keepalive: true })
      stored = { name: answer.name, description: answer.description }
      failures = 0
    } catch (error) {
      if (canRetry(error)) {
        waiting = { ...sent, ...waiting }
        failures += 1
      } else {
        failures = 0
        onRefused(error)
      }
    }
    sent = null
    show(answer ?? store.getState().workflow)
    if (failures === 0) void send()
    else if (isStarted) pause()
  }
  const pause = () => {
    endPause = retryLater(() => void send(), { failures, firstPauseMs: FIRST_PAUSE_MS })
  }
  return {
    update: (changes) => {
      const { workflow } = store.getState()
      if (workflow === null) return
      if (sent === null && !hasWaiting()) stored = { name: workflow.name, description: workflow.description }
      waiting = { ...waiting, ...changes }
      show(workflow)
      endPause()
      void send()
    },
    accept: (workflow) => {
      stored = { name: workflow.name, description: workflow.description }
      show(workflow)
    },
    start: () => {
      isStarted = true
      if (hasWaiting()) void send()
      return () => {
        isStarted = false
        endPause()
      }
    },
  }
}
