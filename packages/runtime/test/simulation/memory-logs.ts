import { TenonError } from '@tenon/core/errors'
import type { RunEvent } from '@tenon/core/run'
import type { RunLogs } from '../../src/store/run-logs.ts'
import { unrollRow } from '../../src/store/stored-events.ts'
import { applyOperation } from './memory-append.ts'
import type { Immediate } from './memory-dispatch.ts'
import { findRun, type MemoryTables } from './memory-tables.ts'

/** Reads run logs in memory, by the rules of `createRunLogs`. */
export function memoryLogs(tables: MemoryTables): Immediate<RunLogs> {
  return {
    load: (ref) => {
      const memory = findRun(tables, ref)
      return memory === undefined ? null : { run: memory.run, snapshot: memory.snapshot }
    },
    readEvents: (ref, after, limit) => {
      const rows = findRun(tables, ref)?.rows ?? []
      const first = rows.findLastIndex(({ seq }) => seq <= after + 1)
      const events: RunEvent[] = rows.slice(Math.max(0, first)).flatMap(unrollRow)
      return events.filter(({ seq }) => seq > after).slice(0, limit)
    },
    findEvents: (ref) => (findRun(tables, ref)?.rows ?? []).flatMap(unrollRow),
    apply: (ref, operations) => {
      const memory = findRun(tables, ref)
      if (memory !== undefined) for (const operation of operations) applyOperation(tables, memory, operation)
    },
    readPlan: (_tenantId, planHash) => {
      const text = tables.plans.get(planHash)
      return text === undefined ? null : JSON.parse(text)
    },
    readValue: (_tenantId, { hash }) => {
      const text = tables.payloads.get(hash)
      if (text === undefined) throw new TenonError('PAYLOAD_NOT_FOUND', `No value has the hash ${hash}`)
      return JSON.parse(text)
    },
  }
}
