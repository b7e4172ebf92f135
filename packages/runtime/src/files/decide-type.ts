/** The type of a file whose type is not known. */
export const UNKNOWN_TYPE = 'application/octet-stream'

/** Other names of media types. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['application/x-pdf', 'application/pdf'],
  ['application/x-zip-compressed', 'application/zip'],
  ['application/x-gzip', 'application/gzip'],
  ['text/xml', 'application/xml'],
  ['audio/mp3', 'audio/mpeg'],
  ['audio/x-wav', 'audio/wav'],
  ['audio/vnd.wave', 'audio/wav'],
])
/** Types whose content always begins with bytes that name it. */
const WITH_SIGNATURE = /^(image\/(png|jpeg|gif|webp|avif|bmp|tiff)|application\/(pdf|zip|gzip))$/
/** Types that are kept in a container, by the type of the container. */
const CONTAINED: Readonly<Record<string, RegExp>> = {
  'application/zip': /zip|openxmlformats|opendocument|ms-(excel|word|powerpoint).*12|java-archive|android|iwork/,
  'application/x-cfb': /msword|ms-(excel|powerpoint|outlook|project|works)|visio/,
  'application/xml': /xml|html/,
  'application/gzip': /gzip|tar|tgz/,
}

/** A media type, or a range of them: others cannot be sent in a header when the file is downloaded. */
const MEDIA_TYPE = /^(?=.{3,127}$)[a-z0-9*][a-z0-9!#$&^_.+-]*\/[a-z0-9*][a-z0-9!#$&^_.+-]*$/

/** Returns a media type in lower case without parameters, and by its usual name; one that is none is unknown. */
export function normalType(type: string): string {
  const plain = (type.split(';')[0] ?? '').trim().toLowerCase()
  return ALIASES.get(plain) ?? (MEDIA_TYPE.test(plain) ? plain : UNKNOWN_TYPE)
}

/**
 * Decides the type of a file.
 *
 * @param declared - Type that the sender states.
 * @param found - Type that the first bytes name; `null` if they name none, as those of text.
 * @returns The type; `null` if the content is of another type than declared.
 */
export function decideType(declared: string, found: string | null): string | null {
  const stated = normalType(declared)
  const actual = found === null ? null : normalType(found)
  if (stated === UNKNOWN_TYPE) return actual ?? UNKNOWN_TYPE
  if (actual === null) return WITH_SIGNATURE.test(stated) ? null : stated
  if (actual === stated || CONTAINED[actual]?.test(stated) === true) return stated
  // One container holds sound, pictures or both.
  const isMedia = (type: string): boolean => /^(audio|video)\//.test(type)
  return isMedia(actual) && isMedia(stated) ? stated : null
}

/** Checks whether a type is among those that are allowed: `application/pdf`, `image/*`. */
export function isTypeAllowed(type: string, allowed: readonly string[]): boolean {
  return allowed.some((each) => {
    const wanted = normalType(each)
    return wanted === '*/*' || wanted === type || (wanted.endsWith('/*') && type.startsWith(wanted.slice(0, -1)))
  })
}
