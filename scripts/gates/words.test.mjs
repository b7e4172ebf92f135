import { describe, expect, test } from 'vitest'
import { checkWords } from './lib/check-words.mjs'

describe('checkWords', () => {
  test('passes our own words', () => {
    expect(checkWords('a.ts', `export const nodeRun = 1 // canceled\nconst jobs = 2`)).toEqual([])
  })

  test('passes names that are given by others, and words that only look alike', () => {
    const names = ['DEFAULT_TASK_QUEUE', 'FlowNode', 'traceDataFlow', 'overflowing', 'restep', 'Workflow', 'unblocked']
    expect(checkWords('a.ts', names.map((name) => `export const ${name} = 1`).join('\n'))).toEqual([])
  })

  test.each([
    ['a British spelling', `// the run was ${'cancel'}led`, 'say "canceled"'],
    ['a foreign word in an exported name', 'export interface ExecutionLog {}', 'say "run"'],
    ['a foreign word in an exported constant', 'export const jobQueue = 1', 'say "run"'],
    ['a foreign word in the middle of an exported name', 'export function readStepsOf() {}', 'say "node"'],
    ['a foreign word in capitals', 'export const MAX_TASKS = 1', 'say "node"'],
    ['another product in an exported name', 'export interface SlackIntegration {}', 'say "node"'],
    ['a flow that is a workflow', 'export const flowTitle = 1', 'say "workflow"'],
    ['a block that is a node', 'export class TextBlock {}', 'say "node"'],
    ['a foreign word in a text', `const help = 'Add a workflow ${'step'}'`, 'say "node"'],
  ])('catches %s', (_name, text, message) => {
    expect(checkWords('a.ts', text).join('\n')).toContain(message)
  })

  describe('in a package in plain English', () => {
    test.each([
      ["throw new Error('Nobody is signed in')", 'no user'],
      ['// the worker tends the run', 'drive'],
      ['/** Tells the other processes. */', 'notify'],
      ['  const settled = []', 'decide'],
      ["socket.close(1012, 'The server is going down')", 'shut down'],
      ['export interface RoomPorts {}', 'Deps'],
      ['/** Whether a path is ours. */', 'a verb or a noun first'],
      ['   * What a client lacks.', 'a verb or a noun first'],
    ])('catches %s', (text, use) => {
      expect(checkWords('packages/server/src/a.ts', text).join('\n')).toContain(use)
    })

    test('passes the terms of the field, tests, and packages that are not yet checked', () => {
      const plain = '/** Notifies the room. */\nexport interface RoomDeps {}\n// the ports of a node, standard, total'
      expect(checkWords('packages/server/src/a.ts', plain)).toEqual([])
      expect(checkWords('packages/server/src/a.test.ts', '// nobody')).toEqual([])
      expect(checkWords('packages/other/src/a.ts', '// nobody')).toEqual([])
    })
  })
})
