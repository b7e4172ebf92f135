import { describe, expect, test } from 'vitest'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { runTitle, versionTitle } from './run-title.ts'

const t = createTranslate({ ...en, ...enRuns }, 'en')
const queuedAt = new Date(2026, 10, 23, 12, 3).toISOString()
const live = { runId: '0192f3a1-7c11-7d2e-9b01-00000000abcd', mode: 'live', version: '4', queuedAt } as const
const tested = { ...live, mode: 'test', version: 'test:0192f3a1-7c11-7d2e-9b01-00000000abcd' } as const

describe('versionTitle', () => {
  test('says which version, and never the id of a tried draft', () => {
    expect(versionTitle(live, t, 'en')).toBe('v4')
    expect(versionTitle(tested, t, 'en')).toBe('Test of draft · 12:03')
  })
})

describe('runTitle', () => {
  test('is the end of a long id, a short id whole, and for a test run what it is a test of', () => {
    expect(runTitle(live, t, 'en')).toBe('0000abcd')
    expect(runTitle({ ...live, runId: 'run-1' }, t, 'en')).toBe('run-1')
    expect(runTitle(tested, t, 'en')).toBe('Test of draft · 12:03')
  })
})
