// @vitest-environment jsdom
import type { Page } from '@tenon/core/client'
import { act, waitFor } from '@testing-library/react'
import { useLayoutEffect } from 'react'
import { describe, expect, test } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { type Pages, usePages } from './use-pages.ts'

interface Row {
  readonly id: string
}

/** Lists rows as the server does: newest first, with the last row of a page as the cursor of the next one. */
function openList(ids: readonly string[], size = 2) {
  const state = { rows: [...ids], reads: [] as (string | null)[], hold: null as Promise<void> | null }
  const load = async (cursor: string | null): Promise<Page<Row>> => {
    state.reads.push(cursor)
    const { hold } = state
    if (cursor !== null && hold !== null) await hold
    const rest = state.rows.filter((id) => cursor === null || number(id) < number(cursor))
    const items = rest.slice(0, size).map((id) => ({ id }))
    return { items, nextCursor: rest.length > size ? (items.at(-1)?.id ?? null) : null }
  }
  const seen: Pages<Row>[] = []
  function List() {
    const pages = usePages(load, ({ id }) => id)
    useLayoutEffect(() => void seen.push(pages))
    return null
  }
  renderPart(<List />)
  const now = () => {
    const last = seen.at(-1)
    if (last === undefined) throw new Error('not rendered')
    return last
  }
  const shownIds = () => now().items.map(({ id }) => id)
  return {
    state,
    now,
    seen,
    shows: (wanted: readonly string[]) => waitFor(() => expect(shownIds()).toEqual(wanted)),
    loadMore: () => act(async () => now().loadMore()),
    refresh: () => act(async () => now().refresh()),
  }
}

const number = (id: string) => Number(id.slice(1))

describe('usePages after a refresh', () => {
  test('keeps the rows that new ones have moved from the first page to the second', async () => {
    const list = openList(['r4', 'r3', 'r2', 'r1'])
    await list.shows(['r4', 'r3'])
    await list.loadMore()
    await list.shows(['r4', 'r3', 'r2', 'r1'])
    list.state.rows.unshift('r7', 'r6', 'r5')
    await list.refresh()
    await list.shows(['r7', 'r6', 'r5', 'r4', 'r3', 'r2', 'r1'])
    expect(list.now().hasMore).toBe(false)
    // No state in between is without them.
    for (const { items } of list.seen) {
      const ids = items.map(({ id }) => id)
      if (ids.includes('r7')) expect(ids).toContain('r3')
    }
  })

  test('requests no further page if the first one is unchanged', async () => {
    const list = openList(['r4', 'r3', 'r2', 'r1', 'r0'])
    await list.shows(['r4', 'r3'])
    await list.loadMore()
    await list.shows(['r4', 'r3', 'r2', 'r1'])
    list.state.reads.length = 0
    await list.refresh()
    expect(list.state.reads).toEqual([null])
    expect(list.now().hasMore).toBe(true)
  })

  test('drops deleted rows of the first page and of the later pages', async () => {
    const list = openList(['r5', 'r4', 'r3', 'r2', 'r1'])
    await list.shows(['r5', 'r4'])
    await list.loadMore()
    await list.shows(['r5', 'r4', 'r3', 'r2'])
    list.state.rows = ['r6', 'r5', 'r2', 'r1']
    await list.refresh()
    await list.shows(['r6', 'r5', 'r2', 'r1'])
    expect(list.now().hasMore).toBe(false)
  })

  test('continues after the last loaded row if very many rows are new', async () => {
    const list = openList(['r2', 'r1', 'r0'])
    await list.shows(['r2', 'r1'])
    await list.loadMore()
    await list.shows(['r2', 'r1', 'r0'])
    list.state.rows = Array.from({ length: 16 }, (_, index) => `r${15 - index}`)
    await list.refresh()
    const all = [...list.state.rows]
    await list.shows(all.slice(0, 12))
    expect(list.now().hasMore).toBe(true)
    await list.loadMore()
    await list.loadMore()
    await list.shows(all)
    expect(list.now().hasMore).toBe(false)
  })

  test('ignores a page that arrives after the end of the list has moved', async () => {
    const list = openList(['r4', 'r3', 'r2', 'r1', 'r0'])
    await list.shows(['r4', 'r3'])
    await list.loadMore()
    await list.shows(['r4', 'r3', 'r2', 'r1'])
    let free = () => {}
    list.state.hold = new Promise((resolve) => {
      free = resolve
    })
    await list.loadMore()
    expect(list.now().isLoadingMore).toBe(true)
    list.state.hold = null
    list.state.rows = Array.from({ length: 20 }, (_, index) => `r${19 - index}`)
    await list.refresh()
    await list.shows(list.state.rows.slice(0, 12))
    await act(async () => free())
    await waitFor(() => expect(list.now().isLoadingMore).toBe(false))
    await list.shows(list.state.rows.slice(0, 12))
    await list.loadMore()
    await list.shows(list.state.rows.slice(0, 14))
  })
})
