import { describe, expect, test } from 'vitest'
import type { Json } from '../../json.ts'
import { outcomeOfExpression, valueIn } from '../testing/orders.ts'

describe('encoding functions', () => {
  test.each<[string, Json]>([
    ['base64Encode("")', ''],
    ['base64Decode("8J-YgA")', '😀'],
    ['base64Decode("8J+YgA==")', '😀'],
    ['base64Decode("77u/YQ==")', '\ufeffa'],
    ['urlEncode("ü/😀")', '%C3%BC%2F%F0%9F%98%80'],
    ['urlDecode("%F0%9F%98%80")', '😀'],
    [`escapeHtml("<a href='x'>&\\"")`, '&lt;a href=&#39;x&#39;&gt;&amp;&quot;'],
    ['sha256("")', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ])('%s', (expression, expected) => {
    expect(valueIn(expression)).toEqual(expected)
  })

  test.each([
    ['base64Encode(lone)', 'EXPRESSION_VALUE base64Encode cannot take a text with a lone surrogate'],
    ['urlEncode(lone)', 'EXPRESSION_VALUE urlEncode cannot take a text with a lone surrogate'],
    ['base64Decode("a")', 'EXPRESSION_VALUE base64Decode takes a text in Base64 that holds UTF-8'],
    ['base64Decode("a b=")', 'EXPRESSION_VALUE base64Decode takes a text in Base64 that holds UTF-8'],
    ['base64Decode("/w==")', 'EXPRESSION_VALUE base64Decode takes a text in Base64 that holds UTF-8'],
    ['urlDecode("%zz")', 'EXPRESSION_VALUE urlDecode takes a text in which each % begins a valid escape'],
    ['urlDecode("%ff")', 'EXPRESSION_VALUE urlDecode takes a text in which each % begins a valid escape'],
  ])('%s is a fault', (expression, expected) => {
    expect(outcomeOfExpression(expression)).toBe(expected)
  })
})
