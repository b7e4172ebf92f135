import { expect, test } from 'vitest'
import { createStopSwitch } from './stop-switch.ts'

test('createStopSwitch tells of each reason by itself, and of both in either order', () => {
  const pressed = createStopSwitch()
  pressed.stop('cancel')
  expect([pressed.signals.cancel.aborted, pressed.signals.shutdown.aborted]).toEqual([true, false])
  pressed.stop('shutdown')
  expect([pressed.signals.cancel.aborted, pressed.signals.shutdown.aborted]).toEqual([true, true])
})
