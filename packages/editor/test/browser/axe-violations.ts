import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const ALL_RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
/** Rules about colors, the only ones whose result depends on the theme. */
const COLOR_RULES = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }

/**
 * Lists every violation that axe finds inside of Tenon's root, with the elements that cause it.
 *
 * @param rules - `colors` for a page that is checked by all rules in another theme.
 */
export async function violationsOn(page: Page, rules: 'all' | 'colors' = 'all'): Promise<readonly string[]> {
  // Colors in motion are between two values. Endless animations, such as those of running
  // nodes, change no color of a text.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map((animation) => animation.finished.catch(() => {})),
    ),
  )
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(readFileSync(AXE, 'utf8'))
  const options = {
    ...(rules === 'all' ? ALL_RULES : COLOR_RULES),
    ...{ resultTypes: ['violations'], selectors: false, preload: false },
  }
  const results = (await page.evaluate(
    `window.axe.run(document.querySelector('.tenon'), ${JSON.stringify(options)})`,
  )) as AxeResults
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}
