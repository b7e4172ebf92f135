import type { Pause } from '@tenon/core/api'
import type { StoredPause } from '@tenon/runtime'
import { toInstant } from '../http/instant.ts'

/** A pause of a workflow or of a tenant in the form of the wire. */
export function presentPause({ at, actor }: StoredPause): Pause {
  return { at: toInstant(at), by: actor }
}
