import { expect, test } from 'vitest'
import { mergeOnce } from './coverage-provider.mjs'

/** @param {string} url @param {number} count @param {number} [startOffset] */
const script = (url, count, startOffset) => ({
  scriptId: '0',
  url,
  functions: [{ functionName: 'f', ranges: [{ startOffset: 0, endOffset: 9, count }], isBlockCoverage: true }],
  ...(startOffset === undefined ? {} : { startOffset }),
})

test('adds up what each test file has run of a script, and keeps where its code starts', () => {
  const { result } = mergeOnce([
    { result: [script('file:///a.ts', 1, 40), script('file:///b.ts', 0)] },
    { result: [script('file:///b.ts', 0, 7), script('file:///a.ts', 2, 40)] },
    { result: [] },
  ])
  expect(result.map(({ url, startOffset, functions }) => [url, startOffset, functions[0]?.ranges[0]?.count])).toEqual([
    ['file:///a.ts', 40, 3],
    ['file:///b.ts', 7, 0],
  ])
})

test('merges nothing of no test files', () => {
  expect(mergeOnce([])).toEqual({ result: [] })
})
