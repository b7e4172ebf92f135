import { isRunOver } from '@tenon/core/run'
import type { Plan } from '../../src/interpreter/plan.ts'
import { groupOf } from '../../src/store/queue-entry.ts'
import { eventsOf } from './memory-append.ts'
import type { MemoryRun, MemoryTables } from './memory-tables.ts'

/** Runs that share a limit. */
interface LimitedGroup {
  readonly name: string
  readonly limit: number
}

/**
 * Creates a check, by the runs themselves, that never more of them are in progress than their limits allow; the rows of
 * the queue are not read. It returns a line for each limit that is exceeded now.
 */
export function createLimitWatch(tables: MemoryTables): () => readonly string[] {
  const ofTenant = tables.runsInProgressLimit
  const groups = new Map<MemoryRun, LimitedGroup | null>()
  const groupOfRun = (memory: MemoryRun): LimitedGroup | null => {
    const known = groups.get(memory)
    if (known !== undefined) return known
    const group = limitedGroup(tables, memory)
    groups.set(memory, group)
    return group
  }
  return () => {
    const inProgress = [...tables.runs.values()].filter((memory) => !isRunOver(memory.run.status) && hasBegun(memory))
    const ofTop = inProgress.filter(({ run }) => run.parent === null && run.handles === null)
    const faults: string[] = []
    if (ofTenant !== null && ofTop.length > ofTenant) faults.push(`more than ${ofTenant} runs of the tenant at once`)
    const counts = new Map<string, number>()
    for (const group of inProgress.map(groupOfRun)) {
      if (group === null) continue
      const count = (counts.get(group.name) ?? 0) + 1
      counts.set(group.name, count)
      if (count > group.limit) faults.push(`more than ${group.limit} runs of ${group.name} at once`)
    }
    return faults
  }
}

/** Checks whether a run has started: one that is canceled while it waits has events as well, and counts against no limit. */
function hasBegun({ rows }: MemoryRun): boolean {
  return rows.some(({ events }) => events.includes('"run_started"'))
}

/** Checks that no run was admitted before one of its lane with a higher priority, or with the same that came earlier. */
export function orderOfAdmissionFaults({ admitted }: MemoryTables): readonly string[] {
  return admitted.flatMap(({ runId, before }) =>
    before.length === 0 ? [] : [`${runId}: was admitted before ${before.join(', ')}`],
  )
}

function limitedGroup({ plans }: MemoryTables, memory: MemoryRun): LimitedGroup | null {
  const { concurrency } = JSON.parse(plans.get(memory.run.planHash) ?? '{}') as Partial<Plan>
  if (concurrency === undefined) return null
  const started = eventsOf(memory).find((event) => event.type === 'run_started')
  const { k = '' } = (started?.type === 'run_started' ? started.data.input.inline : {}) as { readonly k?: number }
  const group = groupOf(concurrency.key === undefined ? null : String(k))
  return { name: `${memory.run.workflowId}/${group}`, limit: concurrency.limit }
}
