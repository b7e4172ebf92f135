import { createHash, randomUUID } from 'node:crypto'
import type { FileId, TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { FileContent } from '@tenon/core/node'
import type { Actor } from '@tenon/core/run'
import type { RuntimeLog, TransactionHook } from '../engine.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { reasonOf } from '../reason-of.ts'
import { contentParts, readHead } from './content-parts.ts'
import { decideType, isTypeAllowed, normalType, UNKNOWN_TYPE } from './decide-type.ts'
import { type FileOptions, fileLimitsOf, type ResolvedFileLimits } from './file-options.ts'
import {
  deleteFiles,
  type FileKey,
  findFile,
  finishFile,
  insertChunk,
  insertFile,
  isFileUsed,
  lockTotal,
  readChunk,
  type StoredFile,
} from './file-rows.ts'
import { holdFiles } from './hold-files.ts'

/** A file to store. */
export interface NewFile {
  /** Name without a path. */
  readonly name: string
  /** Media type that the sender states. */
  readonly type: string
  /** Person who uploads it; `null` for a node. */
  readonly createdBy: Actor | null
  /** True to refuse content of another type than stated; otherwise the file gets the type of its content. */
  readonly isStrict: boolean
}

/** Files of tenants: their bytes are in the database, in parts. */
export interface Files {
  /**
   * Stores a file. Nothing can read it before all of it was stored and checked.
   *
   * @throws {@link TenonError} `FILE_TOO_LARGE`, `FILE_QUOTA_EXCEEDED`, `FILE_TYPE_REFUSED`, `FILE_TYPE_MISMATCH`,
   * `FILE_REFUSED`, `FILE_UNAVAILABLE`; the error of the content.
   */
  create(tenantId: TenantId, content: FileContent, file: NewFile): Promise<StoredFile>
  /** Looks a file up; `null` if the tenant has none with this id that can be read. */
  find(tenantId: TenantId, fileId: FileId): Promise<StoredFile | null>
  /** Streams the content of a file that was found, or the bytes from `start` to before `end`. */
  open(tenantId: TenantId, file: StoredFile, range?: ByteRange): ReadableStream<Uint8Array>
  /** Keeps files from being deleted for a day at least, or until a later time, and returns those that were found. */
  hold(tenantId: TenantId, fileIds: readonly FileId[], until?: number): Promise<readonly StoredFile[]>
  /** Deletes a file to which no run refers and that is not held until a later time; `hook` writes related rows in the same transaction. */
  delete(tenantId: TenantId, fileId: FileId, hook?: TransactionHook): Promise<'deleted' | 'in_use' | 'not_found'>
}

/** Part of a file: from `start` to before `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Finds the type that the first bytes of a file name; `null` if they name none. */
export type FindFileType = (head: Uint8Array) => Promise<string | null>

/** Dependencies of {@link createFiles}. */
export interface FilesDeps {
  readonly database: RuntimeDatabase
  readonly log: RuntimeLog
  /** @defaultValue no limits but 100 MB for a file, and no scan */
  readonly options?: FileOptions
  /** @defaultValue the type is as stated */
  readonly findType?: FindFileType
}

/** Bytes of a part: large enough for few rows, small enough for many streams at once. */
const PART_BYTES = 524_288
const SCAN_TIMEOUT_MS = 300_000

/** Creates the files of a server or worker. */
export function createFiles({ database, log, options = {}, findType = async () => null }: FilesDeps): Files {
  const limitsOf = fileLimitsOf(options, log)

  /** @param checkSize - Throws if the file may not have as many bytes. */
  const store = async (
    key: FileKey,
    parts: AsyncIterable<Uint8Array>,
    checkSize: (size: number) => void,
  ): Promise<StoredContent> => {
    const digest = createHash('sha256')
    let start = 0
    let position = 0
    for await (const bytes of parts) {
      checkSize(start + bytes.byteLength)
      digest.update(bytes)
      const chunk = { position, start, bytes }
      const isStored = await database.withTenant(key.tenantId, (tx) => insertChunk(tx, key, chunk))
      if (!isStored) throw unavailable('The upload took too long and was given up')
      start += bytes.byteLength
      position += 1
    }
    return { hash: digest.digest('hex'), size: start }
  }

  const scan = async (key: FileKey, { name, type }: NewFile, { hash, size }: StoredContent): Promise<void> => {
    if (options.scan === undefined) return
    const abortSignal = AbortSignal.timeout(SCAN_TIMEOUT_MS)
    const open = () => fileStream(database, key, { start: 0, end: size })
    const file = { ...key, name, type, size, hash, open }
    let result: unknown
    try {
      result = await untilAborted(options.scan(file, abortSignal), abortSignal)
    } catch (cause) {
      log('error', 'file.scan_failed: the file is refused', { tenantId: key.tenantId, reason: reasonOf(cause) })
      throw unavailable('The content could not be checked', cause)
    }
    if (isObject(result) && result.clean === true) return
    if (isObject(result) && typeof result.refused === 'string') {
      throw new TenonError('FILE_REFUSED', `The file was refused: ${result.refused.slice(0, 500)}`)
    }
    log('error', 'file.scan_invalid: the file is refused', { tenantId: key.tenantId })
    throw unavailable('The content could not be checked')
  }

  const drop = async (key: FileKey): Promise<void> => {
    // Otherwise the retention deletes it, as after a crash.
    await database.withTenant(key.tenantId, (tx) => deleteFiles(tx, key.tenantId, [key.fileId])).catch(() => undefined)
  }

  return {
    create: async (tenantId, bytes, given) => {
      const limits = limitsOf(tenantId)
      const parts = contentParts(bytes, PART_BYTES)
      try {
        const { head, rest } = await readHead(parts)
        const file = { ...given, type: typeOf(given, await findType(head), limits) }
        const key: FileKey = { tenantId, fileId: `fil_${randomUUID().replaceAll('-', '')}` }
        const used = await database.withTenant(tenantId, async (tx) => {
          const before = await totalOf(tx, tenantId, limits)
          checkRoom(before, 1, limits)
          await insertFile(tx, tenantId, { ...file, ...key })
          return before
        })
        try {
          const content = await store(key, rest, (size) => {
            if (size > limits.maxBytes) throw tooLarge(limits.maxBytes)
            checkRoom(used, size, limits)
          })
          await scan(key, file, content)
          const stored = await database.withTenant(tenantId, async (tx) => {
            checkRoom(await totalOf(tx, tenantId, limits), content.size, limits)
            return finishFile(tx, key, content.hash)
          })
          if (stored === null) throw unavailable('The upload took too long and was given up')
          return stored
        } catch (error) {
          await drop(key)
          throw error
        }
      } finally {
        await parts.return(undefined)
      }
    },
    find: (tenantId, fileId) => database.withTenant(tenantId, (tx) => findFile(tx, { tenantId, fileId })),
    open: (tenantId, { ref }, range = { start: 0, end: ref.size }) =>
      fileStream(database, { tenantId, fileId: ref.file }, range),
    hold: (tenantId, fileIds, until) => holdFiles(database, tenantId, fileIds, until),
    delete: (tenantId, fileId, hook) =>
      database.withTenant(tenantId, async (tx) => {
        const row = await tx
          .selectFrom('files')
          .select((eb) => [isFileUsed(eb).as('is_used'), eb('unused_since', '>', databaseNow).as('is_held')])
          .where('tenant_id', '=', tenantId)
          .where('file_id', '=', fileId)
          .where('state', '=', 'ready')
          .forUpdate()
          .executeTakeFirst()
        if (row === undefined) return 'not_found'
        if (row.is_used || row.is_held === true) return 'in_use'
        await deleteFiles(tx, tenantId, [fileId])
        await hook?.(tx)
        return 'deleted'
      }),
  }
}

interface StoredContent {
  readonly hash: string
  readonly size: number
}

/** Decides the type of a new file. @throws {@link TenonError} `FILE_TYPE_MISMATCH`, `FILE_TYPE_REFUSED`. */
function typeOf({ type: declared, isStrict }: NewFile, found: string | null, { types }: ResolvedFileLimits): string {
  const decided = decideType(declared, found)
  if (decided === null && isStrict) {
    const is = found === null ? 'is not' : `is ${found} and not`
    throw new TenonError('FILE_TYPE_MISMATCH', `The content ${is} ${normalType(declared)}`, {
      details: { declared: normalType(declared), found },
    })
  }
  const type = decided ?? (found === null ? UNKNOWN_TYPE : normalType(found))
  if (isTypeAllowed(type, types)) return type
  throw new TenonError('FILE_TYPE_REFUSED', `Files of the type ${type} are not accepted`, {
    remedy: `Use a file of one of these types: ${types.join(', ')}.`,
    details: { type, types: [...types] },
  })
}

/** Measures the files that count for the limit of a tenant, under its lock; nothing is measured without a limit. */
async function totalOf(
  tx: Parameters<typeof lockTotal>[0],
  tenantId: TenantId,
  { totalBytes }: ResolvedFileLimits,
): Promise<number> {
  return totalBytes === Number.POSITIVE_INFINITY ? 0 : lockTotal(tx, tenantId)
}

/** @throws {@link TenonError} `FILE_QUOTA_EXCEEDED` if files of `used` bytes leave no room for `more`. */
function checkRoom(used: number, more: number, { totalBytes }: ResolvedFileLimits): void {
  if (used + more <= totalBytes) return
  throw new TenonError('FILE_QUOTA_EXCEEDED', `The files of the tenant may have ${totalBytes} bytes together`, {
    details: { used, limit: totalBytes },
  })
}

function tooLarge(maxBytes: number): TenonError {
  return new TenonError('FILE_TOO_LARGE', `The file is larger than ${maxBytes} bytes`, { details: { maxBytes } })
}

function unavailable(message: string, cause?: unknown): TenonError {
  return new TenonError('FILE_UNAVAILABLE', message, cause === undefined ? {} : { cause })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Rejects when the signal aborts, since the function of a host may not look at it. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Streams the bytes of a file, one part of it at a time, each when the reader asks for it. */
function fileStream(database: RuntimeDatabase, key: FileKey, { start, end }: ByteRange): ReadableStream<Uint8Array> {
  let at = start
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (at >= end) {
          controller.close()
          return
        }
        const from = at
        const chunk = await database.withTenant(key.tenantId, (tx) => readChunk(tx, key, from))
        const bytes = chunk?.bytes.subarray(at - chunk.start, end - chunk.start)
        if (bytes === undefined || bytes.byteLength === 0) {
          throw new TenonError('FILE_UNAVAILABLE', 'The file was deleted while it was read', { retryable: false })
        }
        at += bytes.byteLength
        controller.enqueue(bytes)
      },
    },
    // Nothing is read ahead: an answer that is not read costs nothing.
    { highWaterMark: 0 },
  )
}
