import { TenonError } from '@tenon/core/errors'
import type { ByteRange, StoredFile } from '@tenon/runtime'

/** Types that a browser may show: none of them can contain a script. */
const SHOWN: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'text/plain',
])
/** For bytes that anyone may have written: they load nothing, run nothing, and are of no origin. */
const POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"

/**
 * Makes the response with the content of a file. Browsers save it; they show it only if the request asks for it and the
 * type is one that cannot do anything.
 *
 * @param open - Opens the content, or a part of it.
 * @throws {@link TenonError} `FILE_RANGE_INVALID`.
 */
export function contentResponse(
  { ref: { name, type, size }, hash }: StoredFile,
  { headers, isInline }: { readonly headers: Headers; readonly isInline: boolean },
  open: (range: ByteRange) => ReadableStream<Uint8Array>,
): Response {
  const etag = `"${hash}"`
  const ifRange = headers.get('if-range')
  const asked = ifRange === null || ifRange === etag ? headers.get('range') : null
  const range = asked === null ? null : readRange(asked, size)
  const { start, end } = range ?? { start: 0, end: size }
  const isShown = isInline && isShownType(type)
  return new Response(open({ start, end }), {
    status: range === null ? 200 : 206,
    headers: {
      'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
      'content-length': String(end - start),
      'content-disposition': `${isShown ? 'inline' : 'attachment'}; ${encodedFileName(name)}`,
      'content-security-policy': POLICY,
      'accept-ranges': 'bytes',
      etag,
      ...(range === null ? {} : { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
    },
  })
}

/** Checks whether a browser may show content of a type, with or without its parameters. */
export function isShownType(type: string): boolean {
  return SHOWN.has((type.split(';', 1)[0] ?? '').trim().toLowerCase())
}

/**
 * Reads the header Range.
 *
 * @returns `null` for several ranges and for what is no range: the whole file is sent then (RFC 9110, section 14.2).
 * @throws {@link TenonError} `FILE_RANGE_INVALID` for a range after the end of the file.
 */
export function readRange(header: string, size: number): ByteRange | null {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? []
  if (first === '' && last === '') return null
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
  if (start < end) return { start, end }
  throw new TenonError('FILE_RANGE_INVALID', `The file has ${size} bytes`, { details: { size } })
}

/** Writes the name for all clients: in ASCII, and encoded (RFC 6266). */
export function encodedFileName(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `filename="${plain}"; filename*=UTF-8''${encoded}`
}
