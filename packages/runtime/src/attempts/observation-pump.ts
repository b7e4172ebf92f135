import type { Json } from '@tenon/core/document'
import type { LogLevel, ToolCallRecord } from '@tenon/core/node'
import { encodeValue, type Observation } from '@tenon/core/run'
import { cutText, repairText } from '@tenon/core/text'
import type { ObservationToCommit, StartedNode } from '../commit/commit-types.ts'
import { pause } from '../pause.ts'
import { isAppendRefused } from '../postgres/refusal.ts'
import type { Payload } from '../store/append.ts'
import { unreadableFact } from '../store/release-to-readers.ts'
import { StopSource } from './stop-signal.ts'

/** Stores the observations of one attempt in the run log while its body runs. */
export interface ObservationPump {
  log(level: LogLevel, message: string, data?: Json): void
  toolCall(call: ToolCallRecord): void
  /**
   * Resolves once the entry is stored.
   *
   * @throws {@link TenonError} `APPEND_REFUSED` if the database refuses it for good; `RUN_LOG_NEWER` if a later version
   * has written to the log, so that this version cannot add to it.
   */
  journal(entry: Extract<Observation, { type: 'node_journaled' }>['data'], payloads: readonly Payload[]): Promise<void>
  /** Stops and returns the entries that may not be stored: they are stored with the outcome. */
  close(): Promise<PumpedObservations>
}

/** Observations that may not be stored yet. */
export interface PumpedObservations {
  readonly observations: readonly ObservationToCommit[]
  readonly payloads: readonly Payload[]
  /** True after a failed try: some of them may be stored. */
  readonly isRepeated: boolean
}

export type StoreObservations = (batch: PumpedObservations) => Promise<unknown>

const MAX_LINES = 2_000
const MAX_CALLS = 1_000
/**
 * Approximate limit in bytes of the lines, and of the tool calls, of one attempt, which are in memory until they are
 * stored.
 */
const MAX_BYTES = 4_194_304
const MAX_MESSAGE = 8_192
const MAX_DATA = 16_384
const MAX_CALL = 262_144
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000

interface Entry {
  readonly observation: ObservationToCommit
  readonly payloads: readonly Payload[]
  readonly stored: () => void
  readonly refused: (error: unknown) => void
}

export interface PumpDeps {
  readonly store: StoreObservations
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Called for each batch that could not be stored. */
  readonly onRefused: (error: unknown) => void
}

/**
 * Accepts observations at any rate and stores them batch by batch. A batch that cannot be stored is retried, together
 * with newer entries, until the pump is closed; an entry that the database refuses for good is left out. Lines beyond
 * 2,000 an attempt or 4 MiB, and tool calls beyond 1,000 or 4 MiB, are left out, with a last line that says so. Once a
 * later version has written to the log, every entry is left out.
 */
export function createObservationPump(
  started: Pick<StartedNode, 'nodeRunId' | 'pass' | 'attempt'>,
  { store, now, onRefused }: PumpDeps,
): ObservationPump {
  const { nodeRunId, pass, attempt } = started
  const waiting: Entry[] = []
  /** Entries of a batch that the database refused: they come before those that wait. */
  const alone: Entry[] = []
  const closing = new StopSource()
  let pumping: Promise<void> | null = null
  let isClosed = false
  let isRepeated = false
  /** Error after which no entry of the attempt can be stored. */
  let unstorable: unknown = null
  let lines = 0
  let lineBytes = 0
  let callBytes = 0
  let isFull = false
  let calls = 0
  let entries = 0

  const contentOf = (batch: readonly Entry[]): PumpedObservations => ({
    observations: batch.map(({ observation }) => observation),
    payloads: batch.flatMap(({ payloads }) => payloads),
    isRepeated,
  })
  const pump = async (): Promise<void> => {
    let waitMs = FIRST_WAIT_MS
    while (waiting.length + alone.length > 0 && !isClosed) {
      const isAlone = alone.length > 0
      const batch = isAlone ? alone.splice(0, 1) : waiting.splice(0)
      try {
        await store(contentOf(batch))
        for (const { stored } of batch) stored()
        isRepeated = false
        waitMs = FIRST_WAIT_MS
      } catch (error) {
        onRefused(error)
        if (isAppendRefused(error)) {
          // One by one from now on: an entry that the database refuses for good must not hold up the others.
          if (batch.length === 1) batch[0]?.refused(error)
          else alone.push(...batch)
          continue
        }
        if (unreadableFact(error) !== null) {
          unstorable = error
          for (const { refused } of [...batch, ...alone.splice(0), ...waiting.splice(0)]) refused(error)
          continue
        }
        const queue = isAlone ? alone : waiting
        queue.unshift(...batch)
        isRepeated = true
        await pause(waitMs, closing)
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
      }
    }
    pumping = null
  }
  const add = (observation: Observation, index: number, payloads: readonly Payload[] = []): Promise<void> => {
    if (isClosed) return Promise.resolve()
    if (unstorable !== null) return Promise.reject(unstorable)
    return new Promise((resolve, reject) => {
      const at = now()
      const entry = { observation: { observation, pass, attempt, index, at }, payloads }
      waiting.push({ ...entry, stored: resolve, refused: reject })
      pumping ??= Promise.resolve().then(pump)
    })
  }
  const addLine = (level: LogLevel, message: string, data?: Json): void => {
    const line = { timestamp: new Date(now()).toISOString(), level, message: repairText(cutText(message, MAX_MESSAGE)) }
    const extra = data === undefined ? {} : { data: readable(data, MAX_DATA) }
    lineBytes += JSON.stringify([line.message, extra]).length
    drop(add({ type: 'node_log', nodeRunId, data: { ...line, ...extra } }, lines))
  }
  return {
    log: (level, message, data) => {
      if (isClosed || isFull) return
      isFull = lines >= MAX_LINES || lineBytes >= MAX_BYTES
      if (isFull) addLine('warn', 'Further lines of this attempt are left out')
      else addLine(level, message, data)
      lines += 1
    },
    toolCall: (call) => {
      if (isClosed || calls > MAX_CALLS) return
      if (calls === MAX_CALLS || callBytes >= MAX_BYTES) {
        calls = MAX_CALLS + 1
        addLine('warn', 'Further tool calls of this attempt are left out')
        lines += 1
        return
      }
      const record = recordOf(call)
      callBytes += JSON.stringify(record).length
      drop(add({ type: 'tool_call', nodeRunId, data: { ...record, pass, attempt } }, calls))
      calls += 1
    },
    journal: (data, payloads) => {
      entries += 1
      return add({ type: 'node_journaled', nodeRunId, data }, entries - 1, payloads)
    },
    close: async () => {
      isClosed = true
      closing.abort()
      await pumping
      return contentOf([...alone, ...waiting])
    },
  }
}

/** No caller waits for a line or a call; a refused one has been reported by `onRefused`. */
function drop(stored: Promise<void>): void {
  stored.catch(() => undefined)
}

/** Copies a call for the log, so that later changes by the body do not affect the append. */
function recordOf(call: ToolCallRecord): ToolCallRecord {
  const record = readable({ ...call }, MAX_CALL)
  if (typeof record !== 'string') return record as unknown as ToolCallRecord
  return {
    tool: repairText(cutText(String(call.tool), MAX_MESSAGE)),
    arguments: record,
    answer: null,
    durationMs: Number.isFinite(call.durationMs) ? call.durationMs : 0,
  }
}

/** Returns a value that the log can store, or a text with the reason why not. */
function readable(value: unknown, maxLength: number): Json {
  try {
    return encodeValue(value, { maxLength }).json
  } catch (error) {
    return error instanceof Error ? `(left out: ${error.message})` : '(left out)'
  }
}
