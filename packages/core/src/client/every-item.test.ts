import { describe, expect, test } from 'vitest'
import type { Page } from '../api/types.ts'
import { everyItem } from './every-item.ts'

const PAGES: Readonly<Record<string, Page<number>>> = {
  first: { items: [1, 2], nextCursor: 'middle' },
  // A page can be empty while more follow, as those of a filtered list.
  middle: { items: [], nextCursor: 'last' },
  last: { items: [3], nextCursor: null },
}

describe('everyItem', () => {
  test('yields the items of every page in their order', async () => {
    const { asked, readPage } = pages()
    const items: number[] = []
    for await (const item of everyItem(readPage)) items.push(item)
    expect(items).toEqual([1, 2, 3])
    expect(asked).toEqual([{}, { cursor: 'middle' }, { cursor: 'last' }])
  })

  test('reads no page beyond the item at which its caller stops', async () => {
    const { asked, readPage } = pages()
    for await (const item of everyItem(readPage)) if (item === 2) break
    expect(asked).toEqual([{}])
  })

  test('rejects with the error of a page', async () => {
    const all = everyItem<number>(() => Promise.reject(new RangeError('away')))
    await expect(all.next()).rejects.toThrow('away')
  })
})

function pages() {
  const asked: { cursor?: string }[] = []
  const readPage = async (page: { cursor?: string }): Promise<Page<number>> => {
    asked.push(page)
    const found = PAGES[page.cursor ?? 'first']
    if (found === undefined) throw new RangeError(`no page at ${page.cursor}`)
    return found
  }
  return { asked, readPage }
}
