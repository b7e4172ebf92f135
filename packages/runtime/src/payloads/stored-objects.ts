import { createHash, randomUUID } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import type { PayloadStore } from './payload-store.ts'

/** Longest time of a request to the store of the host, in milliseconds. */
const TIMEOUT_MS = 30_000
/** Requests of a process to the store at once. */
const AT_ONCE = 16

/** The store of the host with keys, checks and limits of the runtime. */
export interface StoredObjects {
  /** Uploads a value under a new key. @returns The key. @throws {@link TenonError} `PAYLOAD_UNAVAILABLE`. */
  upload(tenantId: string, hash: string, text: string): Promise<string>
  /** Reads a value and compares its hash. @throws {@link TenonError} `PAYLOAD_UNAVAILABLE`. */
  download(key: string, hash: string): Promise<string>
  /** Deletes an object. @throws {@link TenonError} `PAYLOAD_UNAVAILABLE`. */
  delete(key: string): Promise<void>
  /** Lists a page of the objects of a tenant. @throws {@link TenonError} `PAYLOAD_UNAVAILABLE`. */
  list(tenantId: string, cursor: string | null): ReturnType<PayloadStore['list']>
}

/** Wraps the store of a host. */
export function createStoredObjects(store: PayloadStore): StoredObjects {
  const enter = createGate(AT_ONCE)
  const request = async <Value>(name: string, send: (abortSignal: AbortSignal) => Promise<Value>): Promise<Value> => {
    const leave = await enter()
    try {
      return await send(AbortSignal.timeout(TIMEOUT_MS))
    } catch (cause) {
      // Keys are not secret, but the message of an unknown error may be.
      throw new TenonError('PAYLOAD_UNAVAILABLE', `The payload store did not ${name}`, { cause })
    } finally {
      leave()
    }
  }
  return {
    upload: async (tenantId, hash, text) => {
      // A new key each time: what is deleted under another one is never this object.
      const key = `${prefixOf(tenantId)}${hash}/${randomUUID()}`
      await request('store a value', (abortSignal) => store.put(key, text, abortSignal))
      return key
    },
    download: async (key, hash) => {
      const text = await request('return a value', (abortSignal) => store.get(key, abortSignal))
      if (createHash('sha256').update(text).digest('hex') === hash) return text
      throw new TenonError('PAYLOAD_UNAVAILABLE', 'The payload store returned another value than was stored', {
        details: { hash },
      })
    },
    delete: (key) => request('delete a value', (abortSignal) => store.delete(key, abortSignal)),
    list: (tenantId, cursor) =>
      request('list its values', (abortSignal) => store.list(prefixOf(tenantId), cursor, abortSignal)),
  }
}

/** Returns the beginning of the keys of a tenant. A tenant may be called `..`, so the prefix is no path of its own. */
function prefixOf(tenantId: string): string {
  return `t-${tenantId}/`
}

/** Returns the hash in a key; null for a key of another form. */
export function hashOfKey(key: string): string | null {
  return /\/([0-9a-f]{64})\/[0-9a-f-]{36}$/.exec(key)?.[1] ?? null
}

/** Lets so many callers in at once; each gets a function with which it leaves. */
function createGate(limit: number): () => Promise<() => void> {
  let free = limit
  const waiting: (() => void)[] = []
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return async () => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    return leave
  }
}
