/**
 * Ports that are blocked for requests, since services other than HTTP listen on them and could act on the text of a
 * request.
 *
 * @see The Fetch Standard, "bad port", https://fetch.spec.whatwg.org/#port-blocking
 */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
])

/** Headers that control the connection, or name another host than the one that was checked. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Characters that a header line can carry (RFC 9110, field-value). */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * Checks whether requests may go to the port of a URL.
 *
 * @param port - As in `URL.port`: empty for the default port of the protocol.
 */
export function isPortAllowed(port: string): boolean {
  return port === '' || !BLOCKED_PORTS.has(Number(port))
}

/** Checks whether only the connection sets a header, such as `Host`; names in any letter case. */
export function isReservedHeader(name: string): boolean {
  return RESERVED_HEADERS.has(name.toLowerCase())
}

/** Checks whether a text can be the name of a header: letters, digits and some marks, no space, colon or line break. */
export function isHeaderName(name: string): boolean {
  return HEADER_NAME.test(name)
}

/** Checks whether a text can be the value of a header: one line of Latin-1. */
export function isHeaderValue(text: string): boolean {
  return HEADER_VALUE.test(text)
}
