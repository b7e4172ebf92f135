// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest'
import { setPageVisibility } from './fixtures/page-visibility.ts'

/** State that all tests of a worker share. */
const shared = () => ({
  viewPx: document.body.clientHeight,
  visibility: document.visibilityState,
  isVisibilityOwn: Object.hasOwn(document, 'visibilityState'),
  hasSocket: Reflect.get(globalThis, 'Sockets') !== undefined,
  zone: process.env.TENON_TEST_ZONE,
  areTimersFake: vi.isFakeTimers(),
  address: location.pathname,
  entry: history.state,
  content: document.body.innerHTML,
  stored: [localStorage.length, sessionStorage.length],
})

const CLEAN = {
  viewPx: 0,
  visibility: 'visible',
  isVisibilityOwn: false,
  hasSocket: false,
  zone: undefined,
  areTimersFake: false,
  address: '/',
  entry: null,
  content: '',
  stored: [0, 0],
}

describe('tests that share a page', () => {
  // The second round shows what the first has left.
  test.each(['first', 'second'])('leave nothing behind: %s round', () => {
    expect(shared()).toEqual(CLEAN)
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(300)
    setPageVisibility('hidden')
    vi.stubGlobal('Sockets', {})
    vi.stubEnv('TENON_TEST_ZONE', 'UTC')
    vi.useFakeTimers()
    history.pushState({ ofHost: 1 }, '', '/workflows/1')
    document.body.textContent = 'left'
    localStorage.setItem('a', '1')
    sessionStorage.setItem('a', '1')
    expect(shared()).toEqual({
      viewPx: 300,
      visibility: 'hidden',
      isVisibilityOwn: true,
      hasSocket: true,
      zone: 'UTC',
      areTimersFake: true,
      address: '/workflows/1',
      entry: { ofHost: 1 },
      content: 'left',
      stored: [1, 1],
    })
  })
})
