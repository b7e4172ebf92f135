import type { FileInfo } from '@tenon/core/api'
import type { StoredFile } from '@tenon/runtime'
import { toInstant } from '../http/instant.ts'

/** Describes a file for the API. */
export function presentFile({ ref, hash, createdAt, createdBy }: StoredFile): FileInfo {
  return { ref, hash, createdAt: toInstant(createdAt), createdBy }
}
