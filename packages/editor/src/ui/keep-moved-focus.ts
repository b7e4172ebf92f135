/**
 * Leaves the focus where the chosen command moved it. Without it, a menu or popover that closes takes the focus back to its
 * button, also from the field that the command opened.
 *
 * @param event - Sent to the content of the menu or popover after it has left the page.
 */
export function keepMovedFocus(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return
  const { activeElement, body } = event.currentTarget.ownerDocument
  if (activeElement !== null && activeElement !== body) event.preventDefault()
}
