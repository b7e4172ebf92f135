import { z } from 'zod'
import { anyValue } from './params.ts'

/** Name of the model; the server narrows it to the models of the host. */
export const modelParam = z.string().trim().max(200).default('').meta({
  title: 'Model',
  description: 'If empty, the first model of the server is used.',
  control: 'text',
  literal: true,
})

/** Models to ask when the first one fails; the server narrows them to the models of the host. */
export const fallbackModelsParam = z.array(z.string().trim().min(1).max(200)).max(10).default([]).meta({
  title: 'Fallback models',
  description: 'Asked in this order when the model does not answer. If empty, those of the server are used.',
  control: 'list',
  uniqueItems: true,
  literal: true,
})

/** Text for a model; other values are written as JSON. */
export const promptParam = anyValue
  .refine((value) => value !== '' && value !== null, 'Enter a text')
  .meta({ not: { enum: ['', null] } })

export const temperatureParam = z.number().min(0).max(2).optional().meta({
  title: 'Temperature',
  description: '0 gives the most consistent responses; higher values vary more. If empty, the model decides.',
  control: 'number',
})

/** Limit of the response in tokens; a reasoning model also uses it for hidden reasoning. */
export const maxOutputTokensParam = z.number().int().min(1).max(1_000_000).optional().meta({
  title: 'Token limit',
  description: 'Longest response in tokens. A response that is cut at the limit fails. If empty, the model decides.',
  control: 'number',
})

/** Converts a value to text for a prompt: texts unchanged, other values as JSON. */
export function toPromptText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
