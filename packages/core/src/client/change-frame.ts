import { CHANGE_KINDS, type Change } from '../api/types.ts'

/** A frame that the server sends: a hint or a heartbeat. */
export type ChangeFrame = Change | { readonly kind: 'heartbeat' }

/** Reads a frame; `null` for a kind that only a newer server knows. */
export function readChangeFrame(value: unknown): ChangeFrame | null {
  if (typeof value !== 'object' || value === null) return null
  const { kind, id, workflowId } = value as Record<string, unknown>
  if (kind === 'ready' || kind === 'heartbeat') return { kind }
  const known = CHANGE_KINDS.find((candidate) => candidate === kind)
  if (known === undefined || typeof id !== 'string') return null
  return { kind: known, id, ...(typeof workflowId === 'string' ? { workflowId } : {}) }
}
