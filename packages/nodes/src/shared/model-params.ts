import { z } from 'zod'
import { anyValue } from './params.ts'

/** The model to ask; the server narrows it to the models that the host offers. */
export const modelParam = z.string().trim().max(200).default('').meta({
  title: 'Model',
  description: 'Left empty, the first model of the host answers.',
  control: 'text',
  literal: true,
})

/** A text for a model; other values are written as JSON. */
export const promptParam = anyValue
  .refine((value) => value !== '' && value !== null, 'Some text is needed')
  .meta({ not: { enum: ['', null] } })

export const temperatureParam = z.number().min(0).max(2).optional().meta({
  title: 'Temperature',
  description: '0 answers the same way each time; higher varies more. Left empty, the model decides.',
  control: 'number',
})

/** A limit for the answer; a reasoning model spends a part of it on what it does not show. */
export const maxOutputTokensParam = z.number().int().min(1).max(1_000_000).optional().meta({
  title: 'Token limit',
  description: 'Most tokens of one answer. An answer that is cut by it fails. Left empty, the model decides.',
  control: 'number',
})

/** A value as a prompt writes it: texts as they are, everything else as JSON. */
export function toPromptText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
