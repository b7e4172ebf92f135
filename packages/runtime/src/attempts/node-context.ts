import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { HttpClient, NodeContext } from '@tenon/core/node'
import type { StartedNode } from '../commit/commit-types.ts'
import { storeValue } from '../commit/stored-value.ts'
import type { ValueLoader } from '../commit/value-loader.ts'
import { type NodeData, nodeTablesOf } from '../data-tables/node-tables.ts'
import type { Files } from '../files/files.ts'
import { type FileMask, nodeFilesOf } from '../files/node-files.ts'
import type { ModelLedger } from '../models/model-ledger.ts'
import type { OpenConnection } from '../secret-reader.ts'
import type { ObservationPump } from './observation-pump.ts'
import { clientsOf, type NodeClients } from './with-account.ts'
import { withCredentials } from './with-credentials.ts'

/** Dependencies of the context of a body. */
export interface NodeContextDeps {
  readonly http: NodeClients
  readonly values: ValueLoader
  readonly files: Files
  readonly dataTables: NodeData
  readonly models: Pick<ModelLedger, 'modelsOf'>
  readonly pump: Omit<ObservationPump, 'close'>
  /** Finds the node types of this process. */
  readonly describeType: NodeContext['describeType']
  /** Connection of the node. @defaultValue none */
  readonly connection?: OpenConnection | null
  /** Redacts the result of a journaled call. @defaultValue it is stored as it is */
  readonly redact?: (value: Json) => Json
  /** Hides the secrets of the node in files that it stores; `null` if it has none. */
  readonly fileMask: FileMask | null
}

/** Abort of a body; its controller is created when the body reads the signal, which most never do. */
export interface LazyAbort {
  readonly signal: AbortSignal
  abort(reason: TenonError): void
}

/** Creates the abort of one body. */
export function createLazyAbort(): LazyAbort {
  return new AbortOfBody()
}

class AbortOfBody implements LazyAbort {
  #controller: AbortController | undefined
  #aborted: TenonError | undefined

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted)
    return this.#controller.signal
  }

  abort(reason: TenonError): void {
    this.#aborted ??= reason
    this.#controller?.abort(reason)
  }
}

/** Builds the context with which the body of a started attempt is called. */
export function nodeContextOf(
  started: StartedNode,
  params: unknown,
  {
    http,
    pump,
    values,
    files,
    dataTables,
    models,
    describeType,
    connection = null,
    redact = same,
    fileMask,
  }: NodeContextDeps,
  abort: LazyAbort,
  heartbeat: () => void,
): NodeContext {
  const { tenantId, runId, nodeRunId, attempt, pass, resume, idempotencyKey, principal } = started
  let journal: Journal | undefined
  const callOnce = async (key: string, call: () => Promise<Json>): Promise<Json> => {
    const known = started.journal.get(key)
    if (known !== undefined) return values.load(tenantId, known)
    if (key.length > MAX_KEY) throw journalFull(`${MAX_KEY} characters of a key`)
    journal ??= journalOf(started)
    if (journal.count >= MAX_JOURNALED) throw journalFull(`${MAX_JOURNALED} calls`)
    const { ref, payloads, json } = storeValue(redact(await call()))
    journal.count += 1
    journal.bytes += ref.size
    if (journal.bytes > MAX_JOURNAL_BYTES) throw journalFull(`${MAX_JOURNAL_BYTES} bytes of results`)
    await pump.journal({ pass, attempt, key, value: ref }, payloads)
    return json
  }
  const calls = new Map<string, Promise<Json>>()
  return {
    params,
    tenantId,
    runId,
    principal,
    nodeRunId,
    attempt,
    idempotencyKey,
    http: endingWith(connection === null ? http : withCredentials(http, connection), abort),
    connection: connection?.connection ?? null,
    files: nodeFilesOf(files, tenantId, fileMask),
    ...nodeTablesOf(dataTables, { tenantId, runId }, () => abort.signal, redact),
    ...clientsOf(http, tenantId, connection, () => ({
      abortSignal: abort.signal,
      timeoutMs: started.node.timeoutMs,
    })),
    get models() {
      return models.modelsOf({ tenantId, runId }, started.node.id)
    },
    get abortSignal() {
      return abort.signal
    },
    resume,
    describeType,
    heartbeat,
    log: pump.log,
    toolCall: pump.toolCall,
    durable: async <Value extends Json>(key: string, call: () => Promise<Value>): Promise<Value> => {
      const once = calls.get(key) ?? callOnce(key, call)
      calls.set(key, once)
      try {
        // The value under a key is the result of the same call.
        return (await once) as Value
      } catch (error) {
        // A call that failed is not journaled, so that the node may try it again.
        calls.delete(key)
        throw error
      }
    },
  }
}

const same = (value: Json): Json => value

/** Size of the journal of a node run. */
interface Journal {
  count: number
  bytes: number
}

function journalOf({ journal }: StartedNode): Journal {
  let bytes = 0
  for (const { size } of journal.values()) bytes += size
  return { count: journal.size, bytes }
}

/** Most calls that a node run may journal, and most bytes of their results: each is in the log for good. */
const MAX_JOURNALED = 1_000
const MAX_JOURNAL_BYTES = 33_554_432
const MAX_KEY = 512

function journalFull(limit: string): TenonError {
  return new TenonError('JOURNAL_TOO_LARGE', `The node run has journaled more than ${limit}`)
}

/** Wraps a client so that requests of a node end with its attempt, even if its body does not pass the signal. */
function endingWith(http: HttpClient, attempt: LazyAbort): HttpClient {
  const both = (signal: AbortSignal | null | undefined): AbortSignal =>
    signal === null || signal === undefined || signal === attempt.signal
      ? attempt.signal
      : AbortSignal.any([signal, attempt.signal])
  return {
    request: (url, init = {}) => http.request(url, { ...init, abortSignal: both(init.abortSignal) }),
    fetch: (input, init) => {
      const own = init?.signal ?? (input instanceof Request ? input.signal : undefined)
      return http.fetch(input, { ...init, signal: both(own) })
    },
  }
}
