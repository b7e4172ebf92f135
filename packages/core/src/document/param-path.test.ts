import { expect, test } from 'vitest'
import { setParam } from './param-path.ts'

test('a path of no keys names no param', () => {
  expect(() => setParam({}, [], 1)).toThrow(expect.objectContaining({ code: 'DOCUMENT_MALFORMED' }))
})
