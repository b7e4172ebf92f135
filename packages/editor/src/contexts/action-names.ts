/** Actions of keys and buttons, other than commands with a value. */
export const ACTION_NAMES = [
  'undo',
  'redo',
  'delete',
  'duplicate',
  'copy',
  'cut',
  'paste',
  'select-all',
  'clear-selection',
  'leave-panel',
  'quick-add',
  'rename',
  'toggle-disabled',
  'connect',
  'wrap-in-loop',
  'tidy-up',
  'fit',
  'zoom-in',
  'zoom-out',
  'zoom-reset',
  'move-left',
  'move-right',
  'move-up',
  'move-down',
  'move-left-far',
  'move-right-far',
  'move-up-far',
  'move-down-far',
  'next-node',
  'previous-node',
  'open-inspector',
  'toggle-outline',
  'toggle-palette',
  'toggle-inspector',
  'show-problems',
  'show-shortcuts',
] as const

/** One of {@link ACTION_NAMES}. */
export type ActionName = (typeof ACTION_NAMES)[number]

export type Actions = Readonly<Record<ActionName, () => void>>
