import type { Identity } from '@tenon/core/api'
import { DRAFT_LIMITS } from '@tenon/core/collab'
import { isJsonObject, sha256Hex, type UserId } from '@tenon/core/document'
import { parseJson } from '@tenon/core/text'
import { type AwarenessEntry, frameInvalid } from './frames.ts'

const GONE = 'null'

/** Twelve hues that differ clearly on light and dark backgrounds. */
const HUES = [4, 32, 48, 96, 150, 174, 192, 214, 240, 266, 292, 330]

/**
 * Checks a client's own presence and writes who it is into it: whatever the client says of `user` is replaced.
 *
 * @throws {@link TenonError} `COLLAB_FRAME_INVALID` for more than 4 kB or what is no object.
 */
export function signPresence(entry: AwarenessEntry, identity: Identity): AwarenessEntry {
  if (entry.state === GONE) return entry
  if (new TextEncoder().encode(entry.state).byteLength > DRAFT_LIMITS.awarenessBytes) {
    throw frameInvalid('The presence is larger than 4 kB')
  }
  const { userId, displayName } = identity
  const state = { ...parseState(entry.state), user: { userId, displayName, color: colorOf(userId) } }
  return { ...entry, state: JSON.stringify(state) }
}

/** The entry that takes a client away. */
export function departureOf(entry: AwarenessEntry): AwarenessEntry {
  return { clientId: entry.clientId, clock: entry.clock + 1, state: GONE }
}

export function isDeparture(entry: AwarenessEntry): boolean {
  return entry.state === GONE
}

function parseState(text: string): object {
  const reading = parseJson(text, { onLoss: 'keep' })
  if (!reading.ok) throw frameInvalid(`The presence is refused: ${reading.issues[0]?.message}`)
  if (!isJsonObject(reading.value)) throw frameInvalid('The presence is no object')
  return reading.value
}

/** The same color for one person in every browser. */
function colorOf(userId: UserId): string {
  const hue = HUES[Number.parseInt(sha256Hex(userId).slice(0, 6), 16) % HUES.length] ?? 0
  return `hsl(${hue} 70% 45%)`
}
