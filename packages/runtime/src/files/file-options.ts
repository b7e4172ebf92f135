import type { FileId, TenantId } from '@tenon/core/document'
import type { RuntimeLog } from '../engine.ts'
import { reasonOf } from '../reason-of.ts'

/** Limits of the files of a tenant. */
export interface FileLimits {
  /** Largest file in bytes. @defaultValue 104_857_600 */
  readonly maxBytes?: number
  /** Bytes of all files together. @defaultValue no limit */
  readonly totalBytes?: number
  /** Media types that are accepted, such as `application/pdf` and `image/*`. @defaultValue all */
  readonly types?: readonly string[]
}

/** A file whose bytes are stored, and that nothing can read before it was checked. */
export interface FileToScan {
  /** Tenant of the file. */
  readonly tenantId: TenantId
  /** Id of the file. */
  readonly fileId: FileId
  /** Name that the sender has given. */
  readonly name: string
  /** Media type. */
  readonly type: string
  /** Size in bytes. */
  readonly size: number
  /** SHA-256 of the content as hex digits. */
  readonly hash: string
  /** Opens the content; may be called again. */
  open(): ReadableStream<Uint8Array>
}

/** Result of the check of a file; people read the reason of a refusal. */
export type FileScan = { readonly clean: true } | { readonly refused: string }

/** Files as the host wants them. */
export interface FileOptions {
  /**
   * Returns the limits of a tenant; called for each new file. A faulty limit does not apply and is logged as an error.
   *
   * @defaultValue 100 MB for a file
   */
  readonly limitsOf?: (tenantId: TenantId) => FileLimits
  /**
   * Checks the content of each new file, such as by a virus scanner, before anything can read it. If it throws or takes
   * longer than five minutes, the file is refused with `FILE_UNAVAILABLE`.
   *
   * @defaultValue every file is accepted
   */
  readonly scan?: (file: FileToScan, abortSignal: AbortSignal) => Promise<FileScan>
}

/** Limits with their defaults. */
export interface ResolvedFileLimits {
  readonly maxBytes: number
  readonly totalBytes: number
  readonly types: readonly string[]
}

const MAX_BYTES = 104_857_600
const DEFAULTS: ResolvedFileLimits = { maxBytes: MAX_BYTES, totalBytes: Number.POSITIVE_INFINITY, types: ['*/*'] }

/** Returns the limits of tenants; what the function of the host returns may be anything. */
export function fileLimitsOf(
  { limitsOf }: Pick<FileOptions, 'limitsOf'>,
  log: RuntimeLog,
): (tenantId: TenantId) => ResolvedFileLimits {
  return (tenantId) => {
    if (limitsOf === undefined) return DEFAULTS
    const report = (reason: string): void =>
      log('error', 'file_limits.invalid: the default applies', { tenantId, reason })
    try {
      const given: unknown = limitsOf(tenantId)
      if (typeof given !== 'object' || given === null) {
        report('the answer is not an object of limits')
        return DEFAULTS
      }
      const { maxBytes, totalBytes, types } = given as Readonly<Record<string, unknown>>
      const bytes = (name: 'maxBytes' | 'totalBytes', value: unknown): number => {
        if (value === undefined || value === Number.POSITIVE_INFINITY || isCount(value))
          return Number(value ?? DEFAULTS[name])
        report(`${name} is ${String(value)}`)
        return DEFAULTS[name]
      }
      const isTypes = Array.isArray(types) && types.every((type) => typeof type === 'string')
      if (types !== undefined && !isTypes) report('types is not a list of media types')
      return {
        maxBytes: bytes('maxBytes', maxBytes),
        totalBytes: bytes('totalBytes', totalBytes),
        types: isTypes ? (types as readonly string[]) : DEFAULTS.types,
      }
    } catch (error) {
      report(reasonOf(error))
      return DEFAULTS
    }
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
