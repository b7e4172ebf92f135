import type { FunctionBodies } from '../function-body.ts'
import { CONDITION_BODIES } from './condition.ts'
import { DATE_BODIES } from './date.ts'
import { ENCODING_BODIES } from './encoding.ts'
import { JSON_BODIES } from './json.ts'
import { LIST_BODIES } from './list.ts'
import { LIST_PATH_BODIES } from './list-path.ts'
import { NUMBER_BODIES } from './number.ts'
import { OBJECT_BODIES } from './object.ts'
import { PATTERN_BODIES } from './pattern.ts'
import { TEXT_BODIES } from './text.ts'

/** Code of every function, by the names of the signatures in `../../expression/functions`. */
export const FUNCTION_BODIES: FunctionBodies = Object.freeze({
  ...TEXT_BODIES,
  ...PATTERN_BODIES,
  ...NUMBER_BODIES,
  ...DATE_BODIES,
  ...LIST_BODIES,
  ...LIST_PATH_BODIES,
  ...CONDITION_BODIES,
  ...OBJECT_BODIES,
  ...JSON_BODIES,
  ...ENCODING_BODIES,
})
