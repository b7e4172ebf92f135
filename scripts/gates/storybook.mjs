// Builds the storybook, so that a story that no longer compiles is found.
// `node scripts/gates/storybook.mjs FOLDER` builds the stories of another tree.
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(process.argv[2] ?? root)
try {
  await run(
    process.execPath,
    [
      join(root, 'node_modules/storybook/dist/bin/dispatcher.js'),
      'build',
      ...['--config-dir', join(folder, 'stories/.storybook')],
      ...['--output-dir', join(folder, 'storybook-static')],
      ...['--disable-telemetry', '--loglevel', 'warn'],
    ],
    { cwd: folder },
  )
  console.log('storybook: builds')
} catch {
  console.error('storybook: does not build')
  process.exitCode = 1
}
