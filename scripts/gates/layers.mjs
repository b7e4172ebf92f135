// Fails when a package imports what its layer forbids (lib/layer-rules.mjs), when folders of a package import each other
// in a circle, or when a journey in ARCHITECTURE.md lists a file that it does not reach.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { checkJourneys } from './lib/check-journeys.mjs'
import { checkLayers } from './lib/check-layers.mjs'
import { PACKAGE_RULES } from './lib/layer-rules.mjs'
import { readSources, report } from './lib/sources.mjs'

const root = resolve(import.meta.dirname, '../..')
const files = new Map(
  [...readSources(join(root, 'packages'), ['.ts', '.tsx'])].map(([path, text]) => [`packages/${path}`, text]),
)

/** @type {Record<string, Record<string, string>>} */
const exportsByPackage = {}
for (const name of Object.keys(PACKAGE_RULES)) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
  /** @type {Record<string, string>} */
  const sources = {}
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    const source = /** @type {Record<string, string>} */ (target)['@tenon/source']
    if (source !== undefined) sources[subpath] = `packages/${name}/${source.slice(2)}`
  }
  exportsByPackage[name] = sources
}

report('layers', checkLayers(files, exportsByPackage), `${files.size} files keep to their layers`)

const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const { violations, journeys, stops } = checkJourneys(page, files, exportsByPackage)
report('journeys', violations, `${stops} files of ${journeys} journeys are reached`)
