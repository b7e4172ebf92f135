// Builds the storybook, so that a story that no longer compiles is found.
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'

const root = resolve(import.meta.dirname, '../..')
await run(
  process.execPath,
  [
    join(root, 'node_modules/storybook/dist/bin/dispatcher.js'),
    'build',
    '--config-dir',
    join(root, 'stories/.storybook'),
    '--output-dir',
    join(root, 'storybook-static'),
    '--disable-telemetry',
    '--loglevel',
    'warn',
  ],
  { cwd: root },
)
console.log('storybook: builds')
