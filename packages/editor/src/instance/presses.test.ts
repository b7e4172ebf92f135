// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPresses } from './presses.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const presses = createPresses()
  const stop = presses.start()
  const calls: string[] = []
  const send = (...types: string[]) => {
    for (const type of types) document.body.dispatchEvent(new MouseEvent(type, { bubbles: true }))
  }
  return { calls, stop, send, defer: (name: string) => presses.afterPress(() => calls.push(name)) }
}

describe('afterPress', () => {
  test('calls back at once while no pointer is pressed', () => {
    const { calls, send, defer, stop } = start()
    send('pointerup', 'pointermove', 'keydown')
    defer('a')
    expect(calls).toEqual(['a'])
    stop()
  })

  test('calls back when the button of the mouse is released, in order, before the click', () => {
    const { calls, send, defer, stop } = start()
    document.body.addEventListener('click', () => calls.push('handler'), { once: true })
    send('pointerdown', 'mousedown')
    defer('a')
    defer('b')
    send('pointerup')
    expect(calls).toEqual([])
    send('mouseup', 'click')
    expect(calls).toEqual(['a', 'b', 'handler'])
    vi.runAllTimers()
    expect(calls).toHaveLength(3)
    stop()
  })

  test('waits for the mouse events that follow a tap', () => {
    const { calls, send, defer, stop } = start()
    send('pointerdown', 'pointerup', 'mousedown')
    defer('a')
    vi.runAllTimers()
    expect(calls).toEqual([])
    send('mouseup', 'click')
    expect(calls).toEqual(['a'])
    stop()
  })

  test.each([
    ['a drag ends', 'dragend'],
    ['a pen is lifted from an element that takes no mouse events', 'pointerup'],
    ['the browser uses the pointer for scrolling', 'pointercancel'],
    ['the pointer moves without a button, since a list of the browser did not pass the release on', 'pointermove'],
    ['a key is pressed', 'keydown'],
  ])('calls back without a release of the mouse when %s', (_when, type) => {
    const { calls, send, defer, stop } = start()
    send('pointerdown')
    defer('a')
    send(type)
    expect(calls).toEqual([])
    vi.runAllTimers()
    expect(calls).toEqual(['a'])
    stop()
  })

  test('calls back when the window loses the focus', () => {
    const { calls, send, defer, stop } = start()
    send('pointerdown')
    defer('a')
    window.dispatchEvent(new Event('blur'))
    vi.runAllTimers()
    expect(calls).toEqual(['a'])
    stop()
  })

  test('calls back when the instance is unmounted during a press, and ignores later presses', () => {
    const { calls, send, defer, stop } = start()
    send('pointerdown')
    defer('a')
    stop()
    send('pointerdown')
    defer('b')
    expect(calls).toEqual(['a', 'b'])
  })
})
