import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'vite'

/** Packages that a page of a host loads anyway. */
const EXTERNAL = [/^react(-dom)?($|\/)/, 'yjs']

/**
 * @typedef {{ readonly import: string, readonly from: string, readonly limit: number }} ImportBudget
 * One name that a page imports from a built package, and the brotli bytes that its first script may have.
 */

/**
 * Bundles each import as a host would and compares it with its budget.
 *
 * @param {string} folder - With `.import-sizes.json` and the packages in `node_modules`.
 * @returns {Promise<readonly { readonly name: string, readonly bytes: number, readonly limit: number }[]>}
 */
export async function weighImports(folder) {
  /** @type {readonly ImportBudget[]} */
  const budgets = JSON.parse(readFileSync(join(folder, '.import-sizes.json'), 'utf8'))
  const temporary = mkdtempSync(join(folder, 'node_modules/.import-sizes-'))
  try {
    const weighed = []
    for (const budget of budgets) {
      weighed.push({
        name: `{ ${budget.import} } from '${budget.from}'`,
        bytes: await weigh(budget, temporary),
        limit: budget.limit,
      })
    }
    return weighed
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/**
 * @param {ImportBudget} budget
 * @param {string} folder
 */
async function weigh({ import: name, from }, folder) {
  const input = join(folder, 'page.js')
  writeFileSync(input, `import { ${name} } from '${from}'\nconsole.log(${name})\n`)
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { write: false, modulePreload: false, rollupOptions: { input, external: EXTERNAL } },
  })
  const { output } = /** @type {import('vite').Rollup.RollupOutput} */ (built)
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])))
  const first = new Set([...chunks.values()].filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName))
  for (const fileName of first) for (const other of chunks.get(fileName)?.imports ?? []) first.add(other)
  return [...first].reduce((sum, file) => sum + brotliCompressSync(chunks.get(file)?.code ?? '').byteLength, 0)
}
