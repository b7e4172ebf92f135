import { describe, expect, test } from 'vitest'
import { checkWords } from './lib/check-words.mjs'

describe('checkWords', () => {
  test('passes our own words', () => {
    expect(checkWords('a.ts', `export const nodeRun = 1 // canceled\nconst jobs = 2`)).toEqual([])
  })

  test.each([
    ['a British spelling', `// the run was ${'cancel'}led`, 'say "canceled"'],
    ['a foreign word in an exported name', 'export interface ExecutionLog {}', 'say "run"'],
    ['a foreign word in an exported constant', 'export const jobQueue = 1', 'say "run"'],
    ['a foreign word in a text', `const help = 'Add a workflow ${'step'}'`, 'say "node"'],
  ])('catches %s', (_name, text, message) => {
    expect(checkWords('a.ts', text).join('\n')).toContain(message)
  })
})
