// Builds and tests copies of the examples against the packed tarballs, so that what is published is what was tried.
// `node scripts/gates/tarballs.mjs FOLDER` tries those of another tree.
import { resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'
import { examplesIn, withTarballs } from './lib/example-copy.mjs'

const root = resolve(process.argv[2] ?? resolve(import.meta.dirname, '../..'))

await withTarballs(root, async ({ build }) => {
  for (const example of examplesIn(root)) {
    try {
      const copy = await build(example)
      await run('npm', ['run', 'test', '--if-present'], { cwd: copy })
      console.log(`tarballs: examples/${example.name} works with the tarballs`)
    } catch (error) {
      console.error(`tarballs: examples/${example.name} does not work with the tarballs (${String(error)})`)
      process.exitCode = 1
    }
  }
})
