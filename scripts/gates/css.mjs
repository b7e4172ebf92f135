// Fails when a rule of the editor's own sheets could leak into a host page or lose to its resets.
import { join, resolve } from 'node:path'
import { checkCss } from './lib/check-css.mjs'
import { readSources, report } from './lib/sources.mjs'

const root = resolve(import.meta.dirname, '../..')
const sheets = readSources(join(root, 'packages/editor/src'), ['.css'])
const violations = [...sheets].flatMap(([path, css]) => checkCss(`packages/editor/src/${path}`, css))

report('css', violations, `${sheets.size} sheets stay under .tenon`)
