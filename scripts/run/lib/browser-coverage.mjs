import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mergeScriptCovs } from '@bcoe/v8-coverage'
import convert from 'ast-v8-to-istanbul'
import istanbul from 'istanbul-lib-coverage'
import { parseAstAsync } from 'vite'

/**
 * Merges what the pages of the browser tests have run (`packages/editor/test/browser/counted-browser.ts`), by source.
 *
 * @param {string} folder `<hash>.js` for each script, `<hash>.<any>.json` for what one page ran of it
 * @param {(path: string) => boolean} isCounted
 * @returns {Promise<import('istanbul-lib-coverage').CoverageMap>}
 */
export async function readBrowserCoverage(folder, isCounted) {
  const map = istanbul.createCoverageMap({})
  const names = readdirSync(folder)
  for (const script of names.filter((name) => name.endsWith('.js'))) {
    const code = readFileSync(join(folder, script), 'utf8')
    const sourceMap = mapOf(code)
    if (sourceMap === null) continue
    const hash = script.slice(0, -'.js'.length)
    const runs = names.filter((name) => name.startsWith(`${hash}.`) && name.endsWith('.json'))
    const url = pathToFileURL(join(folder, script)).href
    const merged = mergeScriptCovs(
      runs.map((name) => ({
        scriptId: '0',
        url,
        functions: JSON.parse(readFileSync(join(folder, name), 'utf8')),
      })),
    )
    if (merged === undefined) continue
    const converted = await convert({ code, sourceMap, coverage: merged, ast: parseAstAsync(code) })
    for (const [path, file] of Object.entries(converted)) {
      if (isCounted(path)) map.merge({ [path]: file })
    }
  }
  return map
}

/** @param {string} code */
function mapOf(code) {
  const at = code.lastIndexOf('//# sourceMappingURL=data:application/json')
  if (at === -1) return null
  const data = code.slice(code.indexOf(',', at) + 1).trim()
  return JSON.parse(Buffer.from(data, 'base64').toString('utf8'))
}
