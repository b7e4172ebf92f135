// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type BackLayers, createBackLayers } from './back-layers.ts'

/** Lets the page go where it was sent; jsdom does so after some tasks, as browsers do. Tasks run in order, at any load. */
const calm = async () => {
  for (let task = 0; task < 20; task += 1) await new Promise((resolve) => setTimeout(resolve, 0))
}
const goBack = async () => {
  history.back()
  await calm()
}

let stop = () => {}
// Entries of earlier tests stay in the history of the page, so each test has a state of its own.
let host = { ofHost: 0 }

function open(options: { readonly isWanted?: boolean } = {}): BackLayers {
  const layers = createBackLayers({ id: ':r1:', isWanted: () => options.isWanted ?? true })
  stop = layers.start()
  return layers
}

beforeEach(() => {
  host = { ofHost: host.ofHost + 1 }
  history.pushState(host, '', '/workflows/1')
})
afterEach(() => stop())

describe('createBackLayers', () => {
  test('Back closes the topmost layer, then the next, and then leaves the page', async () => {
    const layers = open()
    const closed: string[] = []
    layers.open(() => closed.push('inspector'))
    layers.open(() => closed.push('dialog'))
    await calm()
    expect(history.state).toMatchObject(host)
    await goBack()
    expect(closed).toEqual(['dialog'])
    await goBack()
    expect(closed).toEqual(['dialog', 'inspector'])
    expect([location.pathname, history.state]).toEqual(['/workflows/1', host])
  })

  test('a layer that is closed in another way leaves no entry behind', async () => {
    const layers = open()
    const close = vi.fn()
    const release = layers.open(close)
    await calm()
    release()
    release()
    await calm()
    expect(history.state).toEqual(host)
    expect(close).not.toHaveBeenCalled()
  })

  test('a layer that opens in place of another takes over its entry', async () => {
    const layers = open()
    const closed: string[] = []
    const release = layers.open(() => closed.push('menu'))
    await calm()
    const { length } = history
    release()
    layers.open(() => closed.push('dialog'))
    await calm()
    expect(history.length).toBe(length)
    await goBack()
    expect(closed).toEqual(['dialog'])
    expect(history.state).toEqual(host)
  })

  test('a layer that opens while the page goes back gets its entry afterwards', async () => {
    const layers = open()
    const release = layers.open(() => {})
    await calm()
    release()
    await new Promise((resolve) => setTimeout(resolve, 0))
    // The page is on its way back now; it arrives in a later task.
    expect(history.state).not.toEqual(host)
    const close = vi.fn()
    layers.open(close)
    await calm()
    expect(close).not.toHaveBeenCalled()
    expect(history.state).not.toEqual(host)
    await goBack()
    expect(close).toHaveBeenCalledTimes(1)
    expect(history.state).toEqual(host)
  })

  test('Forward does not come back to the entry of a closed layer', async () => {
    const layers = open()
    layers.open(() => {})
    await calm()
    await goBack()
    history.forward()
    await calm()
    await calm()
    expect(history.state).toEqual(host)
  })

  test('leaves the page of the host alone when the host has moved on', async () => {
    const layers = open()
    const release = layers.open(() => {})
    await calm()
    history.pushState({ ofHost: -1 }, '', '/runs/1')
    release()
    await calm()
    expect([location.pathname, history.state]).toEqual(['/runs/1', { ofHost: -1 }])
  })

  test('adds nothing where Back is not wanted', async () => {
    const layers = open({ isWanted: false })
    const { length } = history
    layers.open(() => {})()
    await calm()
    expect(history.length).toBe(length)
  })
})
