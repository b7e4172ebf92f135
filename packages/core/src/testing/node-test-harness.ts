import { toolsOf } from '../document/node-tools.ts'
import { TenonError } from '../errors/index.ts'
import type { Json, JsonObject } from '../json.ts'
import type { CallsResume, CallsSuspension, NodeTypeRef } from '../node/calls.ts'
import { checkCalls } from '../node/check-calls.ts'
import { checkChildSuspension } from '../node/check-child-suspension.ts'
import { checkOutput } from '../node/check-output.ts'
import { checkParams } from '../node/check-params.ts'
import type { NodeKeyValues, NodeTables } from '../node/data-tables.ts'
import type { NodeDefinition } from '../node/definition.ts'
import type {
  AnyNodeImplementation,
  ChildResult,
  ChildSuspension,
  InlineContext,
  IterationResult,
  LogLevel,
  LoopSuspension,
  NodeContext,
  NodeOutcome,
  Resume,
  Suspension,
  ToolCallRecord,
  WaitFor,
} from '../node/implementation.ts'
import type { ModelUsage } from '../node/language-model.ts'
import type { MailClient } from '../node/mail.ts'
import { toManifest } from '../node/manifest.ts'
import type { NodeModels } from '../node/model-budget.ts'
import type { Connection, HttpClient } from '../node/ports.ts'
import type { SqlClient } from '../node/sql.ts'
import { encodeValue } from '../run/encode.ts'
import type { RunPrincipal } from '../run/principal.ts'
import { createScriptedHttp, type Respond, type ScriptedRequest } from './scripted-http.ts'
import { createTestFiles, type TestFiles } from './test-files.ts'
import { withoutGlobalFetch } from './without-global-fetch.ts'

/** Replacements for the services that a node uses, for a test. */
export interface NodeTestHarnessOptions {
  /** Answers the HTTP requests of the node. @defaultValue every call fails with `HTTP_FAILED` */
  readonly respond?: Respond
  /** HTTP client that replaces `respond`. */
  readonly http?: HttpClient
  /** Files that the node can open, from {@link createTestFiles}. @defaultValue none; those that it stores are in `files` */
  readonly files?: TestFiles
  /** Data tables that the node gets as `context.tables`. @defaultValue every call fails with `DATA_TABLE_NOT_FOUND` */
  readonly tables?: NodeTables
  /** Values that the node gets as `context.keyValues`. @defaultValue every call fails with `DATA_TABLE_NOT_FOUND` */
  readonly keyValues?: NodeKeyValues
  /** Account that the node gets as `context.connection`. @defaultValue none, the node gets `null` */
  readonly connection?: Connection
  /** Person that the node gets as `context.principal`. @defaultValue none, the node gets `null` */
  readonly principal?: RunPrincipal
  /** Client that the node gets as `context.sql`. @defaultValue every call fails with `CONNECTION_REFUSED` */
  readonly sql?: SqlClient
  /** Node types that the node may call as tools, for `context.describeType`. @defaultValue none */
  readonly tools?: readonly (NodeDefinition | AnyNodeImplementation)[]
  /** Client that the node gets as `context.mail`. @defaultValue every call fails with `CONNECTION_REFUSED` */
  readonly mail?: MailClient
  /** Account that the node gets as `context.models`. @defaultValue one without budgets, which has counted nothing */
  readonly models?: NodeModels
}

/** Options of one run of the node in a test. */
export interface NodeTestRunOptions {
  /** Number of the attempt, from 1. @defaultValue 1 */
  readonly attempt?: number
  /** Result of the wait that an earlier run opened. @defaultValue none */
  readonly resume?: Resume | CallsResume
  /** Results of the iterations that an earlier run of a loop began. @defaultValue none */
  readonly iterations?: readonly IterationResult[]
  /** Index of the iteration that ended the loop with a break. @defaultValue none */
  readonly stoppedAt?: number
  /** Run that an earlier run of the node started. @defaultValue none */
  readonly child?: ChildResult
  /** Signal that the node gets, to test that it stops. @defaultValue a signal that never aborts */
  readonly abortSignal?: AbortSignal
  /** Instant that inline nodes see, ms since the epoch. @defaultValue 2030-01-01T00:00:00Z */
  readonly now?: number
}

/** Result of one run of a node. */
export interface NodeTestRun {
  /** Port by which the run would continue; `null` while the node waits. */
  readonly port: string | null
  /** Output in the form that the run log stores. */
  readonly output: Json
  /** Event that the node waits for; `null` once it took a port. */
  readonly waitFor: WaitFor | LoopSuspension['suspend'] | ChildSuspension['suspend'] | CallsSuspension['suspend'] | null
  /** Use of language models that the node reported. */
  readonly usage?: ModelUsage
}

/** A line that the node wrote to its log. */
export interface NodeTestLog {
  /** Severity of the line. */
  readonly level: LogLevel
  /** Text of the line. */
  readonly message: string
  /** Data that the node passed with the line. */
  readonly data?: Json
}

/** Runs a single node without an engine, for tests of node types. */
export interface NodeTestHarness {
  /**
   * Runs the node once like an engine: checks the params before, the port and the output after.
   *
   * @param params - Resolved params, without templates; defaults may be omitted.
   * @throws The error of the node; {@link TenonError} `NODE_PARAMS_INVALID`, `NODE_OUTPUT_INVALID`, `VALUE_NOT_JSON` if
   * it violates its own definition; `EGRESS_REFUSED` if it calls the global `fetch` in place of `context.http`.
   */
  run(params: JsonObject, options?: NodeTestRunOptions): Promise<NodeTestRun>
  /** HTTP requests of the node over all runs; empty with the option `http`. */
  readonly requests: readonly ScriptedRequest[]
  /** Log lines over all runs, including failed ones. */
  readonly logs: readonly NodeTestLog[]
  /** Calls that the node recorded with `context.toolCall`, over all runs. */
  readonly toolCalls: readonly ToolCallRecord[]
  /** Number of heartbeats over all runs. */
  readonly heartbeats: number
  /** Files of the test, those that the node has stored included. */
  readonly files: TestFiles
}

const DEFAULT_NOW = Date.UTC(2030, 0, 1)

/**
 * Creates a harness that runs one node type without a server, an engine or a network, for tests of node types.
 *
 * All runs of one harness are attempts of one node run: `durable` calls that succeeded are not repeated, and the
 * idempotency key is the same.
 *
 * @example
 * ```ts
 * const harness = createNodeTestHarness(parcelNode, { respond: () => ({ body: { state: 'lost' } }) })
 * const { port } = await harness.run({ trackingNumber: 'P-1' })
 * expect(port).toBe('found')
 * expect(harness.requests[0]?.url).toBe('https://carriers.example/parcels/P-1')
 * ```
 */
export function createNodeTestHarness(
  implementation: AnyNodeImplementation,
  options: NodeTestHarnessOptions = {},
): NodeTestHarness {
  const requests: ScriptedRequest[] = []
  const logs: NodeTestLog[] = []
  const toolCalls: ToolCallRecord[] = []
  let heartbeats = 0
  const files = options.files ?? createTestFiles()
  const http = options.http ?? createScriptedHttp(options.respond ?? refuseAll, requests)
  const journal = new Map<string, Promise<unknown>>()
  const callees = toManifest(options.tools ?? [])
  const { definition } = implementation
  return {
    files,
    requests,
    logs,
    toolCalls,
    get heartbeats() {
      return heartbeats
    },
    run: async (
      resolved,
      {
        attempt = 1,
        resume = null,
        iterations = null,
        stoppedAt = null,
        child = null,
        abortSignal,
        now = DEFAULT_NOW,
      } = {},
    ) => {
      const params = checkParams(implementation.definition, resolved)
      const context: NodeContext = {
        params,
        tenantId: 'test-tenant',
        runId: 'test-run',
        principal: options.principal ?? null,
        nodeRunId: 'node_under_test',
        attempt,
        idempotencyKey: 'test-run/node_under_test',
        http,
        connection: options.connection ?? null,
        files,
        tables: options.tables ?? { query: noTables, write: noTables },
        keyValues: options.keyValues ?? { get: noTables, change: noTables },
        sql: options.sql ?? { read: noConnection, write: noConnection },
        mail: options.mail ?? { send: noConnection },
        models: options.models ?? noBudgets,
        abortSignal: abortSignal ?? new AbortController().signal,
        resume,
        log: (level, message, data) => void logs.push({ level, message, ...(data === undefined ? {} : { data }) }),
        toolCall: (call) => void toolCalls.push(call),
        describeType: (type, version) =>
          callees.nodes.find((entry) => entry.type === type && entry.version === version) ?? null,
        heartbeat: () => {
          heartbeats += 1
        },
        durable: (key, call) => remember(journal, key, call),
      }
      // An inline node makes no calls.
      const waited = resume?.kind === 'calls' ? null : resume
      const inline = { now, resume: waited, iterations, stoppedAt, child }
      const result = await withoutGlobalFetch(() => executeNode(implementation, context, inline))
      if ('suspend' in result) {
        if (result.suspend.kind === 'child') checkChildSuspension(implementation.definition)
        if (result.suspend.kind === 'calls') {
          const calls = callableBy(definition, resolved)
          checkCalls({ ...definition, calls }, result.suspend, { pass: 1, depth: 0 })
          encodeValue(result.suspend)
        }
        return { port: null, output: null, waitFor: result.suspend }
      }
      const { output, ...outcome } = checkOutput(implementation.definition, result, params)
      return { ...outcome, output: encodeValue(output).json, waitFor: null }
    },
  }
}

/** Returns the node types that a node may call: those of its definition, and its tools. */
function callableBy({ calls = [], callsFrom }: NodeDefinition, params: JsonObject): readonly NodeTypeRef[] {
  const tools = toolsOf(callsFrom === undefined ? {} : { callsFrom }, params)
  return [...calls, ...tools.map(({ nodeType, typeVersion }) => ({ type: nodeType, version: typeVersion }))]
}

async function executeNode(
  { evaluate, run }: AnyNodeImplementation,
  context: NodeContext,
  inline: InlineContext,
): Promise<NodeOutcome | Suspension | LoopSuspension | ChildSuspension | CallsSuspension> {
  // The implementation knows the type of its params; checkParams has returned that type.
  if (evaluate !== undefined) return evaluate(context.params as never, inline)
  if (run !== undefined) return run(context as NodeContext<never>)
  throw new TenonError('NODE_DEFINITION_INVALID', 'The implementation has neither run nor evaluate')
}

async function remember<Value extends Json>(
  journal: Map<string, Promise<unknown>>,
  key: string,
  call: () => Promise<Value>,
): Promise<Value> {
  // A key always belongs to the same call, so its value has the type of that call.
  const known = journal.get(key) as Promise<Value> | undefined
  if (known !== undefined) return known
  const pending = call()
  journal.set(key, pending)
  // The next attempt repeats a failed call.
  pending.catch(() => journal.delete(key))
  return pending
}

const noBudgets: NodeModels = {
  begin: async () => ({ end: async () => undefined }),
  spentByRun: async () => ({
    ...{ calls: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, costUsd: 0, durationMs: 0 },
  }),
}

async function noTables(): Promise<never> {
  throw new TenonError('DATA_TABLE_NOT_FOUND', 'The test has no data: pass "tables" or "keyValues"')
}

async function noConnection(): Promise<never> {
  throw new TenonError('CONNECTION_REFUSED', 'The test has no such connection: pass "sql" or "mail"')
}

function refuseAll({ method, url }: ScriptedRequest): never {
  throw new TenonError('HTTP_FAILED', `The test has no answer for ${method} ${url}: pass "respond"`)
}
