import { TenonError } from '@tenon/core/errors'
import { fromFrame } from '@tenon/core/run'
import { expect, test } from 'vitest'
import { createFixtureClient, FIXTURE_RUN_ID } from '../../../test/fixtures/fixture-client.ts'
import { loopRun } from '../../../test/fixtures/loop-runs.ts'
import { createNodeLogCache } from './node-log-cache.ts'

const { frames } = loopRun({ count: 80, failed: [] })
const OWN = { iterations: false }

test('reads page by page, and only what follows what it knows', async () => {
  const fixture = createFixtureClient({ frames: frames.slice(0, 150) })
  const cache = createNodeLogCache(fixture.client, FIXTURE_RUN_ID)
  const asked = () => fixture.calls.map(({ args }) => args[2])
  const expected = (end: number) =>
    frames.slice(0, end).flatMap((frame) => (frame.nodeRunId === 'charge#3' ? [fromFrame(frame)] : []))
  // Two parts at once read it once.
  const [first, same] = await Promise.all([cache.read('charge#3', 150, OWN), cache.read('charge#3', 150, OWN)])
  expect(first).toEqual(expected(150))
  expect(first.length).toBeGreaterThan(1)
  expect(same).toEqual(first)
  expect(asked()).toEqual([0, 100])
  fixture.push(...frames.slice(150))
  fixture.fail('runs.nodeRunEvents', new TenonError('UNAVAILABLE', 'The server restarts'))
  await expect(cache.read('charge#3', 151, OWN)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  fixture.fail('runs.nodeRunEvents', null)
  const all = await cache.read('charge#3', 151, OWN)
  expect(all).toEqual(expected(frames.length))
  // The entries are the same objects, which are shown as they are.
  expect(all[0]).toBe(first[0])
  expect(asked().slice(2, 4)).toEqual([150, 150])
})

test('keeps the node runs that were looked at last', async () => {
  const fixture = createFixtureClient({ frames: frames.slice(0, 50) })
  const cache = createNodeLogCache(fixture.client, FIXTURE_RUN_ID)
  for (let index = 0; index <= 20; index += 1) await cache.read(`charge#${index}`, 50, OWN)
  await cache.read('charge#20', 50, OWN)
  expect(fixture.calls).toHaveLength(21)
  await cache.read('charge#0', 50, OWN)
  expect(fixture.calls).toHaveLength(22)
})
