import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { testsThatNeed } from './needs.mjs'

test('knows the tests of this repository that need a Postgres, a browser or a DOM', () => {
  const { postgres, chromium, dom } = testsThatNeed(resolve(import.meta.dirname, '../../..'))
  expect(postgres).toContain('packages/runtime/src/engines/embedded/postgres.test.ts')
  expect(postgres).toContain('packages/runtime/src/store/appender.test.ts')
  expect(postgres).toContain('packages/server/test/postgres.test.ts')
  expect(postgres).toContain('packages/runtime/test/chaos/crashes.test.ts')
  expect(postgres).not.toContain('packages/runtime/src/engines/embedded/pglite.test.ts')
  expect(chromium).toContain('packages/editor/test/browser/canvas.test.ts')
  expect(dom).toContain('packages/editor/src/host-faults.test.tsx')
  expect(dom).not.toContain('packages/editor/src/server-render.test.tsx')
})
