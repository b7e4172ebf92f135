// @vitest-environment jsdom
import { act, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { renderPart } from '../../test/fixtures/render.tsx'
import { LaterPart } from './later-part.tsx'

function show() {
  let isThere = false
  const load = vi.fn(async () => {
    if (!isThere) throw new TypeError('Failed to fetch dynamically imported module')
    return { text: 'The part' }
  })
  const view = renderPart(
    <LaterPart load={load} waiting={(trouble) => trouble ?? 'On its way'}>
      {({ text }) => <p>{text}</p>}
    </LaterPart>,
  )
  return {
    ...view,
    load,
    appear: () => {
      isThere = true
    },
  }
}
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

describe('LaterPart', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('says after some tries that the part does not come, and goes on trying', async () => {
    const { appear } = show()
    await pass(3_000)
    expect(screen.getByText('On its way')).toBeTruthy()
    await pass(500)
    expect(screen.getByRole('alert').textContent).toContain('Part of the editor could not be loaded')
    appear()
    await pass(4_000)
    expect(screen.getByText('The part')).toBeTruthy()
  })

  test('tries at once when asked', async () => {
    const { load, appear } = show()
    await pass(3_500)
    appear()
    const tries = load.mock.calls.length
    await act(async () => screen.getByRole('button', { name: 'Load now' }).click())
    expect(load).toHaveBeenCalledTimes(tries + 1)
    expect(screen.getByText('The part')).toBeTruthy()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('tries no more once it is unmounted', async () => {
    const { load, unmount } = show()
    await pass(600)
    const tries = load.mock.calls.length
    unmount()
    await pass(60_000)
    expect(load).toHaveBeenCalledTimes(tries)
  })
})
