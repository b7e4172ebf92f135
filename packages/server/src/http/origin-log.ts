import type { RuntimeLog } from '@tenon/runtime'

/** Logs a page origin that may not call the server, once for each origin. */
export type OriginLog = (origin: string) => void

/** Origins come from outside, so there is an end to those that are remembered and logged. */
const MAX_ORIGINS = 100
const MAX_LENGTH = 200

/**
 * Creates the log of refused origins. Each entry has the value that arrived and the values that would have been
 * accepted, since a wrong `publicUrl` or a proxy shows itself only there.
 *
 * @param allowed - Origins that may call: the one of `publicUrl`, then `allowedOrigins`.
 */
export function createOriginLog(log: RuntimeLog, allowed: readonly string[]): OriginLog {
  const logged = new Set<string>()
  return function logOrigin(origin) {
    const value = origin.length > MAX_LENGTH ? `${origin.slice(0, MAX_LENGTH)}…` : origin
    if (logged.has(value) || logged.size >= MAX_ORIGINS) return
    logged.add(value)
    log('warn', 'origin.refused: the page origin is neither that of publicUrl nor one of allowedOrigins', {
      origin: value,
      wanted: allowed.join(', '),
    })
  }
}
