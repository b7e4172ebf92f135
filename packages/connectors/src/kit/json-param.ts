import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { parseJson } from '@tenon/core/text'
import { z } from 'zod'

/** Creates the schema of a value that is written as JSON, with expressions for its parts. */
export function jsonParam(title: string, meta: Readonly<Record<string, unknown>> = {}) {
  return z
    .unknown()
    .refine((value) => value !== undefined, 'Enter a value')
    .meta({ title, control: 'code', sink: 'json', not: { const: '' }, ...meta })
}

/** Creates the schema of a value that is written as JSON and may be absent. */
export function optionalJsonParam(title: string, meta: Readonly<Record<string, unknown>> = {}) {
  return z
    .unknown()
    .optional()
    .meta({ title, control: 'code', sink: 'json', ...meta })
}

/** Returns the value of a param that is written as JSON. @throws {@link TenonError} `NODE_PARAMS_INVALID`. */
export function jsonOf(value: unknown, param: string): unknown {
  if (typeof value !== 'string') return value
  if (value.trim() === '') return undefined
  const reading = parseJson(value, { onLoss: 'keep' })
  if (reading.ok) return reading.value
  throw paramInvalid(param, 'It is not JSON; put texts in double quotes')
}

/** The same for an object. @throws {@link TenonError} `NODE_PARAMS_INVALID`. */
export function objectOf(value: unknown, param: string): JsonObject {
  const read = jsonOf(value, param) as Json | undefined
  if (isJsonObject(read)) return read
  throw paramInvalid(param, 'It is not an object: write {"name": "value"}')
}

function paramInvalid(param: string, message: string): TenonError {
  return new TenonError('NODE_PARAMS_INVALID', `The param "${param}" is invalid`, {
    details: { issues: [{ path: [param], code: 'invalid', message }] },
  })
}
