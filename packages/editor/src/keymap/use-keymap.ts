import { type KeyboardEvent, useCallback } from 'react'
import type { Actions } from '../contexts/action-names.ts'
import { actionFor, type KeyBinding } from '../contexts/keymap.ts'
import { isTextEntry } from '../instance/browser.ts'

/**
 * Handles keys on the root of the editor only; other keys on the page belong to the host or to another editor. Keys in
 * open menus, popovers and dialogs are ignored: React passes their events to this handler, too.
 */
export function useKeymap(
  keymap: readonly KeyBinding[],
  actions: Actions,
): (event: KeyboardEvent<HTMLElement>) => void {
  return useCallback(
    (event) => {
      if (event.defaultPrevented || event.nativeEvent.isComposing || isInOverlay(event)) return
      const isText = isTextEntry(event.target)
      const isPanel = isInPanel(event)
      const isElsewhere = isPanel || isControlElsewhere(event)
      const isForm = isInForm(event)
      const action = actionFor(keymap, event, { isTextEntry: isText, isPanel, isElsewhere, isForm })
      if (action === null) return
      // Enter and the arrow keys have another meaning on a button.
      if (isOwnKey(event) && !isText) return
      event.preventDefault()
      event.stopPropagation()
      actions[action]()
    },
    [keymap, actions],
  )
}

const PANELS = '.tn-inspector, .tn-palette'

// Menus, popovers and dialogs are rendered outside of the root.
function isInOverlay({ target, currentTarget }: KeyboardEvent<HTMLElement>): boolean {
  return target instanceof Element && !currentTarget.contains(target)
}

function isInPanel({ target }: KeyboardEvent<HTMLElement>): boolean {
  return target instanceof Element && target.closest(PANELS) !== null
}

function isInForm({ target }: KeyboardEvent<HTMLElement>): boolean {
  return target instanceof Element && target.closest('.tn-inspector') !== null
}

const CONTROLS = 'button, a[href], [role="tab"], [role="option"], [role="menuitem"], [role="radio"], [role="switch"]'

const HOMES = '.tn-canvas, .tn-outline'

function isControlElsewhere({ target }: KeyboardEvent<HTMLElement>): boolean {
  return target instanceof Element && target.closest(CONTROLS) !== null && target.closest(HOMES) === null
}

function isOwnKey(event: KeyboardEvent<HTMLElement>): boolean {
  const target = event.target
  if (!(target instanceof Element) || target.closest(CONTROLS) === null) return false
  return event.key === 'Enter' || event.key === ' ' || (event.key.startsWith('Arrow') && !event.altKey)
}
