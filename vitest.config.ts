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
    // Killing workers and servers takes minutes: `npm run chaos`. Its short form is e2e/specs/durability.spec.ts.
    exclude: ['**/node_modules/**', '**/dist/**', ...(process.env.TENON_CHAOS === '1' ? [] : ['**/*chaos.test.ts'])],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    coverage: { provider: 'v8', exclude: ['**/*.test.*', '**/*.testsuite.ts', '**/testing/**'] },
  },
})
