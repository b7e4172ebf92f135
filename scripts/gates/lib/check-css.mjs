import postcss from 'postcss'
import selectorParser from 'postcss-selector-parser'

/**
 * Finds rules of the editor's sheet that could leak into a host page, or lose to its resets: each selector must start
 * with `.tenon` with a specificity of at least (0,2,0), and directions must be logical. In `host-guard.css`, which
 * takes the host's rules for tags away, (0,1,0) is enough.
 *
 * @param {string} path
 * @param {string} css
 * @returns {string[]} one line a violation
 */
export function checkCss(path, css) {
  /** @type {string[]} */
  const violations = []
  // The guard takes rules for tags away; a class of the host is meant to win over it.
  const leastClasses = path.endsWith('/host-guard.css') ? 1 : 2
  postcss.parse(css, { from: path }).walk((node) => {
    const at = `${path}:${node.source?.start?.line ?? 0}`
    if (node.type === 'rule' && !isKeyframe(node)) {
      for (const selector of selectorsOf(node.selector)) {
        if (!/^\.tenon(?![\w-])/.test(selector.text)) violations.push(`${at} ${selector.text} is not under .tenon`)
        else if (selector.classes < leastClasses) violations.push(`${at} ${selector.text} is weaker than (0,2,0)`)
      }
    }
    if (node.type === 'decl' && /^(margin|padding|border)-(left|right)\b|^(left|right)$/.test(node.prop)) {
      violations.push(`${at} ${node.prop} is not logical: use inline-start and inline-end`)
    }
    if (node.type === 'decl' && /url\(\s*['"]?(data:|https?:)/.test(node.value)) {
      violations.push(`${at} loads ${node.value.slice(0, 30)}, which a strict policy blocks`)
    }
    if (node.type === 'decl' && node.important) violations.push(`${at} uses !important, which hosts cannot override`)
  })
  return violations
}

/** @param {import('postcss').Rule} rule */
function isKeyframe(rule) {
  const parent = rule.parent
  return parent?.type === 'atrule' && /keyframes$/.test(/** @type {import('postcss').AtRule} */ (parent).name)
}

/**
 * @param {string} text
 * @returns {{ text: string, classes: number }[]}
 */
function selectorsOf(text) {
  /** @type {{ text: string, classes: number }[]} */
  const found = []
  selectorParser((root) => {
    root.each((selector) => {
      found.push({ text: selector.toString().trim(), classes: classesIn(selector) })
    })
  }).processSync(text)
  return found
}

/**
 * The second number of a selector's specificity (Selectors Level 4): `:where()` counts nothing, `:is()` and `:not()`
 * their strongest argument.
 *
 * @param {import('postcss-selector-parser').Container} selector
 * @returns {number}
 */
function classesIn(selector) {
  let count = 0
  selector.each((node) => {
    if (node.type === 'class' || node.type === 'attribute') count += 1
    if (node.type !== 'pseudo' || node.value.startsWith('::') || node.value === ':where') return
    if ([':is', ':not', ':has'].includes(node.value))
      count += Math.max(0, ...node.nodes.map((inner) => classesIn(inner)))
    else count += 1
  })
  return count
}
