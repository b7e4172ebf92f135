// Builds dist/styles.css and dist/styles.layered.css: the guard against rules of the host, React Flow's base sheet under
// .tenon, then our sheets in order.
// Refuses a rule that a host's reset could beat or that could reach outside of .tenon.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { classSpecificity, splitRules, splitSelectors, stripComments } from './css-scope.mjs'
import { FIRST_SHEET, STYLE_ORDER } from './style-order.mjs'

const packageRoot = fileURLToPath(new URL('..', import.meta.url))

/**
 * Puts every rule of a foreign sheet under `.tenon` and its key frames under our prefix.
 *
 * @param {string} css
 */
export function scopeSheet(css) {
  const frames = [...css.matchAll(/@keyframes\s+([\w-]+)/g)].map((match) => match[1] ?? '')
  const scoped = scopeRules(stripComments(css))
  return frames.reduce((text, name) => text.replace(new RegExp(`\\b${name}\\b`, 'g'), `tenon-${name}`), scoped)
}

/** @param {string} css @returns {string} */
function scopeRules(css) {
  return splitRules(css)
    .map(({ prelude, body }) => {
      if (body === null) return `${prelude};`
      if (/^@keyframes/.test(prelude)) return `${prelude} {${body}}`
      if (prelude.startsWith('@')) return `${prelude} {\n${scopeRules(body)}\n}`
      const selectors = splitSelectors(prelude).map((selector) => `.tenon ${selector}`)
      return `${selectors.join(',\n')} {${body}}`
    })
    .join('\n')
}

/**
 * Faults of a sheet by the rules of this package, as sentences.
 *
 * @param {string} name
 * @param {string} css
 * @returns {string[]}
 */
export function checkSheet(name, css) {
  const faults = []
  if (/url\(\s*["']?data:/.test(css)) faults.push(`${name}: a data: URL, which a strict policy blocks`)
  if (/@import/.test(css)) faults.push(`${name}: @import; add the sheet to style-order.mjs`)
  /** @param {string} text */
  const visit = (text) => {
    for (const { prelude, body } of splitRules(text)) {
      if (/^@keyframes/.test(prelude)) {
        if (!/^@keyframes\s+tenon-/.test(prelude)) faults.push(`${name}: "${prelude}" must be named tenon-…`)
      } else if (prelude.startsWith('@')) {
        if (body !== null) visit(body)
      } else {
        for (const selector of splitSelectors(prelude)) {
          if (!/^\.tenon(?![\w-])/.test(selector)) faults.push(`${name}: "${selector}" does not start with .tenon`)
          else if (classSpecificity(selector) < (name === FIRST_SHEET ? 1 : 2)) {
            faults.push(`${name}: "${selector}" is below (0,2,0)`)
          }
        }
      }
    }
  }
  visit(stripComments(css))
  return faults
}

/**
 * Reads the sheets and puts them together.
 *
 * @returns {Promise<string>}
 */
export async function composeStyles() {
  const flow = createRequire(import.meta.url).resolve('@xyflow/react/dist/base.css')
  /** @type {string[]} */
  const parts = []
  /** @type {string[]} */
  const faults = []
  /** @param {string} name */
  const add = async (name) => {
    const css = await readFile(new URL(`../src/styles/${name}`, import.meta.url), 'utf8')
    faults.push(...checkSheet(name, css))
    parts.push(`/* ${name} */\n${stripComments(css).trim()}`)
  }
  await add(FIRST_SHEET)
  parts.push(scopeSheet(await readFile(flow, 'utf8')))
  for (const name of STYLE_ORDER) await add(name)
  if (faults.length > 0) throw new Error(`Sheets of the editor:\n  ${faults.join('\n  ')}`)
  return `${parts.join('\n\n')}\n`
}

/** Writes both sheets into `dist`. */
export async function buildStyles() {
  const css = await composeStyles()
  await mkdir(`${packageRoot}dist`, { recursive: true })
  await writeFile(`${packageRoot}dist/styles.css`, css)
  await writeFile(`${packageRoot}dist/styles.layered.css`, `@layer tenon {\n${css}}\n`)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await buildStyles()
