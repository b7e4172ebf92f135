import { TenonError } from '../errors/index.ts'
import { isWellFormed } from './well-formed.ts'

/**
 * Encodes a value for one segment of a URL's path, for code that builds URLs from values of a run. `encodeURIComponent`
 * alone is not enough: parsers resolve `.` and `..`, encoded or not, and an empty segment names another resource.
 *
 * @throws {@link TenonError} `TEMPLATE_VALUE_INVALID` for an empty text, `.`, `..`, or a lone surrogate.
 *
 * @example
 * ```ts
 * `https://shop.example/orders/${encodePathSegment('a/b')}` // https://shop.example/orders/a%2Fb
 * ```
 */
export function encodePathSegment(value: string): string {
  if (value !== '' && value !== '.' && value !== '..' && isWellFormed(value)) return encodeURIComponent(value)
  throw new TenonError('TEMPLATE_VALUE_INVALID', 'A segment of a path cannot be empty, ".", ".." or malformed text')
}
