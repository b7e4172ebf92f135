import type { StoredObjects } from '../payloads/stored-objects.ts'
import { type Append, inLockOrder, type Payload } from './append.ts'
import type { Appender } from './appender.ts'

/**
 * Uploads the values of an append before it is sent, so that the log never refers to a value that is not stored. If the
 * upload fails, nothing is appended. What was uploaded for an append that is not stored is deleted by the retention.
 *
 * @param objects - Without it, values go with the append into the database.
 */
export function createUploadingAppender(appender: Appender, objects: StoredObjects | null): Appender {
  if (objects === null) return appender
  // An append that is repeated has the same payloads.
  const uploaded = new WeakMap<Payload, string>()
  const uploading = new Set<Promise<unknown>>()

  const upload = async (tenantId: string, payload: Payload): Promise<readonly [hash: string, key: string]> => {
    const key = uploaded.get(payload) ?? (await objects.upload(tenantId, payload.hash, payload.text))
    uploaded.set(payload, key)
    return [payload.hash, key]
  }
  const uploadAll = async (append: Append): Promise<Append> => {
    const { tenantId, payloads, operations } = append
    const large = payloads.filter(({ isFile }) => isFile !== true)
    const locations = await Promise.all(large.map((payload) => upload(tenantId, payload)))
    const all = [
      ...operations,
      ...locations.map(([hash, location]) => ({ op: 'payload_location', hash, location }) as const),
    ]
    return {
      ...append,
      // Empty until its location is stored, in the same transaction; a value that is stored already stays as it is.
      payloads: payloads.map((payload) => (payload.isFile === true ? payload : { ...payload, text: '' })),
      operations: inLockOrder(all, append),
    }
  }
  return {
    append: async (append) => {
      if (append.payloads.length === 0) return appender.append(append)
      const ready = uploadAll(append)
      uploading.add(ready)
      try {
        return await appender.append(await ready)
      } finally {
        uploading.delete(ready)
      }
    },
    drain: async () => {
      await Promise.allSettled(uploading)
      await appender.drain()
    },
  }
}
