import { randomUUID } from 'node:crypto'
import type { WorkflowDocument } from '@tenon/core/document'
import { createNodeRegistry } from '@tenon/core/node'
import { isRunOver, type RunStatus } from '@tenon/core/run'
import { createBuiltInNodes } from '@tenon/nodes/server'
import { changesTopic, type EngineFactory, postgresRunReader, type RuntimeDatabase } from '@tenon/runtime'
import { createEgress } from '@tenon/runtime/egress'
import { compile, type PinnedWorkflow, type PlanNode } from '@tenon/runtime/interpreter'
import { inMemoryBus } from '@tenon/runtime/testing'
import { beatModel, beatNode } from './beat-node.ts'

/** An engine at work, with a clock in its nodes. */
export interface EngineRig {
  /**
   * Runs a document to its end so many times at once, each run in a tenant of its own; the same tenants every time, so
   * that a warm-up has stored what a tenant stores once.
   *
   * @param onEnded - Called when the last run has ended, before the rig reads the statuses of all.
   * @throws when a run does not complete.
   */
  run(document: WorkflowDocument, runs?: number, onEnded?: () => void): Promise<readonly FinishedRun[]>
  /** Publishes a workflow that runs in the first tenant start from now on. */
  publish(workflowId: string, document: WorkflowDocument): Promise<void>
  close(): Promise<void>
}

export interface FinishedRun {
  readonly runId: string
  readonly tenantId: string
  /** When the body of each `beat` node was called, in ms of `performance.now()`. */
  readonly beats: readonly number[]
  /** When it was started, in ms of `performance.now()`. */
  readonly startedAt: number
  /** From the call that started it to the notification of its end, in ms. */
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
  const registry = createNodeRegistry([...createBuiltInNodes({ languageModel: beatModel() }), beat])
  const bus = inMemoryBus()
  const reader = postgresRunReader(database)
  const engine = factory({
    ...{ database, registry, bus, reader, egress: createEgress({}) },
    log: (level, message, fields) => console.error(level, message, fields ?? {}),
  })
  await engine.startWorker()
  const workflows: Record<string, PinnedWorkflow> = {}

  const runOne = async (plan: ReturnType<typeof compile>, tenantId: string): Promise<FinishedRun> => {
    const beatNodes = plan.nodes.reduce((sum, node) => sum + beatsIn(node), 0)
    const runId = randomUUID()
    const beats: number[] = []
    beatsOf.set(runId, beats)
    const ended = new Promise<number>((resolve) => {
      const stop = bus.subscribe(changesTopic(tenantId), (message) => {
        // A run changes when it starts and when it ends: after the last beat, a notification can only be of its end.
        if (message['id'] !== runId || beats.length < beatNodes) return
        const notifiedAt = performance.now()
        const end = (): void => {
          stop()
          resolve(notifiedAt)
        }
        if (beatNodes > 0) end()
        else void statusOf(tenantId, runId).then((status) => (isRunOver(status) ? end() : undefined))
      })
    })
    const from = performance.now()
    const common = { workflowId: 'bench', version: '1', mode: 'live', trigger: 'start', actor: null } as const
    await engine.start({ ...common, tenantId, runId, plan, input: { count: 0 } })
    const tookMs = (await ended) - from
    beatsOf.delete(runId)
    return { runId, tenantId, beats, startedAt: from, tookMs }
  }
  const statusOf = async (tenantId: string, runId: string): Promise<RunStatus> =>
    (await reader.getRun(tenantId, runId))?.status ?? 'queued'
  return {
    run: async (document, runs = 1, onEnded) => {
      const plan = compile(document, registry.manifest, undefined, workflows)
      const all = Array.from({ length: runs }, (_, index) => runOne(plan, `tenant-${firstTenant + index}`))
      const finished = await Promise.all(all)
      onEnded?.()
      // After the last one, so that reading them takes no time from those that run.
      const statuses = await Promise.all(finished.map(({ tenantId, runId }) => statusOf(tenantId, runId)))
      const faulty = statuses.find((status) => status !== 'completed')
      if (faulty !== undefined) throw new RangeError(`A run of the bench is ${faulty}`)
      return finished
    },
    publish: async (workflowId, document) => {
      const tenantId = `tenant-${firstTenant}`
      const plan = compile(document, registry.manifest)
      const row = { tenant_id: tenantId, plan_hash: plan.planHash, data: JSON.stringify(plan) }
      await database.withTenant(tenantId, (tx) => tx.insertInto('plans').values(row).execute())
      workflows[workflowId] = { version: '1', planHash: plan.planHash }
    },
    close: async () => {
      await engine.close()
      await bus.close()
    },
  }
}

/** Returns the number of beats of a node; the items of a loop are a list in its params, the rounds of an agent its task. */
function beatsIn({ type, params, children }: PlanNode): number {
  if (type === 'agent') return Number(params['prompt'])
  if (children === undefined) return type === 'beat' ? 1 : 0
  const items = params['items']
  return (Array.isArray(items) ? items.length : 0) * children.nodes.reduce((sum, node) => sum + beatsIn(node), 0)
}

/** Time from the first start to the notification of the last end, in ms. */
export function msOfAll(runs: readonly FinishedRun[]): number {
  const from = Math.min(...runs.map(({ startedAt }) => startedAt))
  return Math.max(...runs.map(({ startedAt, tookMs }) => startedAt + tookMs)) - from
}

/** Time from one beat to the next, on average over a stretch of nodes, counted from 1. */
export function msPerNode({ beats }: FinishedRun, firstNode: number, lastNode: number): number {
  const [from, to] = [beats[firstNode - 1], beats[lastNode - 1]]
  if (from === undefined || to === undefined) throw new RangeError(`The run has ${beats.length} beats`)
  return (to - from) / (lastNode - firstNode)
}
