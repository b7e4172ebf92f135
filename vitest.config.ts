import { defineConfig } from 'vitest/config'

const source = { conditions: ['@tenon/source', 'module', 'node', 'development|production'] }

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    include: [
      'packages/*/src/**/*.test.{ts,tsx}',
      'packages/*/test/**/*.test.ts',
      'scripts/**/*.test.mjs',
      'bench/**/*.test.ts',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    coverage: { provider: 'v8', exclude: ['**/*.test.*', '**/*.testsuite.ts', '**/testing/**'] },
  },
})
