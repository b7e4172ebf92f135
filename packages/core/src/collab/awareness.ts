import type { ParamPath } from '../document/operation.ts'
import type { Position } from '../document/types.ts'
import type { NodeId, UserId } from '../ids.ts'

/** What the others see of one person; never stored. `user` is written by the server alone. */
export interface DraftAwareness {
  /** Identity and color of the person. */
  readonly user?: { readonly userId: UserId; readonly displayName: string; readonly color: string }
  /** In the coordinates of the document. */
  readonly cursor?: Position | null
  /** Selected nodes, 200 at most. */
  readonly selection?: readonly NodeId[]
  /** How far the selection is being dragged; the position is written when it is dropped. */
  readonly drag?: { readonly dx: number; readonly dy: number } | null
  /** Field that the person is editing; `null` for none. */
  readonly editing?: { readonly nodeId: NodeId; readonly path: ParamPath } | null
}
