import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSources } from '../../gates/lib/sources.mjs'
import { LONG, LongestFirst } from './longest-first.mjs'
import { root } from './paths.mjs'

const SIZES = /** @type {Record<string, number>} */ ({ 'a.test.ts': 10, 'b.test.ts': 90, 'c.property.test.ts': 20 })

/** @param {string} project @param {string} path */
const file = (project, path) => ({
  project: { name: project, config: { root, isolate: false, sequence: { groupOrder: 0 } } },
  moduleId: join(root, path),
})

test('starts the files that take long first, then the large ones, project by project', async () => {
  const cache = {
    getFileTestResults: () => undefined,
    /** @param {string} key */
    getFileStats: (key) => ({ size: SIZES[key.split(':')[1] ?? ''] }),
  }
  const sequencer = new LongestFirst(/** @type {any} */ ({ cache, config: { root } }))
  const names = ['a.test.ts', 'b.test.ts', 'c.property.test.ts']
  const files = [...names.map((name) => file('one', name)), ...names.map((name) => file('two', name))]
  const sorted = await sequencer.sort(/** @type {any} */ (files))
  expect(sorted.map(({ project, moduleId }) => [project.name, moduleId.slice(root.length + 1)])).toEqual([
    ...['c.property.test.ts', 'b.test.ts', 'a.test.ts'].map((name) => ['one', name]),
    ...['c.property.test.ts', 'b.test.ts', 'a.test.ts'].map((name) => ['two', name]),
  ])
})

test('lists no file that is gone', () => {
  const tests = ['packages', 'scripts'].flatMap((folder) =>
    [...readSources(join(root, folder), ['.test.ts', '.test.mjs']).keys()].map((path) => `${folder}/${path}`),
  )
  expect(LONG.filter((pattern) => !tests.some((path) => pattern.test(path)))).toEqual([])
})
