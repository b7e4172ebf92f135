import { z } from 'zod'
import { faultsOf } from '../../document/faults.ts'
import { jsonSchemaOf, type Parser } from '../../document/grammar.ts'

/**
 * Creates the wire schema of one part of the document grammar: the parser checks values, and its JSON Schema is
 * published in the OpenAPI document. There is no second declaration that could differ.
 *
 * @param id - Name of the part among the schemas of the OpenAPI document.
 */
export function wireSchema<Value>(id: string, parse: Parser<Value>): z.ZodType<Value, Value> {
  return z
    .any()
    .superRefine((value, context) => {
      for (const { path, message } of faultsIn(value, parse)) {
        context.addIssue({ code: 'custom', path: [...path], message })
      }
    })
    .meta({ ...jsonSchemaOf(parse), id })
}

function faultsIn(value: unknown, parse: Parser<unknown>) {
  try {
    parse(value, [])
    return []
  } catch (error) {
    return faultsOf(error)
  }
}
