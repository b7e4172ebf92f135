import type { NodeId } from '../ids.ts'
import type { Json } from '../json.ts'

/**
 * Reference to a stored value in the run log: hash and size, and the value itself up to 16 kB. Larger values are in the
 * payload store under their hash.
 */
export interface ValueRef {
  /** SHA-256 of the canonical text, hex. */
  readonly hash: string
  /** Bytes of the canonical text in UTF-8. */
  readonly size: number
  /** Top-level keys in order, for objects only; the `input` of later nodes is assembled from them. */
  readonly keys?: readonly string[]
  /** Value itself, up to 16 kB; absent for larger ones. */
  readonly inline?: Json
}

/** A failure, as stored in the run log and sent to clients. */
export interface RunFailure {
  /** Error code of Tenon, or one that the node threw. */
  readonly code: string
  /** Sentence that describes the failure, without secrets. */
  readonly message: string
  /** Sentence that says what to do. */
  readonly remedy?: string
  /** Node whose failure ended the run. */
  readonly nodeId?: NodeId
  /** Data about the failure, with the keys that belong to the code. */
  readonly details?: Json
}
