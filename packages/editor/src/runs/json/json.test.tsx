// @vitest-environment jsdom

import { isWellFormed } from '@tenon/core/text'
import { screen } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { previewOf, wordsOf } from './json-model.ts'
import { JsonTree } from './json-tree.tsx'

describe('previewOf', () => {
  test.each([
    [{}, '{ }'],
    [{ email: 1, name: 2 }, '{ email, name }'],
    [[], '[ ]'],
    [[1, 2, 3], '[ 3 ]'],
    ['text', '"text"'],
    [null, 'null'],
  ])('%j is %s', (value, text) => {
    expect(previewOf(value)).toBe(text)
  })

  test('is never long', () => {
    expect(previewOf('x'.repeat(9_000)).length).toBeLessThan(70)
  })

  test('cuts no emoji in half', () => {
    for (const start of ['', 'x']) expect(isWellFormed(previewOf(start + '😀'.repeat(99)))).toBe(true)
    for (const start of ['', 'x']) expect(isWellFormed(previewOf({ [start + '😀'.repeat(99)]: 1 }))).toBe(true)
  })
})

test('wordsOf joins short lists and leaves nested values to a tree', () => {
  expect(wordsOf(['a', 2, true])).toBe('a, 2, true')
  expect(wordsOf([[1], 2])).toBe('[ 2 ]')
})

describe('JsonTree', () => {
  test('folds what lies deeper than it opens', async () => {
    const { user } = renderPart(<JsonTree label="Output" value={{ order: { lines: [{ total: 5 }] } }} />)
    expect(screen.queryByText('total')).toBeNull()
    const toggle = screen.getByRole('button', { name: /lines/ })
    expect(toggle.getAttribute('aria-expanded')).toBe('false')
    await user.click(toggle)
    await user.click(screen.getByRole('button', { name: /^0/ }))
    expect(screen.getByText('total')).toBeDefined()
  })

  test('shows long lists in parts', async () => {
    const { user } = renderPart(
      <JsonTree label="Items" value={Array.from({ length: 150 }, (_, index) => index + 1_000)} />,
    )
    expect(screen.queryByText('1149')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Show 50 more' }))
    expect(screen.getByText('1149')).toBeDefined()
  })

  test('shows a long text whole when asked', async () => {
    const { user } = renderPart(<JsonTree label="Text" value={{ a: 'y'.repeat(5_000) }} />)
    await user.click(screen.getByRole('button', { name: 'Show all 5000 characters' }))
    expect(screen.getByText('y'.repeat(5_000))).toBeDefined()
  })
})
