import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mergeScriptCovs } from '@bcoe/v8-coverage'
import convert from 'ast-v8-to-istanbul'
import istanbul from 'istanbul-lib-coverage'
import { parseAstAsync } from 'vite'

/**
 * Merges what the pages of the browser tests have run (`packages/editor/test/browser/counted-browser.ts`), by source.
 *
 * @param {string} folder `pages/assets` with the chunks and their source maps, and `<chunk>.<any>.json` for what one
 * page ran of a chunk
 * @param {(path: string) => boolean} isCounted
 * @returns {Promise<import('istanbul-lib-coverage').CoverageMap>}
 */
export async function readBrowserCoverage(folder, isCounted) {
  const map = istanbul.createCoverageMap({})
  const names = readdirSync(folder)
  const assets = join(folder, 'pages/assets')
  // No browser test has run.
  if (!existsSync(assets)) return map
  for (const chunk of readdirSync(assets).filter((name) => name.endsWith('.js'))) {
    const sourceMap = JSON.parse(readFileSync(join(assets, `${chunk}.map`), 'utf8'))
    const counted = names.filter((name) => name.startsWith(`${chunk}.`))
    if (counted.length === 0 || !sourceMap.sources.some(isCounted)) continue
    const code = readFileSync(join(assets, chunk), 'utf8')
    const url = pathToFileURL(join(assets, chunk)).href
    const coverage = mergeScriptCovs(
      counted.map((name) => ({
        scriptId: '0',
        url,
        functions: JSON.parse(readFileSync(join(folder, name), 'utf8')),
      })),
    )
    if (coverage === undefined) continue
    const converted = await convert({ code, sourceMap, coverage, ast: parseAstAsync(code) })
    for (const [path, file] of Object.entries(converted)) {
      if (isCounted(path)) map.merge({ [path]: file })
    }
  }
  return map
}
