/** Saves content as a download of the browser. @param near - Element of the page on which it is saved. */
export function saveFile(near: Element, content: Blob, name: string): void {
  const link = near.ownerDocument.createElement('a')
  const url = URL.createObjectURL(content)
  link.href = url
  link.download = name
  link.click()
  // The browser has taken the content over by then.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}
