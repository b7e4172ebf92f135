import { createHash } from 'node:crypto'
import { nodeTypeKey } from '@tenon/core/document'
import type { NodeRegistry } from '@tenon/core/node'
import { eventClassOf, RUN_EVENT_TYPES } from '@tenon/core/run'
import { CURRENT_SEMANTICS } from '../interpreter/machine-types.ts'
import { type CallableType, nodesWithin, type Plan, type PlanNode } from '../interpreter/plan.ts'
import { createLru } from '../lru.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

/**
 * Capabilities that a worker needs in order to drive a run, or to execute one queued node of it: `semantics:1`,
 * `plan:1`, `fact:run_started`, `node:acme/mail@2`, `queue:gpu`. Only a worker that has all of them claims the work;
 * during a deploy, old workers leave the runs of new versions to new workers, and the other way round.
 *
 * @see docs/adr/0027-runs-say-what-they-require.md
 */
export interface Requirements {
  /** Key of the set within its tenant; equal sets have equal keys. */
  readonly key: string
  /** Ascending, without duplicates. */
  readonly capabilities: readonly string[]
}

/** The part of a run on which its requirements depend. */
export interface RequiringRun {
  readonly plan: Pick<Plan, 'planVersion' | 'nodes' | 'callable' | 'compensatesOnCancel' | 'errorHandler'>
  readonly semantics: number
  /** Task queue of its tenant; absent or null without one. */
  readonly tenantQueue?: string | null
}

/** Returns the task queue of a tenant, whose runs only workers of the queue execute; null for the workers of all tenants. */
export type TenantQueueOf = (tenantId: string) => string | null

/** Formats of plans that this version of the runtime reads. */
const PLAN_VERSIONS: readonly number[] = [1]
/** Undoes what a run has done. Versions without it read such plans, but would end their runs with nothing undone. */
const COMPENSATION = 'machine:compensation'
/** Runs what nodes call. Versions without it would refuse the fact that a node waits for its calls. */
const CALLS = 'machine:calls'
/** Runs workflows that nodes call. Versions without it would give the calls to bodies that they do not have. */
const CALLED_CHILDREN = 'machine:called-children'

/** Starts the error handler of a workflow. Versions without it would end a failed run without one. */
const ERROR_HANDLER = 'machine:error-handler'
/** Ends attempts by a condition or a total time. Versions without it would try again what must not be. */
const ATTEMPT_LIMITS = 'machine:attempt-limits'

/**
 * Returns the requirements of driving a run: its machine, and every node type that is evaluated or executed where the
 * run is, and the task queue of its tenant. A node with a task queue of its own has requirements of its own.
 */
export function runRequirements(run: RequiringRun): Requirements {
  const nodes = nodesWithin(run.plan).filter((node) => !node.disabled && !isQueued(node))
  const undoesOnCancel = run.plan.compensatesOnCancel !== false && hasCompensations(run.plan)
  const called = calledTypes(run).filter(({ policy }) => policy.taskQueue === null)
  const queue = typeof run.tenantQueue === 'string' ? [`queue:${run.tenantQueue}`] : []
  return requirementsOf(run, [...limitsOf(nodes), ...[...nodes, ...called].map(typeOf), ...queue], undoesOnCancel)
}

/** Returns the requirements of executing a node with a task queue of its own. */
export function dispatchRequirements(
  run: RequiringRun,
  node: Pick<PlanNode, 'type' | 'typeVersion' | 'taskQueue' | 'retryIf' | 'totalTimeoutMs'>,
): Requirements {
  return requirementsOf(run, [...limitsOf([node]), typeOf(node), `queue:${node.taskQueue}`])
}

/** Returns all sets of requirements that rows of the run may refer to, in the order of their keys. */
export function allRequirements(run: RequiringRun): readonly Requirements[] {
  // Only the machine is needed to end a run, so that one with node types that no worker has can still be canceled.
  const machine = { key: machineKey(run), capabilities: machineCapabilities(run) }
  const queued = nodesWithin(run.plan)
    .filter(isQueued)
    .map((node) => dispatchRequirements(run, node))
  const called = calledTypes(run)
    .filter(({ policy }) => policy.taskQueue !== null)
    .map(({ policy: { taskQueue }, ...type }) => dispatchRequirements(run, { ...type, taskQueue }))
  const byKey = new Map([machine, runRequirements(run), ...queued, ...called].map((each) => [each.key, each]))
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/**
 * Adds the capability to read a type of fact in the log of a run. New runs do not require it: each type is known to
 * every version that can write it.
 */
export function withFact({ key, capabilities }: Requirements, type: string): Requirements {
  const [machine = ''] = key.split('/')
  return named(machine, [...capabilities, `fact:${type}`])
}

/** Returns the capabilities of a worker with these node types and task queues. */
export function capabilitiesOf(registry: NodeRegistry, queues: readonly string[]): readonly string[] {
  const semantics = Array.from({ length: CURRENT_SEMANTICS }, (_, index) => `semantics:${index + 1}`)
  const plans = PLAN_VERSIONS.map((version) => `plan:${version}`)
  const machine = [COMPENSATION, CALLS, CALLED_CHILDREN, ATTEMPT_LIMITS, ERROR_HANDLER]
  const types = registry.manifest.nodes.map(({ type, version }) => `node:${nodeTypeKey(type, version)}`)
  const facts = RUN_EVENT_TYPES.filter((type) => eventClassOf(type) === 'fact').map((type) => `fact:${type}`)
  return [...semantics, ...plans, ...machine, ...facts, ...types, ...queues.map((queue) => `queue:${queue}`)]
}

/** Checks whether a node is executed by the workers of its own queue, not where its run is. */
export function isQueued({ mode, disabled, taskQueue }: PlanNode): boolean {
  return mode === 'dispatch' && !disabled && taskQueue !== null
}

function requirementsOf(run: RequiringRun, more: readonly string[], undoesOnCancel = false): Requirements {
  return named(machineKey(run), [...machineCapabilities(run), ...more], undoesOnCancel)
}

function named(machine: string, list: readonly string[], undoesOnCancel = false): Requirements {
  const capabilities = [...new Set(list)].sort()
  const hash = createHash('sha256').update(JSON.stringify(capabilities)).digest('hex').slice(0, 32)
  // The part before the slash is the key of the machine alone: the inbox cuts the key there when a run is canceled. A run
  // that undoes what it has done still needs its node types then; its key is cut at the tilde when nothing is undone.
  return { key: `${machine}${undoesOnCancel ? '~' : '/'}${hash}`, capabilities }
}

function machineKey({ plan, semantics }: RequiringRun): string {
  const undo = hasCompensations(plan) ? '+undo' : ''
  const calls = plan.callable === undefined ? '' : callsChildren(plan) ? '+children' : '+calls'
  return `${semantics}.${plan.planVersion}${undo}${calls}${plan.errorHandler === undefined ? '' : '+handler'}`
}

function machineCapabilities({ plan, semantics }: RequiringRun): readonly string[] {
  const compensation = hasCompensations(plan) ? [COMPENSATION] : []
  const calls = [...(plan.callable === undefined ? [] : [CALLS]), ...(callsChildren(plan) ? [CALLED_CHILDREN] : [])]
  const handler = plan.errorHandler === undefined ? [] : [ERROR_HANDLER]
  return [...compensation, ...calls, ...handler, `plan:${plan.planVersion}`, `semantics:${semantics}`]
}

/** Checks whether nodes of a plan may call a node that runs a workflow. */
function callsChildren({ callable = {} }: Pick<Plan, 'callable'>): boolean {
  return Object.values(callable).some(({ control }) => control === 'child')
}

/** Checks whether a node of a plan can be undone. */
function hasCompensations({ nodes }: Pick<Plan, 'nodes'>): boolean {
  return nodes.some(
    ({ compensation, children }) =>
      compensation !== undefined || (children !== undefined && hasCompensations(children)),
  )
}

function limitsOf(nodes: readonly Pick<PlanNode, 'retryIf' | 'totalTimeoutMs'>[]): readonly string[] {
  const hasLimits = nodes.some(({ retryIf, totalTimeoutMs }) => retryIf !== undefined || totalTimeoutMs !== undefined)
  return hasLimits ? [ATTEMPT_LIMITS] : []
}

/** Returns the node types that nodes of a run call, also through others. */
function calledTypes({ plan: { callable = {} } }: RequiringRun): readonly CallableType[] {
  return Object.values(callable)
}

function typeOf({ type, typeVersion }: Pick<PlanNode, 'type' | 'typeVersion'>): string {
  return `node:${nodeTypeKey(type, typeVersion)}`
}

/** Requirements of a new run of a plan. */
export interface PreparedRun {
  /** Key of its requirements, for its row in `run_ready`. */
  readonly requires: string
  /** True if this worker can drive it. */
  readonly canDrive: boolean
}

/** Requirements of the runs that this process starts. */
export interface RequirementStore {
  /**
   * Stores the requirements of runs of a plan, once for each tenant and plan in this process.
   *
   * @throws {@link TenonError} `UNAVAILABLE`, and the database's own errors.
   */
  prepare(tenantId: string, plan: Plan): Promise<PreparedRun>
}

/** Most plans whose requirements a process caches. */
const CAPACITY = 1_000

/**
 * @param capabilities - Capabilities of the worker of this process.
 * @param queueOf - Task queues of tenants.
 */
export function createRequirementStore(
  database: RuntimeDatabase,
  capabilities: readonly string[],
  queueOf: TenantQueueOf,
): RequirementStore {
  const prepared = createLru<PreparedRun>(CAPACITY)
  const own = new Set(capabilities)
  return {
    prepare: async (tenantId, plan) => {
      const tenantQueue = queueOf(tenantId)
      const name = JSON.stringify([tenantId, plan.planHash, tenantQueue])
      const known = prepared.get(name)
      if (known !== undefined) return known
      const run = { plan, semantics: CURRENT_SEMANTICS, tenantQueue }
      const rows = allRequirements(run).map((each) => ({
        ...{ tenant_id: tenantId, requires_key: each.key, capabilities: each.capabilities },
      }))
      // In key order, and separate from the append, so that two processes that start runs of one plan do not wait for
      // each other.
      await database.withTenant(tenantId, (tx) =>
        tx
          .insertInto('run_requirements')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      )
      const required = runRequirements(run)
      const fresh = { requires: required.key, canDrive: required.capabilities.every((each) => own.has(each)) }
      prepared.set(name, fresh)
      return fresh
    },
  }
}
