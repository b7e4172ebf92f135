import type { ActionName } from './action-names.ts'

/**
 * A key with its modifiers as text: `Mod+Shift+z`. `Mod` is Command on Apple keyboards and Control elsewhere; the
 * last part is `KeyboardEvent.key`, letters in lower case.
 */
export type KeyChord = string

/** Binds a chord of keys to an action of the editor. */
export interface KeyBinding {
  /** Chord that triggers the action, in the notation of {@link KeyChord}. */
  readonly keys: KeyChord
  /** Action that the chord triggers. */
  readonly action: ActionName
  /** True if it also works while a text field has the focus. */
  readonly inText?: true
  /** True if it only works in the panels beside the canvas, including their text fields. */
  readonly inPanel?: true
  /** True for keys of the browser: they are listed, and the events that the browser sends for them are used. */
  readonly byBrowser?: true
}

/** Default key bindings of the editor; hosts replace single ones by the `keymap` prop. */
export const DEFAULT_KEYMAP: readonly KeyBinding[] = Object.freeze([
  { keys: 'Mod+z', action: 'undo' },
  { keys: 'Mod+Shift+z', action: 'redo' },
  { keys: 'Mod+y', action: 'redo' },
  { keys: 'Delete', action: 'delete' },
  { keys: 'Backspace', action: 'delete' },
  { keys: 'Mod+d', action: 'duplicate' },
  { keys: 'Mod+c', action: 'copy', byBrowser: true },
  { keys: 'Mod+x', action: 'cut', byBrowser: true },
  { keys: 'Mod+v', action: 'paste', byBrowser: true },
  { keys: 'Mod+a', action: 'select-all' },
  { keys: 'Escape', action: 'leave-panel', inPanel: true },
  { keys: 'Escape', action: 'clear-selection' },
  { keys: '/', action: 'quick-add' },
  { keys: 'F2', action: 'rename' },
  { keys: 'd', action: 'toggle-disabled' },
  { keys: 'c', action: 'connect' },
  { keys: 'l', action: 'wrap-in-loop' },
  { keys: 'e', action: 'extract' },
  { keys: 'Shift+t', action: 'tidy-up' },
  { keys: '1', action: 'fit' },
  { keys: '+', action: 'zoom-in' },
  { keys: 'Shift++', action: 'zoom-in' },
  { keys: '=', action: 'zoom-in' },
  { keys: '-', action: 'zoom-out' },
  { keys: '0', action: 'zoom-reset' },
  { keys: 'ArrowLeft', action: 'move-left' },
  { keys: 'ArrowRight', action: 'move-right' },
  { keys: 'ArrowUp', action: 'move-up' },
  { keys: 'ArrowDown', action: 'move-down' },
  { keys: 'Shift+ArrowLeft', action: 'move-left-far' },
  { keys: 'Shift+ArrowRight', action: 'move-right-far' },
  { keys: 'Shift+ArrowUp', action: 'move-up-far' },
  { keys: 'Shift+ArrowDown', action: 'move-down-far' },
  { keys: 'Alt+ArrowRight', action: 'next-node' },
  { keys: 'Alt+ArrowLeft', action: 'previous-node' },
  { keys: 'Enter', action: 'open-inspector' },
  { keys: 'o', action: 'toggle-outline' },
  { keys: 'p', action: 'toggle-palette' },
  { keys: 'i', action: 'toggle-inspector' },
  { keys: 'Mod+Shift+m', action: 'show-problems', inText: true },
  { keys: '?', action: 'show-shortcuts' },
  { keys: 'Shift+?', action: 'show-shortcuts' },
] as const)

/** Merges the key bindings of a host into the default ones; a binding replaces those of the same action. */
export function mergeKeymap(own: readonly KeyBinding[] | undefined): readonly KeyBinding[] {
  if (own === undefined) return DEFAULT_KEYMAP
  const replaced = new Set(own.map((binding) => binding.action))
  return [...DEFAULT_KEYMAP.filter((binding) => !replaced.has(binding.action)), ...own]
}

interface KeyPress {
  readonly key: string
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
}

/** Returns the chord of a key press. */
function chordOf(press: KeyPress): KeyChord {
  const parts: string[] = []
  if (press.metaKey || press.ctrlKey) parts.push('Mod')
  if (press.altKey) parts.push('Alt')
  if (press.shiftKey) parts.push('Shift')
  parts.push(press.key.length === 1 ? press.key.toLowerCase() : press.key)
  return parts.join('+')
}

/** Context in which a key was pressed. */
interface KeyContext {
  readonly isTextEntry: boolean
  readonly isPanel: boolean
  /** True on a control beside the canvas and the outline, where no selected node has the focus. */
  readonly isElsewhere: boolean
  /** True in the inspector, whose buttons and lists may take a letter as typing. */
  readonly isForm: boolean
}

/** Checks for an action that changes the selected nodes. Outside the canvas, its key was pressed by mistake. */
function isOfSelected(action: ActionName): boolean {
  return OF_SELECTED.includes(action) || action.startsWith('move-')
}

const OF_SELECTED: readonly ActionName[] = ['delete', 'toggle-disabled', 'connect', 'wrap-in-loop', 'extract']

/** Maps a key press to its command in this context; `null` if the key has no binding. */
export function actionFor(keymap: readonly KeyBinding[], press: KeyPress, context: KeyContext): ActionName | null {
  const chord = chordOf(press)
  const isTextEntry = context.isTextEntry || (context.isForm && isCharacter(press))
  const binding = keymap.find(
    (candidate) => candidate.keys === chord && worksIn(candidate, { ...context, isTextEntry }),
  )
  return binding === undefined || binding.byBrowser === true ? null : binding.action
}

/** Checks for a key that types a character: alone or with Shift, but with no other modifier. */
function isCharacter({ key, altKey, ctrlKey, metaKey }: KeyPress): boolean {
  return key.length === 1 && !altKey && !ctrlKey && !metaKey
}

function worksIn({ inText, inPanel, action }: KeyBinding, { isTextEntry, isPanel, isElsewhere }: KeyContext): boolean {
  if (isElsewhere && isOfSelected(action)) return false
  return inPanel === true ? isPanel : inText === true || !isTextEntry
}
