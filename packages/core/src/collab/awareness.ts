import type { ParamPath } from '../document/operation.ts'
import type { Position } from '../document/types.ts'
import type { NodeId, UserId } from '../ids.ts'

/** Presence of one person in a draft, visible to the other users and never stored. Only the server writes `user`. */
export interface DraftAwareness {
  /** Identity and color of the person. */
  readonly user?: { readonly userId: UserId; readonly displayName: string; readonly color: string }
  /** Position of the pointer in the coordinates of the document. */
  readonly cursor?: Position | null
  /** Selected nodes, 200 at most. */
  readonly selection?: readonly NodeId[]
  /** Distance by which the selection is being dragged; the position is written when it is dropped. */
  readonly drag?: { readonly dx: number; readonly dy: number } | null
  /** Field that the person is editing; `null` for none. */
  readonly editing?: { readonly nodeId: NodeId; readonly path: ParamPath } | null
}
