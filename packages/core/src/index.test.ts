import { describe, expect, test } from 'vitest'
import * as document from './document/index.ts'
import * as errors from './errors/index.ts'
import * as evaluate from './evaluate/index.ts'
import * as expression from './expression/index.ts'
import * as core from './index.ts'
import * as node from './node/index.ts'
import * as run from './run/index.ts'
import * as text from './text/index.ts'
import * as validate from './validate/index.ts'

describe('@tenon/core', () => {
  test.each([
    ['document', document],
    ['errors', errors],
    ['evaluate', evaluate],
    ['expression', expression],
    ['node', node],
    ['run', run],
    ['text', text],
    ['validate', validate],
  ])('gives everything of %s', (_, part) => {
    expect(core).toMatchObject(part)
  })
})
