import { cleanup, configure } from '@testing-library/react'
import { afterEach, beforeEach, vi } from 'vitest'
import { shortenComputedStyle } from './fixtures/computed-style.ts'

// The files of a worker share one DOM, and this file runs before each of them: hooks of a fixture would belong only to the
// first file that imports it.

// A state that comes late on a busy machine is no fault; one that never comes still fails.
configure({ asyncUtilTimeout: 20_000 })

shortenComputedStyle(window)

// jsdom has no layout: these functions exist for the components, but never report a size.
class StillResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

beforeEach(() => {
  globalThis.ResizeObserver ??= StillResizeObserver
  Element.prototype.scrollIntoView ??= () => {}
  Element.prototype.hasPointerCapture ??= () => false
  Range.prototype.getClientRects ??= () => Object.assign([], { item: () => null })
  HTMLDialogElement.prototype.showModal ??= function showModal() {
    this.open = true
  }
  HTMLDialogElement.prototype.close ??= function close() {
    this.open = false
  }
  const sheet = document.createElement('style')
  sheet.textContent = '.tenon { --tenon-sheet: 1 }'
  document.head.append(sheet)
})

// Resets what tests share, also after a test that fails before its own clean-up: mounted components, timers, spies,
// globals, variables of the environment, and the content, address, history state and storage of the page. Earlier
// entries of the history remain, since a page cannot remove them.
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  document.head.replaceChildren()
  document.body.replaceChildren()
  history.replaceState(null, '', '/')
  localStorage.clear()
  sessionStorage.clear()
})
