import type { NodeContext } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import type { StartedNode } from '../commit/commit-types.ts'
import { type ExecuteAttemptDeps, executeAttempt } from './execute-attempt.ts'
import { createStopSwitch } from './stop-switch.ts'

describe('executeAttempt', () => {
  test('leaves an attempt whose outcome waits for memory at shutdown only when its lines are stored', async () => {
    const stop = createStopSwitch()
    const done: string[] = []
    let store = (): void => undefined
    let admit = (): void => undefined
    const room = { weigh: () => undefined, release: () => void done.push('room released') }
    const committer = {
      commit: async () => {
        await new Promise<void>((resolve) => {
          store = resolve
        })
        done.push('line stored')
      },
      outcomes: {
        enter: () =>
          new Promise((resolve) => {
            admit = () => resolve(room)
          }),
      },
    }
    const run = async ({ log }: NodeContext) => {
      log('info', 'a line')
      return { port: 'success', output: {} }
    }
    const started = { node: { timeoutMs: null, heartbeatMs: null }, params: {}, journal: new Map() }
    const implementation = { run, definition: {} }
    const deps = {
      committer,
      findType: () => ({
        paramsSchema: {},
        implementation,
        literalParams: new Set(),
        lateParams: new Set(),
        secretParams: [],
      }),
      now: () => 0,
      log: () => undefined,
      stop: stop.signals,
      onBodyEnd: () => void done.push('body ended'),
    }
    const executed = executeAttempt(
      { ...started, implementation } as unknown as StartedNode,
      deps as unknown as ExecuteAttemptDeps,
    ).then(({ kind }) => done.push(kind))
    await new Promise((resolve) => setImmediate(resolve))
    stop.stop('shutdown')
    admit()
    await new Promise((resolve) => setImmediate(resolve))
    expect(done).toEqual(['room released', 'body ended'])
    store()
    await executed
    expect(done).toEqual(['room released', 'body ended', 'line stored', 'left'])
  })

  test('leaves out what an abandoned body writes after its attempt has ended', async () => {
    const stop = createStopSwitch()
    const commits: unknown[] = []
    let write = (): void => undefined
    const committer = {
      commit: async (request: unknown) => {
        commits.push(request)
        return { outcome: 'committed' }
      },
      outcomes: { enter: () => ({ weigh: () => undefined, release: () => undefined }) },
    }
    const run = ({ log, toolCall }: NodeContext) => {
      write = () => {
        log('info', 'too late')
        toolCall({ tool: 'find', arguments: {}, answer: null, durationMs: 1 })
      }
      return new Promise(() => undefined)
    }
    const implementation = { run, definition: {} }
    const started = {
      node: { timeoutMs: null, heartbeatMs: null },
      nodeRunId: 'a',
      pass: 1,
      params: {},
      journal: new Map(),
    }
    const deps = {
      committer,
      findType: () => ({
        paramsSchema: {},
        implementation,
        literalParams: new Set(),
        lateParams: new Set(),
        secretParams: [],
      }),
      now: () => 0,
      log: () => undefined,
      stop: stop.signals,
      graceMs: 1,
    }
    const executed = executeAttempt(
      { ...started, implementation } as unknown as StartedNode,
      deps as unknown as ExecuteAttemptDeps,
    )
    stop.stop('cancel')
    expect(await executed).toMatchObject({ kind: 'ended' })
    write()
    await new Promise((resolve) => setImmediate(resolve))
    const fact = { type: 'node_canceled', nodeRunId: 'a', data: { pass: 1, how: 'abandoned' } }
    expect(commits).toEqual([expect.objectContaining({ facts: [{ fact }], observations: [] })])
  })
})
