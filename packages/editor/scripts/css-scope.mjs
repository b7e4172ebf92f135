// Reads just enough CSS to walk its rules: strings, comments, nested at-rules. No values are interpreted.

/**
 * Splits a sheet into its top-level rules.
 *
 * @param {string} css
 * @returns {{ prelude: string, body: string | null }[]} `body` is null for statements such as `@import`.
 */
export function splitRules(css) {
  const rules = []
  let start = 0
  let depth = 0
  let bodyStart = 0
  for (let i = 0; i < css.length; i += 1) {
    i = skipOpaque(css, i)
    const char = css[i]
    if (char === '{') {
      if (depth === 0) bodyStart = i + 1
      depth += 1
    } else if (char === '}') {
      depth -= 1
      if (depth < 0) throw new Error(`Unbalanced } near: ${css.slice(start, i).slice(-80)}`)
      if (depth === 0) {
        rules.push({ prelude: css.slice(start, bodyStart - 1).trim(), body: css.slice(bodyStart, i) })
        start = i + 1
      }
    } else if (char === ';' && depth === 0) {
      rules.push({ prelude: css.slice(start, i).trim(), body: null })
      start = i + 1
    }
  }
  if (depth !== 0) throw new Error('Unbalanced { in the sheet')
  return rules
}

/** @param {string} css */
export function stripComments(css) {
  let out = ''
  for (let i = 0; i < css.length; i += 1) {
    if (css[i] === '/' && css[i + 1] === '*') {
      i = css.indexOf('*/', i + 2) + 1
      if (i === 0) throw new Error('A comment is not closed')
      continue
    }
    const end = skipOpaque(css, i)
    out += css.slice(i, end + 1)
    i = end
  }
  return out
}

/**
 * Splits a selector list at its commas, not at those inside brackets.
 *
 * @param {string} list
 */
export function splitSelectors(list) {
  const parts = []
  let depth = 0
  let start = 0
  for (let i = 0; i < list.length; i += 1) {
    const char = list.charAt(i)
    if ('(['.includes(char)) depth += 1
    if (')]'.includes(char)) depth -= 1
    if (char === ',' && depth === 0) {
      parts.push(list.slice(start, i).trim())
      start = i + 1
    }
  }
  return [...parts, list.slice(start).trim()].filter((part) => part !== '')
}

/**
 * Classes, attributes and pseudo-classes of a selector, which make the middle figure of its specificity.
 * `:where()` counts nothing; `:is()`, `:not()` and `:has()` are counted as one.
 *
 * @param {string} selector
 */
export function classSpecificity(selector) {
  let text = selector
  for (let before = ''; before !== text; ) {
    before = text
    text = text.replace(/:where\([^()]*\)/g, '').replace(/:(is|not|has)\([^()]*\)/g, '.x')
  }
  text = text.replace(/::[a-z-]+/g, '')
  return (text.match(/\.[\w-]+|\[[^\]]*\]|:[a-z-]+(\([^)]*\))?/g) ?? []).length
}

/**
 * Index of the last character of a string or comment that starts at `i`, else `i`.
 *
 * @param {string} css
 * @param {number} i
 */
function skipOpaque(css, i) {
  if (css[i] === '/' && css[i + 1] === '*') return css.indexOf('*/', i + 2) + 1
  if (css[i] !== '"' && css[i] !== "'") return i
  for (let j = i + 1; j < css.length; j += 1) {
    if (css[j] === '\\') j += 1
    else if (css[j] === css[i]) return j
  }
  throw new Error('A string is not closed')
}
