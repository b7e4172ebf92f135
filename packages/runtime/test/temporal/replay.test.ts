import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from '@temporalio/worker'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundleShell } from '../../src/engines/temporal/worker/index.ts'
import { readHistory } from './history-text.ts'
import { quietTemporal, shellPath } from './open-temporal.ts'

const directory = join(import.meta.dirname, '..', 'histories')
const names = (await readdir(directory)).sort()

/** Replays one recorded history; null, or what does not fit. */
async function replay(name: string, workflowBundle: { readonly code: string }): Promise<Error | null> {
  const history = readHistory(await readFile(join(directory, name), 'utf8'))
  const results = Worker.runReplayHistories({ workflowBundle }, [{ workflowId: name, history }])
  for await (const { error } of results) if (error !== undefined) return error
  return null
}

describe('recorded histories of shells', () => {
  let shell: { readonly code: string }
  let planted: { readonly code: string }

  beforeAll(async () => {
    quietTemporal()
    shell = await bundleShell(shellPath)
    planted = await bundleShell(join(import.meta.dirname, 'planted-shell.ts'))
  }, 300_000)

  test('are there for every story', () => {
    expect(names.length).toBeGreaterThanOrEqual(9)
  })

  test.each(names)('replay on the shell of today: %s', async (name) => {
    expect(await replay(name, shell)).toBeNull()
  })

  test.each(names)('do not replay on a shell that does one thing more: %s', async (name) => {
    expect(await replay(name, planted)).toMatchObject({ name: 'DeterminismViolationError' })
  })
})
