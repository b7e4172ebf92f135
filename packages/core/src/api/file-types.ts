import type { FileRef } from '../document/file-ref.ts'
import type { Actor } from '../run/actor.ts'
import type { IsoInstant } from './types.ts'

/** A stored file. */
export interface FileInfo {
  /** Reference to use in the input of a run, or in another value. */
  readonly ref: FileRef
  /** SHA-256 of the content, 64 hex digits. */
  readonly hash: string
  /** Time of the upload. */
  readonly createdAt: IsoInstant
  /** Person who has uploaded it; `null` for a file that a run has stored. */
  readonly createdBy: Actor | null
}

/** A link to the content of a file, which works without signing in until it expires. */
export interface FileLink {
  /** URL of the content. */
  readonly url: string
  /** Time after which it does not work. */
  readonly expiresAt: IsoInstant
}
