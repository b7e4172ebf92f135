// Throws random programs and random texts at the expression language:
//   npm run fuzz:expressions -- [--programs 1000000] [--texts 1000000] [--seed 1]
// Prints the seed, what the inputs ended with, the most steps and the slowest input; fails on any untyped error,
// exceeded limit or text that does not print back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '..')
const entry = join(root, 'packages/core/test/expressions/fuzz.ts')

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '1000000' },
    texts: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
})

/**
 * The fuzzer with everything that it imports as one module, loaded.
 *
 * @returns {Promise<typeof import('../packages/core/test/expressions/fuzz.ts')>}
 */
async function loadFuzzer() {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { ssr: entry, write: false, minify: false },
    ssr: { noExternal: true },
  })
  const [result] = Array.isArray(built) ? built : [built]
  if (result === undefined || !('output' in result)) throw new Error('The fuzzer could not be built')
  const directory = mkdtempSync(join(tmpdir(), 'tenon-fuzz-'))
  try {
    for (const file of result.output) {
      if (file.type === 'chunk') writeFileSync(join(directory, file.fileName.replace(/\.js$/, '.mjs')), file.code)
    }
    const [chunk] = result.output
    return await import(pathToFileURL(join(directory, chunk.fileName.replace(/\.js$/, '.mjs'))).href)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** @param {'programs' | 'texts'} kind */
function countOf(kind) {
  const count = Number(values[kind])
  if (!Number.isInteger(count) || count < 0) throw new Error(`--${kind} takes a whole number`)
  return count
}

const { fuzzExpressions } = await loadFuzzer()
const seed = Number(values.seed)
let violations = 0

console.log(`seed ${seed}`)
for (const kind of /** @type {const} */ (['programs', 'texts'])) {
  const count = countOf(kind)
  const begun = performance.now()
  const report = fuzzExpressions(seed, count, kind, (done) => {
    if (process.stdout.isTTY) process.stdout.write(`\r${kind} ${done}/${count}`)
  })
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(`\n${count} ${kind} in ${seconds} s`)
  for (const [outcome, times] of Object.entries(report.outcomes).sort(([, a], [, b]) => b - a)) {
    console.log(`  ${outcome.padEnd(30)} ${times}`)
  }
  console.log(`  most steps ${report.maxSteps}, most new size ${report.maxSize}`)
  console.log(
    `  slowest input ${report.slowest.ms.toFixed(1)} ms, ${report.slowest.steps} steps: ${report.slowest.text}`,
  )
  for (const violation of report.violations) console.error(`  VIOLATION ${violation}`)
  violations += report.violations.length
}
if (violations > 0) process.exitCode = 1
