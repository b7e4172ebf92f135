// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react'
import { useState } from 'react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { VirtualList } from './virtual-list.tsx'

const VIEW_PX = 300
const ROW_PX = 30

beforeEach(() => {
  // jsdom lays nothing out, so the test sets the height of its view and of its content.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(VIEW_PX)
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockImplementation(function scrollHeight(this: HTMLElement) {
    return Number.parseFloat(this.querySelector<HTMLElement>('.tn-virtual-space')?.style.blockSize ?? '0')
  })
})

const rows = (count: number) => Array.from({ length: count }, (_, index) => `Row ${index}`)

function list(items: readonly string[], props: Partial<Parameters<typeof VirtualList<string>>[0]> = {}) {
  return (
    <VirtualList
      aria-label="Rows"
      role="list"
      items={items}
      keyOf={(item) => item}
      estimate={ROW_PX}
      render={(item) => <p>{item}</p>}
      {...props}
    />
  )
}

function scrollTo(top: number) {
  const element = screen.getByRole('list', { name: 'Rows' })
  element.scrollTop = top
  fireEvent.scroll(element)
}

describe('VirtualList', () => {
  test('renders what is in sight of many rows', () => {
    renderPart(list(rows(10_000)))
    expect(screen.getByText('Row 0')).toBeDefined()
    expect(screen.getAllByText(/^Row/).length).toBeLessThan(40)
    act(() => scrollTo(150_000))
    expect(screen.getByText('Row 5000')).toBeDefined()
    expect(screen.queryByText('Row 0')).toBeNull()
    expect(screen.getAllByText(/^Row/).length).toBeLessThan(40)
  })

  test('stays at the end while rows come in, until the reader scrolls away and back', () => {
    function Tail({ count }: { readonly count: number }) {
      const [isFollowing, setIsFollowing] = useState(true)
      return list(rows(count), { follow: isFollowing, onFollowChange: setIsFollowing })
    }
    const { rerender } = renderPart(<Tail count={100} />)
    const element = screen.getByRole('list', { name: 'Rows' })
    expect(element.scrollTop).toBe(100 * ROW_PX)
    rerender(<Tail count={200} />)
    expect(element.scrollTop).toBe(200 * ROW_PX)
    act(() => scrollTo(1_000))
    rerender(<Tail count={300} />)
    expect(element.scrollTop).toBe(1_000)
    act(() => scrollTo(300 * ROW_PX - VIEW_PX))
    rerender(<Tail count={400} />)
    expect(element.scrollTop).toBe(400 * ROW_PX)
  })

  test('brings the active row into view, from below and from above', () => {
    const { rerender } = renderPart(list(rows(1_000), { activeIndex: 0 }))
    rerender(list(rows(1_000), { activeIndex: 500 }))
    const element = screen.getByRole('list', { name: 'Rows' })
    expect(element.scrollTop).toBe(501 * ROW_PX - VIEW_PX)
    rerender(list(rows(1_000), { activeIndex: 10 }))
    expect(element.scrollTop).toBe(10 * ROW_PX)
  })

  test('renders nothing of an empty list', () => {
    renderPart(list([]))
    expect(screen.queryByText(/^Row/)).toBeNull()
  })
})
