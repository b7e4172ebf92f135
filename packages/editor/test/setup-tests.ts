import { cleanup, configure } from '@testing-library/react'
import { afterEach, beforeEach, vi } from 'vitest'

// The files of a worker share one DOM, and this file runs before each of them: hooks of a fixture would belong only to the
// first file that imports it.

// A state that comes late on a busy machine is no fault; one that never comes still fails.
configure({ asyncUtilTimeout: 20_000 })

// jsdom knows no layout: what the parts ask for is there, and never reports a size.
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

// Also after a test that fails before its own clean-up.
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  cleanup()
  document.head.replaceChildren()
  document.body.replaceChildren()
  localStorage.clear()
  sessionStorage.clear()
})
