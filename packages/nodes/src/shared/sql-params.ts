import type { Json } from '@tenon/core/document'
import { z } from 'zod'
import { requiredText } from './params.ts'

const MAX_SQL_LENGTH = 20_000
const VALUE_NAME = /^[A-Za-z_]\w*$/

/** Param that names the connection of a node that cannot do without one. */
export function connectionParam(connectsTo: 'aws' | 'http' | 'postgres' | 'smtp', description: string) {
  return z
    .string()
    .min(1, 'Choose a connection')
    .max(400)
    .meta({ title: 'Connection', description, control: 'connection', connectsTo, placeholder: 'None', literal: true })
}

/** The statement is literal: values are parameters, so that no value can become a part of the statement. */
export function sqlParam(placeholder: string) {
  return requiredText(MAX_SQL_LENGTH).meta({
    title: 'SQL',
    description: 'One statement. Write :name where it reads the value with this name.',
    control: 'code',
    placeholder,
    literal: true,
    valuesIn: 'values',
  })
}

export const sqlValuesParam = z
  .record(z.string().regex(VALUE_NAME, 'Use letters, digits and _').max(60), z.unknown())
  .default({})
  .meta({
    title: 'Values',
    description: 'They are sent beside the statement, never inside it. For a JSON column write :name::jsonb.',
    control: 'key-value',
  })

/** Params contain JSON only. */
export function sqlValues(values: Readonly<Record<string, unknown>>): Readonly<Record<string, Json>> {
  return values as Readonly<Record<string, Json>>
}

export const rowSchema = z.record(z.string(), z.unknown())
