import { describe, expect, test } from 'vitest'
import { checkCss } from './lib/check-css.mjs'

describe('checkCss', () => {
  test('passes rules under the root class', () => {
    const css = `.tenon .tn-button:hover { inset-inline-start: 0 }
@media (width < 640px) { .tenon[data-dir='rtl'] .a, .tenon.tn-b { margin-inline-start: 4px } }
@keyframes tn-move { to { opacity: 1 } }`
    expect(checkCss('a.css', css)).toEqual([])
  })

  test('lets the sheet that guards against rules for tags be weaker than a class of the host, and no other', () => {
    const css = '.tenon :where(.a) { margin: 0 }'
    expect(checkCss('styles/host-guard.css', css)).toEqual([])
    expect(checkCss('styles/canvas.css', css).join()).toContain('weaker')
    expect(checkCss('styles/host-guard.css', 'div { margin: 0 }').join()).toContain('not under .tenon')
  })

  test.each([
    ['a bare class', '.button { color: red }', 'not under .tenon'],
    ['one of two selectors', '.tenon .a, body .b { color: red }', 'body .b is not under .tenon'],
    ['a look-alike root', '.tenonic .a { color: red }', 'not under .tenon'],
    ['a weak rule', '.tenon button { color: red }', 'weaker than (0,2,0)'],
    ['a rule weakened by :where', '.tenon :where(.a.b) { color: red }', 'weaker'],
    ['a physical side', '.tenon .a { margin-left: 4px }', 'not logical'],
    ['a data image', '.tenon .a { background: url(data:image/png;base64,x) }', 'strict policy'],
    ['importance', '.tenon .a { color: red !important }', '!important'],
  ])('catches %s', (_name, css, message) => {
    expect(checkCss('a.css', css).join('\n')).toContain(message)
  })
})
