import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/run/lib/longest-first.mjs'
import { testsThatNeed } from './scripts/run/lib/needs.mjs'

const source = { conditions: ['@tenon/source', 'node', 'development|production'] }

// Files of a worker share their modules, of which none keeps state: loading them again for each file took more time
// than most tests. Tests with a DOM share the DOM as well; packages/editor/test/setup-tests.ts resets it after each test.
const { dom: withDom } = testsThatNeed(import.meta.dirname)

const THRESHOLDS = {
  'packages/core/src/**': { lines: 100, branches: 100 },
  'packages/runtime/src/interpreter/**': { lines: 100, branches: 100 },
  'packages/nodes/src/**': { lines: 90, branches: 85 },
  'packages/connectors/src/**': { lines: 90, branches: 85 },
  // The shell runs in Temporal's sandbox, where nothing is counted, and still the whole stays above.
  'packages/runtime/src/**': { lines: 90, branches: 85 },
  'packages/server/src/**': { lines: 90, branches: 85 },
  // Canvas, inspector, palette and frame are tested in a real Chromium (packages/editor/test/browser), which
  // scripts/run/coverage.mjs counts, too, with thresholds of its own. These are for what is tested outside of it.
  'packages/editor/src/**': { lines: 82, branches: 72 },
}

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    // The attacks of packages/runtime/test/chaos run in their short form; `npm run chaos` runs them whole, and the storm.
    exclude: [
      ...['**/node_modules/**', '**/dist/**'],
      ...(process.env.TENON_CHAOS === '1' ? [] : ['**/*chaos.test.ts']),
      // What this machine cannot run (scripts/run/lib/parts.mjs).
      ...(process.env.TENON_TESTS_LEFT_OUT ?? '').split(',').filter((path) => path !== ''),
    ],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // A state that comes late on a busy machine is no fault; one that never comes still fails.
    expect: { poll: { timeout: 30_000 } },
    // More than there are cores in CI: the tests of the engines wait more than they compute.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared modules',
          isolate: false,
          sequence: { groupOrder: 1 },
          include: [
            'packages/*/{src,test}/**/*.test.{ts,tsx}',
            'scripts/**/*.test.mjs',
            'bench/**/*.test.ts',
            'examples/host-app/src/**/*.test.ts',
          ],
          exclude: ['packages/editor/test/browser/**', ...withDom],
        },
      },
      {
        extends: true,
        test: {
          name: 'editor in Chromium',
          isolate: false,
          // Before the others: with a third worker, pages wait so long for a core that their tests time out.
          sequence: { groupOrder: 0 },
          maxWorkers: 2,
          include: ['packages/editor/test/browser/*.test.ts'],
          globalSetup: ['packages/editor/test/browser/build-pages.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'editor',
          isolate: false,
          sequence: { groupOrder: 1 },
          include: withDom,
          setupFiles: ['packages/editor/test/setup-tests.ts'],
        },
      },
    ],
    coverage: {
      provider: 'custom',
      customProviderModule: join(import.meta.dirname, 'scripts/run/lib/coverage-provider.mjs'),
      include: ['packages/*/src/**/*.{ts,tsx}'],
      exclude: ['**/*.test.*', '**/*.test-d.ts', '**/*.testsuite.ts', '**/testing/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: process.env.TENON_COVERAGE_OF_A_PART === '1' ? {} : THRESHOLDS,
    },
  },
})
