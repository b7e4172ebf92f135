import { expect, test } from 'vitest'
import { pause } from '../pause.ts'
import { StopSource } from './stop-signal.ts'
import { createStopSwitch } from './stop-switch.ts'

test('createStopSwitch aborts the signal of each reason by itself, and of both in either order', () => {
  const pressed = createStopSwitch()
  pressed.stop('cancel')
  expect([pressed.signals.cancel.aborted, pressed.signals.shutdown.aborted]).toEqual([true, false])
  pressed.stop('shutdown')
  expect([pressed.signals.cancel.aborted, pressed.signals.shutdown.aborted]).toEqual([true, true])
})

test('a stop signal calls its listeners once, but for those that were removed', () => {
  const signal = new StopSource()
  const calls: string[] = []
  const removed = () => calls.push('removed')
  signal.addEventListener('abort', removed)
  signal.addEventListener('abort', () => calls.push('kept'))
  signal.removeEventListener('abort', removed)
  signal.removeEventListener('abort', removed)
  signal.abort()
  signal.abort()
  expect([calls, signal.aborted]).toEqual([['kept'], true])
})

test('a pause ends when its signal is aborted, and does not begin after that', async () => {
  const signal = new StopSource()
  const paused = pause(1e9, signal)
  signal.abort()
  await paused
  await pause(1e9, signal)
  await pause(1, new StopSource())
})
