/** The nonce of the page's policy, for the style elements that CodeMirror adds. */
export function nonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
}
