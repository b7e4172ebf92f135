import type { AppendOperation } from '../../src/store/append.ts'
import { storeAppend } from './memory-append.ts'
import { findRun } from './memory-tables.ts'
import type { PlantedStore } from './simulate.ts'

const without =
  (isLeftOut: (operation: AppendOperation) => boolean): PlantedStore =>
  (tables, append) =>
    storeAppend(tables, { ...append, operations: append.operations.filter((each) => !isLeftOut(each)) })

/** Stores with a fault that a simulation must find. */
export const PLANTED_STORES = {
  'a start of an attempt that is not fenced': (tables, append) =>
    storeAppend(tables, append.turns === 0 && append.kind === 'advance' ? { ...append, kind: 'observe' } : append),
  'a turn that two processes take': (tables, append) =>
    storeAppend(tables, { ...append, expectTurn: findRun(tables, append)?.run.turn ?? 0 }),
  'a run that stays ready after its end': without(({ op }) => op === 'finish'),
  'an end of a child that its parent does not get': without(({ op }) => op === 'message'),
  'a failed run without its handler': without(({ op }) => op === 'handler_create'),
  'a timer that is not stored': without(({ op }) => op === 'timer_set'),
  'an ended run that counts against its limit': (tables, append) => {
    const kept = [...tables.admissions]
    const result = storeAppend(tables, append)
    for (const [key, row] of kept) tables.admissions.set(key, row)
    return result
  },
  'a child that does not wait for its limit': (tables, append) =>
    storeAppend(tables, {
      ...append,
      operations: append.operations.map((each) => (each.op === 'child_begin' ? { ...each, limit: null } : each)),
    }),
  'a message that is applied again': without(({ op }) => op === 'inbox_consumed' || op === 'inbox_clear'),
} satisfies Readonly<Record<string, PlantedStore>>

/** Name of a store with a fault. */
export type PlantedFault = keyof typeof PLANTED_STORES
