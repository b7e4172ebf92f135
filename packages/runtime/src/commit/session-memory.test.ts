import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { bundleFixture } from '../../test/fixtures/bundle.ts'

const execute = promisify(execFile)

/** 40 runs that wait, each with 16 values of 15 kB: 9.6 MB. */
const LOAD = { runs: 40, nodes: 16, valueLength: 15_000 }
const [SMALL_HEAP_MB, LARGE_HEAP_MB] = [64, 400]

test('keeps the sessions of waiting runs within a number of bytes: a small heap holds any number of them', async () => {
  const script = await bundleFixture('waiting-runs-process')
  const heapAfter = async (heapMb: number, maxSessionBytes: number) => {
    const args = ['--expose-gc', `--max-old-space-size=${heapMb}`, script]
    const { stdout } = await execute(process.execPath, [...args, JSON.stringify({ ...LOAD, maxSessionBytes })])
    return Number(stdout)
  }
  const bounded = await heapAfter(SMALL_HEAP_MB, 1_048_576)
  const unbounded = await heapAfter(LARGE_HEAP_MB, 1e12)
  expect(unbounded - bounded).toBeGreaterThan(5 * 2 ** 20)
})
