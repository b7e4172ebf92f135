import { randomUUID } from 'node:crypto'
import type { WorkflowDocument } from '@tenon/core/document'
import { createNodeRegistry } from '@tenon/core/node'
import { isRunOver, type RunStatus } from '@tenon/core/run'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { changesTopic, type EngineFactory, postgresRunReader, type RuntimeDatabase } from '@tenon/runtime'
import { createEgress } from '@tenon/runtime/egress'
import { compile } from '@tenon/runtime/interpreter'
import { inMemoryBus } from '@tenon/runtime/testing'
import { beatNode } from './beat-node.ts'

/** An engine at work, with a clock in its nodes. */
export interface EngineRig {
  /**
   * Runs a document to its end so many times at once, each run in a tenant of its own; the same tenants every time, so
   * that a warm-up has stored what a tenant stores once.
   *
   * @throws when a run does not complete.
   */
  run(document: WorkflowDocument, runs?: number): Promise<readonly FinishedRun[]>
  close(): Promise<void>
}

export interface FinishedRun {
  readonly runId: string
  /** When the body of each `beat` node was called, in ms of `performance.now()`. */
  readonly beats: readonly number[]
  /** When it was started, in ms of `performance.now()`. */
  readonly startedAt: number
  /** From the call that started it to the news of its end, in ms. */
  readonly tookMs: number
}

/** @param firstTenant - Number of the tenant of the first run; two rigs on one database have different tenants. */
export async function openEngineRig(
  database: RuntimeDatabase,
  factory: EngineFactory,
  firstTenant = 0,
): Promise<EngineRig> {
  const beatsOf = new Map<string, number[]>()
  const beat = beatNode((runId) => beatsOf.get(runId)?.push(performance.now()))
  const registry = createNodeRegistry([...createBuiltInNodes({}), beat])
  const bus = inMemoryBus()
  const reader = postgresRunReader(database)
  const engine = factory({
    ...{ database, registry, bus, reader, egress: createEgress({}) },
    log: (level, message, fields) => console.error(level, message, fields ?? {}),
  })
  await engine.startWorker()

  const runOne = async (plan: ReturnType<typeof compile>, tenantId: string): Promise<FinishedRun> => {
    const beatNodes = plan.nodes.filter(({ type }) => type === beat.definition.type).length
    const runId = randomUUID()
    const beats: number[] = []
    beatsOf.set(runId, beats)
    const ended = new Promise<RunStatus>((resolve) => {
      const stop = bus.subscribe(changesTopic(tenantId), (message) => {
        // A run changes when it starts and when it ends; only the end, after the last beat, is worth a query.
        if (message['id'] !== runId || beats.length < beatNodes) return
        void reader.getRun(tenantId, runId).then((run) => {
          if (run === null || !isRunOver(run.status)) return
          stop()
          resolve(run.status)
        })
      })
    })
    const from = performance.now()
    const common = { workflowId: 'bench', version: '1', mode: 'live', trigger: 'start', actor: null } as const
    await engine.start({ ...common, tenantId, runId, plan, input: { count: 0 } })
    const status = await ended
    const tookMs = performance.now() - from
    beatsOf.delete(runId)
    if (status !== 'completed') throw new RangeError(`A run of the bench is ${status}`)
    return { runId, beats, startedAt: from, tookMs }
  }
  return {
    run: (document, runs = 1) => {
      const plan = compile(document, registry.manifest)
      return Promise.all(Array.from({ length: runs }, (_, index) => runOne(plan, `tenant-${firstTenant + index}`)))
    },
    close: async () => {
      await engine.close()
      await bus.close()
    },
  }
}

/** Time from one beat to the next, on average over a stretch of nodes, counted from 1. */
export function msPerNode({ beats }: FinishedRun, firstNode: number, lastNode: number): number {
  const [from, to] = [beats[firstNode - 1], beats[lastNode - 1]]
  if (from === undefined || to === undefined) throw new RangeError(`The run has ${beats.length} beats`)
  return (to - from) / (lastNode - firstNode)
}
