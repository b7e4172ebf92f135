import type { KeyboardEvent, KeyboardEventHandler } from 'react'

/** Key code of keys that an input method handles. Safari ends the composition before it reports the key that ended it. */
const COMPOSING_KEY_CODE = 229

/**
 * Wraps the key handler of a text field, so that the keys of an input method do not reach it or the elements around
 * it: Enter ends the composition of a word, and Escape cancels it.
 */
export function typedKeys<Target extends Element>(
  handler: KeyboardEventHandler<Target> | undefined,
): KeyboardEventHandler<Target> {
  return (event: KeyboardEvent<Target>) => {
    if (event.nativeEvent.isComposing || event.keyCode === COMPOSING_KEY_CODE) event.stopPropagation()
    else handler?.(event)
  }
}
