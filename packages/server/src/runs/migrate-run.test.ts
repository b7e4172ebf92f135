import { TenonError } from '@tenon/core/errors'
import { expect, test } from 'vitest'
import { isOfOneRun } from './migrate-run.ts'

test('a run whose log cannot be read does not keep the others from moving, and a fault of the database does', () => {
  for (const code of ['RUN_LOG_GAP', 'RUN_LOG_NEWER', 'FACT_INVALID', 'MIGRATION_REFUSED'] as const) {
    expect(isOfOneRun(new TenonError(code, 'x'))).toBe(true)
  }
  for (const code of ['UNAVAILABLE', 'INTERNAL', 'DATABASE_NOT_MIGRATED'] as const) {
    expect(isOfOneRun(new TenonError(code, 'x'))).toBe(false)
  }
  expect(isOfOneRun(new Error('x'))).toBe(false)
})
