import type { WaitId } from '../ids.ts'
import type { Actor } from './actor.ts'
import type { ValueRef } from './values.ts'

/**
 * Kinds of resolutions of a parked node run: run it again, run it again with other params, continue with an output that a
 * person supplies, continue as the policy `continue` does, continue by the port `error`, or fail.
 */
export const PARK_RESOLUTION_KINDS = ['retry', 'retry_with_params', 'complete', 'skip', 'route', 'fail'] as const
/** One of {@link PARK_RESOLUTION_KINDS}. */
export type ParkResolutionKind = (typeof PARK_RESOLUTION_KINDS)[number]

/** Resolution of a parked node run, as it is stored. */
export type ParkResolution =
  | { readonly kind: Exclude<ParkResolutionKind, 'retry_with_params' | 'complete'> }
  /** `params` replace the resolved ones, except secrets, which remain those of the document. */
  | { readonly kind: 'retry_with_params'; readonly params: ValueRef }
  /** `port` is `*` for a fork: all of its ports. */
  | { readonly kind: 'complete'; readonly port: string; readonly output: ValueRef }

/** Decision of a person about a parked node run. A parked node run has one resolution. */
export interface ParkedResolved {
  /** Wait of the parked node run. */
  readonly waitId: WaitId
  /** Id of the request, chosen by its sender: repeating it changes nothing. */
  readonly requestId: string
  /** Way in which the node run continues or ends. */
  readonly resolution: ParkResolution
  /** Person who resolved it; `null` if no person did. */
  readonly actor: Actor | null
}
