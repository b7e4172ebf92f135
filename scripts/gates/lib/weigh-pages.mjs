import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { JSDOM } from 'jsdom'

/**
 * @typedef {{ readonly page: string, readonly base: string, readonly limit: number }} PageBudget
 * A built page, the path at which its folder is served, and the gzip bytes that the scripts it loads first may have.
 */

/**
 * Compares the scripts that each built page loads before it shows anything with its budget: its entry and whatever that
 * imports statically, which the bundler lists in the page to be loaded in parallel. How the bundler spreads modules over
 * these files changes with any import on demand, so one of them alone is no measure.
 *
 * @param {string} folder - With `.page-sizes.json`.
 * @returns {readonly { readonly name: string, readonly bytes: number, readonly limit: number }[]}
 * @throws {Error} If a page or one of its scripts was not built, or a page has no scripts.
 */
export function weighPages(folder) {
  /** @type {readonly PageBudget[]} */
  const budgets = JSON.parse(readFileSync(join(folder, '.page-sizes.json'), 'utf8'))
  return budgets.map(({ page, base, limit }) => {
    const file = resolve(folder, page)
    const { document } = new JSDOM(readFileSync(file, 'utf8')).window
    const scripts = [...document.querySelectorAll('script[src]')].map((script) => script.getAttribute('src'))
    const imported = [...document.querySelectorAll('link[rel="modulepreload"]')].map((link) =>
      link.getAttribute('href'),
    )
    const addresses = new Set([...scripts, ...imported])
    if (addresses.size === 0) throw new Error(`${page} has no scripts`)
    let bytes = 0
    for (const address of addresses) {
      if (!address?.startsWith(base)) throw new Error(`${page} loads ${address}, which is not below ${base}`)
      bytes += gzipSync(readFileSync(join(dirname(file), address.slice(base.length)))).byteLength
    }
    return { name: `the scripts of ${page}`, bytes, limit }
  })
}
