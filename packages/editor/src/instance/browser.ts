/** Returns the document or shadow root that contains an element. */
export function rootOf(element: Element): Document | ShadowRoot {
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? root : element.ownerDocument
}

/** Checks whether the style sheet is missing, by a custom property that it sets. */
export function isSheetMissing(element: Element): boolean {
  const view = element.ownerDocument.defaultView
  return view === null || view.getComputedStyle(element).getPropertyValue('--tenon-sheet').trim() === ''
}

/** Returns the window that shows an element; `null` for a document without one. */
export function viewOf(element: Element): Window | null {
  return element.ownerDocument.defaultView
}

/** Returns the focused element inside a root. */
export function activeElementIn(root: Document | ShadowRoot): Element | null {
  return root.activeElement
}

/** Checks whether an element receives typed text, so that single-letter shortcuts must be ignored. */
export function isTextEntry(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/** Returns the point of a mouse or touch event on the page. */
export function pointOfEvent(event: MouseEvent | TouchEvent): { readonly x: number; readonly y: number } {
  const point = 'clientX' in event ? event : event.changedTouches[0]
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 }
}

/** Returns the elements under a point of the page, topmost first, within the root of this element. */
export function elementsAt(element: Element, point: { readonly x: number; readonly y: number }): readonly Element[] {
  return rootOf(element).elementsFromPoint(point.x, point.y)
}

/** Checks whether the keyboard has a Command key. */
export function isApplePlatform(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
}

/** Checks whether text is selected within an element, which copying then refers to. */
export function hasTextSelection(element: Element): boolean {
  const selection = element.ownerDocument.getSelection()
  if (selection === null || selection.isCollapsed || selection.anchorNode === null) return false
  return element.contains(selection.anchorNode) && selection.toString() !== ''
}

/**
 * Writes a text to the clipboard.
 *
 * @returns `true` if written: browsers refuse without permission and on pages over plain HTTP.
 */
export async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** Reads the text in the clipboard; `null` if the browser refuses. */
export async function readClipboard(): Promise<string | null> {
  try {
    return await navigator.clipboard.readText()
  } catch {
    return null
  }
}

/** Checks whether the browser reports a network connection. */
export function isOnline(): boolean {
  return typeof navigator === 'undefined' || navigator.onLine
}

/** Calls the listener when the network is lost or back. Returns `unsubscribe`. */
export function onNetworkChange(listener: () => void): () => void {
  window.addEventListener('online', listener)
  window.addEventListener('offline', listener)
  return () => {
    window.removeEventListener('online', listener)
    window.removeEventListener('offline', listener)
  }
}

/** Returns the history of the page, which the editor shares with its host. */
export function pageHistory(): Pick<History, 'state' | 'pushState' | 'go'> {
  return window.history
}

/** Calls the listener after the user or the page has gone back or forward. Returns `unsubscribe`. */
export function onHistoryTravel(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  return () => window.removeEventListener('popstate', listener)
}

/** Checks whether the page is visible; a tab in the background is not. */
export function isPageVisible(): boolean {
  return document.visibilityState === 'visible'
}

/** Calls the listener when the page is shown and when it is hidden. Returns `unsubscribe`. */
export function onPageVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}

/** Checks whether the person prefers reduced motion. */
export function prefersReducedMotion(root: Document | ShadowRoot): boolean {
  const view = (root instanceof Document ? root : root.ownerDocument).defaultView
  return view?.matchMedia('(prefers-reduced-motion: reduce)').matches ?? false
}

/**
 * Calls the listener when the page ends (`'gone'`: closed or replaced) and when it may end soon (`'hidden'`). Returns
 * `unsubscribe`.
 *
 * Both events are needed: a phone may end a hidden page without `pagehide`, and a closed tab need not be hidden first.
 */
export function onPageLeave(listener: (how: 'gone' | 'hidden') => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') listener('hidden')
  }
  const onHide = () => listener('gone')
  window.addEventListener('pagehide', onHide)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    window.removeEventListener('pagehide', onHide)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

/**
 * Makes the browser ask before the page closes or reloads.
 *
 * @param isNeeded - Called when the page is about to close; `true` makes the browser ask.
 * @returns A function that removes the guard.
 */
export function guardPageClose(isNeeded: () => boolean): () => void {
  if (typeof window === 'undefined') return () => {}
  const onBeforeUnload = (event: BeforeUnloadEvent) => {
    if (!isNeeded()) return
    event.preventDefault()
    // Chrome before 119 and Safari ask only when this is set.
    event.returnValue = true
  }
  window.addEventListener('beforeunload', onBeforeUnload)
  return () => window.removeEventListener('beforeunload', onBeforeUnload)
}

/** Events by which a press begins: after a tap, the browser moves the focus with mouse events that follow the pointer. */
const PRESSES = ['pointerdown', 'mousedown']
/** Events that end a press unless mouse events follow. */
const LIFTS = ['pointerup', 'pointercancel', 'dragend', 'keydown']

/**
 * Calls the listener when a pointer is pressed, when it is lifted, and when the mouse button is released, which is after
 * the target of the click was chosen and before the click. Returns `unsubscribe`.
 */
export function onPointerPress(listener: (how: 'pressed' | 'lifted' | 'released') => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const onPress = () => listener('pressed')
  const onLift = () => listener('lifted')
  const onRelease = () => listener('released')
  // A list of options that the browser opens over the page does not pass the release on.
  const onMove = ({ buttons }: PointerEvent) => {
    if (buttons === 0) listener('lifted')
  }
  for (const type of PRESSES) document.addEventListener(type, onPress, true)
  for (const type of LIFTS) document.addEventListener(type, onLift, true)
  document.addEventListener('mouseup', onRelease, true)
  document.addEventListener('pointermove', onMove, true)
  window.addEventListener('blur', onLift)
  return () => {
    for (const type of PRESSES) document.removeEventListener(type, onPress, true)
    for (const type of LIFTS) document.removeEventListener(type, onLift, true)
    document.removeEventListener('mouseup', onRelease, true)
    document.removeEventListener('pointermove', onMove, true)
    window.removeEventListener('blur', onLift)
  }
}

/** Checks whether an element of the page has the focus; the body has it when no element has. */
export function hasPageFocus(element: Element): boolean {
  const { activeElement, body } = element.ownerDocument
  return activeElement !== null && activeElement !== body
}

/** Checks whether an element takes up most of the window. */
export function fillsWindow(element: Element): boolean {
  const { clientWidth, clientHeight } = element.ownerDocument.documentElement
  const { width, height } = element.getBoundingClientRect()
  return width * height > (clientWidth * clientHeight) / 2
}
