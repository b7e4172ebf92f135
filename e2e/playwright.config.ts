import { defineConfig } from '@playwright/test'
import type { HostOptions } from './fixtures/test.ts'

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Specs that depend on the engine; the rest runs once. */
const onBoth = /(person-path|support-ticket-router|durability|refund-agent)\.spec\.ts/

export default defineConfig<HostOptions>({
  testDir: './specs',
  outputDir: '../test-results',
  // Each worker has a host with data of its own; the tests of a file share one.
  fullyParallel: false,
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME === undefined ? 'list' : [['list'], ['json']],
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    // A trace would double the time of every test; to see one, run the test again with `--trace on`.
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium', args: CHROMIUM_FLAGS },
  },
  projects: [
    { name: 'embedded', use: { engine: 'embedded' } },
    ...(process.env['TENON_TEMPORAL_CLI'] === undefined
      ? []
      : [{ name: 'temporal', testMatch: onBoth, use: { engine: 'temporal' as const } }]),
  ],
})
