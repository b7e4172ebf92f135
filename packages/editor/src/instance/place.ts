/** The document or shadow root that an element stands in. */
export function rootOf(element: Element): Document | ShadowRoot {
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? root : element.ownerDocument
}

/** Whether the style sheet was not loaded: the sheet sets a property that says so. */
export function isSheetMissing(element: Element): boolean {
  const view = element.ownerDocument.defaultView
  return view === null || view.getComputedStyle(element).getPropertyValue('--tenon-sheet').trim() === ''
}

/** The element that has the focus inside the root of this element. */
export function activeElementIn(root: Document | ShadowRoot): Element | null {
  return root.activeElement
}

/** Whether typing goes into this element, so that single-letter shortcuts must stay silent. */
export function isTextEntry(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
