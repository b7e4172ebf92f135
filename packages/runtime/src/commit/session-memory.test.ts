import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { bundleFixture } from '../../test/fixtures/bundle.ts'

const execute = promisify(execFile)

/** 120 runs that wait, each with 40 values of 15 kB: 72 MB. */
const LOAD = { runs: 120, nodes: 40, valueLength: 15_000 }
const HEAP_MB = 88

test('keeps the sessions of waiting runs within a number of bytes: a small heap holds any number of them', async () => {
  const script = await bundleFixture('waiting-runs-process')
  const run = (options: object) =>
    execute(process.execPath, [`--max-old-space-size=${HEAP_MB}`, script, JSON.stringify({ ...LOAD, ...options })])
  await expect(run({ maxSessionBytes: 8_388_608 })).resolves.toBeDefined()
  // The heap is small enough for this to mean something.
  await expect(run({ maxSessionBytes: 1e12 })).rejects.toMatchObject({ stderr: expect.stringContaining('heap') })
})
