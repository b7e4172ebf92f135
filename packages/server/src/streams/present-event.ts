import { maskCredentials } from '@tenon/core/mask'
import { type RunEvent, type RunEventFrame, toFrame } from '@tenon/core/run'

/** An event as people may see it: without credentials, and without what node bodies keep for their next attempt. */
export function presentEvent(event: RunEvent): RunEventFrame {
  const frame = toFrame(event)
  if (event.type !== 'node_journaled') return maskCredentials(frame)
  const { inline: _inline, ...value } = event.data.value
  return { ...frame, data: { ...event.data, value } }
}
