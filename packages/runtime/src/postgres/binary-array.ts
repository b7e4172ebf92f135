import type { ParameterType } from './prepared-statement.ts'

type ArrayType = Extract<ParameterType, `${string}[]`>

const ELEMENT_OID: Readonly<Record<ArrayType, number>> = {
  'text[]': 25,
  'integer[]': 23,
  'bigint[]': 20,
  'bytea[]': 17,
}
/** Dimensions, null flag, element type, length and lower bound, as 32-bit integers. */
const HEADER_BYTES = 20
const TWO_32 = 2 ** 32

/** Checks for an array type. */
export function isArrayType(type: ParameterType | undefined): type is ArrayType {
  return type?.endsWith('[]') === true
}

/**
 * Encodes a list as a one-dimensional Postgres array in the binary format, which needs no quoting on either side.
 *
 * @param items - Strings for `text[]`, safe integers for `integer[]` and `bigint[]`, bytes for `bytea[]`; or null.
 * @see https://www.postgresql.org/docs/current/arrays.html and `array_send` in Postgres' `arrayfuncs.c`.
 */
export function encodeArray(type: ArrayType, items: readonly unknown[]): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + items.reduce<number>((size, item) => size + roomFor(type, item), 0))
  let end = HEADER_BYTES
  let hasNull = 0
  for (const item of items) {
    const size = item === null ? -1 : writeItem(bytes, end + 4, type, item)
    if (size === -1) hasNull = 1
    bytes.writeInt32BE(size, end)
    end += 4 + Math.max(size, 0)
  }
  for (const [index, part] of [1, hasNull, ELEMENT_OID[type], items.length, 1].entries()) {
    bytes.writeInt32BE(part, index * 4)
  }
  return bytes.subarray(0, end)
}

/** Returns the most bytes that an item takes. */
function roomFor(type: ArrayType, item: unknown): number {
  if (item === null) return 4
  if (type === 'integer[]') return 8
  if (type === 'bigint[]') return 12
  // UTF-8 needs at most three bytes for each UTF-16 unit.
  return 4 + (type === 'text[]' ? (item as string).length * 3 : (item as Uint8Array).length)
}

function writeItem(bytes: Buffer, at: number, type: ArrayType, item: unknown): number {
  switch (type) {
    case 'text[]':
      return bytes.write(item as string, at)
    case 'integer[]':
      return bytes.writeInt32BE(item as number, at) - at
    case 'bigint[]':
      bytes.writeInt32BE(Math.floor((item as number) / TWO_32), at)
      return bytes.writeUInt32BE((item as number) >>> 0, at + 4) - at
    case 'bytea[]':
      bytes.set(item as Uint8Array, at)
      return (item as Uint8Array).length
  }
}
