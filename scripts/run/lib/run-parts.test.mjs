import { expect, test } from 'vitest'
import { runParts } from './run-parts.mjs'

/** @param {string} name @param {import('./parts.mjs').Part['lane']} lane @param {string[]} [after] @returns {import('./parts.mjs').Part} */
const part = (name, lane, after = []) => ({ name, args: [], canRun: true, lane, after })

/** Runs parts that end when `end` names them, and notes what happens. */
function setUp(/** @type {import('./parts.mjs').Part[]} */ parts) {
  /** @type {string[]} */
  const events = []
  /** @type {Map<string, (fault?: Error) => void>} */
  const running = new Map()
  let ms = 0
  const failed = runParts(parts, {
    start: ({ name }, isLive) => {
      events.push(`${name} starts${isLive ? ', live' : ''}`)
      return new Promise((resolve, reject) => {
        running.set(name, (fault) => (fault === undefined ? resolve() : reject(fault)))
      })
    },
    ended: ({ name }, seconds, fault) => events.push(`${name} ${fault ? 'failed' : 'passed'} in ${seconds} s`),
    now: () => ms,
  })
  return {
    events,
    failed,
    /** @param {string} name @param {{ fault?: Error, atMs?: number }} [how] */
    end: async (name, { fault, atMs = ms } = {}) => {
      await new Promise(setImmediate)
      ms = atMs
      running.get(name)?.(fault)
      await new Promise(setImmediate)
    },
  }
}

test('runs the parts of a lane in order, beside those of the other', async () => {
  const { events, failed, end } = setUp([
    part('lint', 'beside'),
    part('unit', 'front'),
    part('build', 'beside'),
    part('e2e', 'front', ['build']),
  ])
  await end('lint', { atMs: 2_000 })
  await end('unit', { atMs: 9_000 })
  expect(events.splice(0)).toEqual([
    'lint starts',
    'unit starts, live',
    'lint passed in 2 s',
    'build starts',
    'unit passed in 9 s',
  ])
  await end('build', { atMs: 10_000 })
  await end('e2e', { atMs: 15_000 })
  expect(events).toEqual(['build passed in 8 s', 'e2e starts, live', 'e2e passed in 5 s'])
  expect(await failed).toEqual([])
})

test('starts nothing after a failure and waits for what is running', async () => {
  const { events, failed, end } = setUp([
    part('unit', 'front'),
    part('lint', 'beside'),
    part('build', 'beside'),
    part('e2e', 'front', ['build']),
  ])
  await end('lint', { fault: new Error('exit 1') })
  await end('unit', { atMs: 4_000 })
  expect(events).toEqual(['unit starts, live', 'lint starts', 'lint failed in 0 s', 'unit passed in 4 s'])
  expect(await failed).toEqual(['lint'])
})

test.each([
  ['build', 'unit'],
  ['unit', 'build'],
])('starts a part for either lane once the lane of %s is free', async (first, second) => {
  const { events, failed, end } = setUp([part('unit', 'front'), part('build', 'beside'), part('e2e', 'either')])
  await end(first)
  expect(events.slice(2)).toEqual([`${first} passed in 0 s`, 'e2e starts'])
  await end('e2e')
  await end(second)
  expect(events.slice(4)).toEqual(['e2e passed in 0 s', `${second} passed in 0 s`])
  expect(await failed).toEqual([])
})

test('starts a part for either lane alone, and not before what it waits for', async () => {
  const alone = setUp([part('e2e', 'either', ['build'])])
  await alone.end('e2e')
  expect(await alone.failed).toEqual([])
  const both = setUp([part('unit', 'front'), part('build', 'beside'), part('e2e', 'either', ['build'])])
  await both.end('unit')
  expect(both.events).not.toContain('e2e starts')
  await both.end('build')
  await both.end('e2e')
  expect(both.events).toContain('e2e passed in 0 s')
  expect(await both.failed).toEqual([])
})

test('shows the output as it comes where one lane is all', async () => {
  const { events, failed, end } = setUp([part('lint', 'beside'), part('e2e', 'beside', ['build'])])
  await end('lint')
  await end('e2e')
  expect(await failed).toEqual([])
  expect(events).toContain('e2e starts, live')
})
