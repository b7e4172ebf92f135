import { createHash } from 'node:crypto'

/** Names a wait within its tenant: opaque, safe in a URL, the same whenever it is asked for. */
export function approvalIdOf(runId: string, waitId: string): string {
  return createHash('sha256').update(`${runId}\n${waitId}`).digest('hex').slice(0, 32)
}
