import { describe, expect, test } from 'vitest'
import { checkSheet, composeStyles, scopeSheet } from '../scripts/build-styles.mjs'

describe('checkSheet', () => {
  test.each([
    ['.tenon .tn-a { color: red }', 0],
    ['.tenon .tn-a > .tn-b:hover, .tenon[dir="rtl"] .tn-c { color: red }', 0],
    ['.tenon.tenon :where(button) { color: red }', 0],
    ['@media (pointer: coarse) { .tenon .tn-a { color: red } }', 0],
    ['@keyframes tenon-x { to { opacity: 0 } }', 0],
    ['.tn-a { color: red }', 1],
    ['.tenon { color: red }', 1],
    ['.tenon button { color: red }', 1],
    ['.tenon :where(.tn-a) { color: red }', 1],
    ['.tenonic .tn-a { color: red }', 1],
    ['@media print { .tn-a { color: red } }', 1],
    ['@keyframes spin { to { opacity: 0 } }', 1],
    ['.tenon .tn-a { background: url("data:image/png;base64,AA") }', 1],
    ['@import "other.css";', 1],
    ['.tenon .tn-a, button { color: red }', 1],
  ])('%s has %i faults', (css, count) => {
    expect(checkSheet('x.css', css)).toHaveLength(count)
  })
})

describe('scopeSheet', () => {
  test('puts each selector of a list and of nested at-rules under the root', () => {
    const scoped = scopeSheet('.a, .b:is(.c, .d) { color: red } @media print { .e { color: blue } }')
    expect(scoped.replaceAll(/\s+/g, ' ')).toBe(
      '.tenon .a, .tenon .b:is(.c, .d) { color: red } @media print { .tenon .e { color: blue } }',
    )
  })

  test('names key frames apart, also where they are used', () => {
    const scoped = scopeSheet('@keyframes dash { from { opacity: 0 } } .a { animation: dash 1s }')
    expect(scoped).toContain('@keyframes tenon-dash {')
    expect(scoped).toContain('animation: tenon-dash 1s')
  })

  test('leaves braces in strings and comments alone', () => {
    expect(scopeSheet('/* } */ .a::after { content: "}" }')).toContain('content: "}"')
  })
})

test('the sheets of the editor fit together', async () => {
  const css = await composeStyles()
  expect(css).toContain('.tenon .react-flow__node')
  expect(css).toContain('.tenon .tn-button')
})
