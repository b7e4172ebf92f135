// Our own JSON, with numbers for Temporal's longs and marked bytes: the SDK's reader of its standard JSON fails where
// npm has installed more than one copy of protobufjs.
import type { History } from '@temporalio/common/lib/proto-utils.js'

/** Writes a history as JSON that {@link readHistory} takes. */
export function historyText(history: History): string {
  return `${JSON.stringify(plain(history), null, 1)}\n`
}

/** Reads a recorded history, for replay. */
export function readHistory(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && '$bytes' in value
      ? new Uint8Array(Buffer.from(String(value.$bytes), 'base64'))
      : value,
  )
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if ('low' in value && 'high' in value) return Number(String(value))
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
}
