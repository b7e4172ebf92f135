import { DATE_FUNCTIONS } from './date.ts'
import { ENCODING_FUNCTIONS } from './encoding.ts'
import { JSON_FUNCTIONS } from './json.ts'
import { LIST_FUNCTIONS } from './list.ts'
import { NUMBER_FUNCTIONS } from './number.ts'
import { OBJECT_FUNCTIONS } from './object.ts'
import type { FunctionSignature } from './signature.ts'
import { TEXT_FUNCTIONS } from './text.ts'

/** All functions of the expression language, by family. */
export const EXPRESSION_FUNCTIONS: readonly FunctionSignature[] = Object.freeze([
  ...TEXT_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...OBJECT_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
])

const BY_NAME: ReadonlyMap<string, FunctionSignature> = new Map(
  EXPRESSION_FUNCTIONS.map((signature) => [signature.name, signature]),
)

/** Returns the signature of the function with this name; `undefined` if there is none. */
export function functionSignature(name: string): FunctionSignature | undefined {
  return BY_NAME.get(name)
}
